import base64

import pytest

from pipeline.local_airflow.home_folder import Places, keys, password, write_private


@pytest.fixture
def places(tmp_path):
    made = Places(tmp_path / "a home")
    made.make()
    return made


def test_made_once_and_for_this_home_only(places, tmp_path):
    other = Places(tmp_path / "another")
    other.make()
    assert password(places) == password(places) != password(other)
    assert keys(places) == keys(places) != keys(other)


def test_only_the_owner_may_read_them(places):
    password(places)
    keys(places)
    for file in (places.passwords, places.secrets):
        assert file.stat().st_mode & 0o777 == 0o600


def test_the_fernet_key_is_32_bytes(places):
    assert len(base64.urlsafe_b64decode(keys(places)["AIRFLOW__CORE__FERNET_KEY"])) == 32


def test_a_file_left_by_a_kill_is_no_hindrance(places):
    part = places.secrets.with_name(places.secrets.name + ".part")
    part.write_text("{half")
    part.chmod(0o644)
    write_private(places.secrets, {"whole": True})
    assert places.secrets.stat().st_mode & 0o777 == 0o600
    assert not part.exists()
