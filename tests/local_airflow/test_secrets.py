"""The generated keys and password of a home folder."""

import base64

import pytest

from pipeline.local_airflow.home_folder import (
    HomeFolder,
    secret_settings,
    ui_password,
    write_private_json,
)


@pytest.fixture
def home(tmp_path):
    home = HomeFolder(tmp_path / "a home")
    home.create()
    return home


def test_they_are_generated_once_for_each_home_folder(home, tmp_path):
    other = HomeFolder(tmp_path / "another")
    other.create()
    assert ui_password(home) == ui_password(home) != ui_password(other)
    assert secret_settings(home) == secret_settings(home) != secret_settings(other)


def test_users_that_an_earlier_version_did_not_have_get_a_password(home):
    write_private_json(home.passwords, {"admin": "kept"})
    assert ui_password(home) == "kept"
    assert len({ui_password(home, user) for user in ("admin", "operator", "viewer")}) == 3


def test_only_the_owner_can_read_them(home):
    ui_password(home)
    secret_settings(home)
    for file in (home.passwords, home.secrets):
        assert file.stat().st_mode & 0o777 == 0o600


def test_the_fernet_key_is_32_bytes(home):
    assert len(base64.urlsafe_b64decode(secret_settings(home)["AIRFLOW__CORE__FERNET_KEY"])) == 32


def test_a_part_file_left_by_a_kill_is_replaced(home):
    part = home.secrets.with_name(home.secrets.name + ".part")
    part.write_text("{half")
    part.chmod(0o644)
    write_private_json(home.secrets, {"complete": True})
    assert home.secrets.stat().st_mode & 0o777 == 0o600
    assert not part.exists()
