"""Settings come from the environment, and a bad one is named with its value."""

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import settings


def test_defaults_put_all_state_below_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "my state"))
    assert settings().home_folder == tmp_path / "my state"
    assert settings().archive_url == str(tmp_path / "my state" / "archive")


def test_a_bad_value_is_named_with_its_variable(monkeypatch):
    monkeypatch.setenv("DATELINE_READ_TIMEOUT", "soon")
    with pytest.raises(SettingsError, match=r"DATELINE_READ_TIMEOUT='soon'"):
        settings()


def test_the_user_agent_says_who_we_are():
    assert "Dateline" in settings().user_agent
