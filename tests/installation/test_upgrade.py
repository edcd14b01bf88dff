"""`dateline upgrade --check` through the command line, on stores of several states."""

import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("server_without_metadata")]


def test_a_store_of_this_version_has_nothing_to_do(ask):
    code, found, said = ask("upgrade", "--check")
    assert code == 0
    assert {each["said"] for each in found} == {"up to date"}
    assert "nothing is to be done" in said


def test_missing_files_are_named_and_not_applied(ask, conn):
    conn.execute("update ops.mart_files set sha256 = '' where mart_name = 'copies'")
    for _ in range(2):
        code, found, _ = ask("upgrade", "--check")
        assert code == 1
        assert found[0]["said"] == "1 file to apply: copies"
        assert "backup" in found[0]["command"]
    assert ask("upgrade")[0] == 0
    assert ask("upgrade", "--check")[0] == 0


def test_a_store_of_a_newer_version_is_refused(ask, conn):
    conn.execute(
        "insert into ops.schema_migrations (version, name, sha256) values (9999, 'later', '')"
    )
    try:
        code, _, said = ask("upgrade", "--check")
        assert code == 4
        assert "update Dateline" in said
    finally:
        conn.execute("delete from ops.schema_migrations where version = 9999")
