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


@pytest.mark.parametrize("ages", ["nonsense", "0h", "99999999d", "1" + "0" * 400 + "h", "-1h"])
def test_ages_of_visits_that_cannot_be_used_are_refused(monkeypatch, ages):
    monkeypatch.setenv("DATELINE_REVISIT_AFTER", ages)
    settings.cache_clear()
    with pytest.raises(SettingsError, match=r"DATELINE_REVISIT_AFTER=.*: write ages .* unset it"):
        settings()
