"""Settings come from the environment; the error for an unusable one names it and its value."""

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import settings


def test_defaults_put_all_state_below_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "my state"))
    assert settings().home_folder == tmp_path / "my state"
    assert settings().archive_url == str(tmp_path / "my state" / "archive")


def test_the_error_for_an_unusable_value_names_its_variable(monkeypatch):
    monkeypatch.setenv("DATELINE_READ_TIMEOUT", "soon")
    with pytest.raises(SettingsError, match=r"DATELINE_READ_TIMEOUT='soon'"):
        settings()


def test_the_user_agent_names_dateline():
    assert "Dateline" in settings().user_agent
