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


@pytest.mark.parametrize(
    ("value", "english", "others"),
    [
        ("en_core_web_sm", "en_core_web_sm", ()),
        ("/models/a,b/en=small", "/models/a,b/en=small", ()),
        ("fr=fr_core_news_md", None, (("fr", "fr_core_news_md"),)),
        (
            "en_core_web_sm, fr=fr_core_news_md,de=/models/de",
            "en_core_web_sm",
            (("de", "/models/de"), ("fr", "fr_core_news_md")),
        ),
        ("en=en_core_web_sm,fr=x", "en_core_web_sm", (("fr", "x"),)),
    ],
)
def test_pipelines_are_named_by_language(monkeypatch, value, english, others):
    monkeypatch.setenv("DATELINE_NLP_MODEL", value)
    settings.cache_clear()
    found = settings().nlp_pipelines
    assert (found.english, found.others) == (english, others)


@pytest.mark.parametrize("value", ["fr=a,fr=b", "en_core_web_sm,en=x,fr=y"])
def test_two_pipelines_of_one_language_are_refused(monkeypatch, value):
    monkeypatch.setenv("DATELINE_NLP_MODEL", value)
    settings.cache_clear()
    with pytest.raises(SettingsError, match="one pipeline for each language"):
        settings()


@pytest.mark.parametrize(
    ("value", "codes"), [("", ()), ("en", ("en",)), ("DE, fr  de", ("de", "fr"))]
)
def test_wanted_languages_are_codes(monkeypatch, value, codes):
    monkeypatch.setenv("DATELINE_LANGUAGES", value)
    settings.cache_clear()
    assert settings().wanted_languages == codes


def test_a_language_that_is_no_code_is_refused(monkeypatch):
    monkeypatch.setenv("DATELINE_LANGUAGES", "english")
    settings.cache_clear()
    with pytest.raises(SettingsError, match="such as en de"):
        settings()
