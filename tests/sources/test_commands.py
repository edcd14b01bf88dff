"""`dateline source` from the command line: registry, enable, pause, remove, OPML."""

import json

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.errors import SourceError, UsageError
from pipeline.sources.files import read_source
from tests.discover.test_discovery import item, rss
from tests.sources.test_opml import opml, outline

PLAIN = 'name = "H"  # theirs\nhomepage = "https://h.example/"\n'


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "sources"
    made.mkdir()
    return made


@pytest.fixture
def dateline(folder, monkeypatch):
    monkeypatch.setenv("DATELINE_SOURCES", str(folder))
    monkeypatch.setenv("DATELINE_CRAWL_DELAY", "0")

    def run(*words: str, **options):
        return CliRunner().invoke(build(), ["source", *words], **options)

    return run


def rows(result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_outlet_of_the_registry_is_listed_enabled_and_listed_as_enabled(dateline, folder):
    assert {row["country"] for row in rows(dateline("registry", "--country", "ch", "--json"))} == {
        "CH"
    }
    enabled = dateline("enable", "nzz", "bbc")
    assert enabled.exit_code == 0, enabled.output
    assert read_source(folder / "nzz.toml").time_zone == "Europe/Zurich"
    assert "were not tried" in (folder / "nzz.toml").read_text()
    listed = {row["key"]: row["is_enabled"] for row in rows(dateline("registry", "--json"))}
    assert {key for key, is_enabled in listed.items() if is_enabled} == {"bbc", "nzz"}
    again = dateline("enable", "bbc", "lemonde")
    assert again.exit_code == 1
    assert "bbc.toml exists already. Edit it; " in again.stderr
    assert again.stderr.splitlines()[-1].endswith("source check lemonde")
    assert "check" not in dateline("enable", "bbc").stderr
    assert (folder / "lemonde.toml").exists()
    assert isinstance(dateline("enable", "bcc").exception, SourceError)


def test_check_of_registry_outlets_gives_each_a_verdict(
    dateline, folder, site, monkeypatch, tmp_path
):
    monkeypatch.setattr("pipeline.sources.registry.registry_folder", lambda: tmp_path / "registry")
    (tmp_path / "registry").mkdir()
    table = '[{}]\nname = "H"\nfeeds = ["{}"]\ncountry = "IE"\nallow_private_addresses = true\n'
    text = table.format("good", f"{site.url}/feed") + table.format("gone", f"{site.url}/gone")
    (tmp_path / "registry" / "ie.toml").write_text(text)
    site.page("/feed", rss(item("/a", 20)))
    checked = dateline("check", "--registry", "--country", "ie", "--json")
    verdicts = {row["source_key"]: row["verdict"] for row in rows(checked) if "verdict" in row}
    assert verdicts == {"good": "keep", "gone": "drop"}
    assert checked.exit_code == 1
    (folder / "mine.toml").write_text(f'name = "M"\nfeeds = ["{site.url}/feed"]\n')
    private = ("--allow-private-addresses", "--json")
    found = rows(dateline("check", "--all", *private))
    assert {row["source_key"] for row in found if "verdict" in row} == {"good", "gone", "mine"}
    shown = dateline("check", "--registry", "good")
    assert shown.exit_code == 0
    assert "keep (1): good" in shown.stdout


def test_a_paused_source_is_listed_with_the_reason_and_resumed(dateline, folder):
    (folder / "herald.toml").write_text(PLAIN)
    assert dateline("pause", "herald", "--reason", "they move").exit_code == 0
    (row,) = rows(dateline("list", "--json"))
    assert row["is_active"] is False
    assert row["state"].endswith(": they move")
    assert "theirs" in (folder / "herald.toml").read_text()
    assert dateline("resume", "herald").exit_code == 0
    assert rows(dateline("list", "--json"))[0]["state"] == "active"


def test_removing_asks_first_and_keeps_the_file(dateline, folder):
    (folder / "herald.toml").write_text(PLAIN)
    assert dateline("remove", "herald", input="n\n").exit_code == 1
    assert (folder / "herald.toml").exists()
    assert dateline("remove", "herald", input="y\n").exit_code == 0
    assert (folder / "removed" / "herald.toml").read_text() == PLAIN
    assert rows(dateline("list", "--json")) == []
    (folder / "post.toml").write_text("broken")
    assert dateline("remove", "post", "--yes").exit_code == 0


def test_no_source_is_touched_if_one_key_is_unknown(dateline, folder):
    (folder / "herald.toml").write_text(PLAIN)
    for command in (["pause"], ["resume"], ["remove", "--yes"]):
        result = dateline(*command, "herald", "post")
        assert isinstance(result.exception, SourceError)
    assert (folder / "herald.toml").read_text() == PLAIN


def test_opml_is_imported_once_and_exported_again(dateline, folder, tmp_path):
    path = tmp_path / "feeds.opml"
    path.write_bytes(opml(outline("https://h.ie/f") + outline("nowhere", "Bad")))
    assert dateline("import", str(path), "--dry-run").exit_code == 1
    assert list(folder.iterdir()) == []
    imported = dateline("import", str(path))
    assert imported.exit_code == 1
    assert "line 1: Bad: bad_address: 'nowhere' is no web address" in imported.stderr
    assert read_source(folder / "h.toml").feeds == ("https://h.ie/f",)
    again = rows(dateline("import", str(path), "--json"))
    assert [row["result"] for row in again] == ["known", "bad_address"]
    exported = dateline("export")
    assert exported.exit_code == 0
    path.write_bytes(exported.stdout_bytes)
    assert [row["result"] for row in rows(dateline("import", str(path), "--json"))] == ["known"]


def test_an_opml_source_whose_file_is_taken_is_named_and_the_rest_goes_on(
    dateline, folder, tmp_path
):
    (folder / "h.toml").write_text("broken")
    path = tmp_path / "feeds.opml"
    path.write_bytes(opml(outline("https://h.ie/f") + outline("https://post.ie/f")))
    imported = dateline("import", str(path), "--json")
    assert [row["result"] for row in rows(imported)] == ["not_written", "new"]
    assert imported.exit_code == 1
    assert (folder / "post.toml").exists()


def test_a_file_that_is_no_opml_is_one_line(dateline, tmp_path):
    path = tmp_path / "feeds.opml"
    for body in (b"", b"PK\x03\x04", b"<html>"):
        path.write_bytes(body)
        error = dateline("import", str(path)).exception
        assert isinstance(error, UsageError)
        assert str(path) in str(error)
    assert isinstance(dateline("import", str(tmp_path)).exception, UsageError)
    assert isinstance(dateline("import", str(tmp_path / "none")).exception, UsageError)


def article(number: int) -> str:
    words = f"The council of Oster Haven voted on plan number {number} for the old harbour. " * 3
    body = "".join(f"<p>{words} In paragraph {part} it says why.</p>" for part in range(8))
    return (
        f"<html lang='en'><head><title>Plan {number} for the harbour</title>"
        f"<meta name='author' content='Ida Marlow'>"
        f"<meta property='article:published_time' content='2026-11-0{number}T08:15:00+01:00'>"
        f"</head><body><article><h1>Plan {number} for the harbour</h1>{body}</article></body>"
    )


def test_add_shows_five_articles_and_no_articles_asks_for_none(dateline, site):
    site.page(
        "/", "<html lang='en'><link rel='alternate' type='application/rss+xml' href='/feed'><p>x"
    )
    site.page("/feed", rss(*(item(f"/plan/{number}", number) for number in range(1, 8))))
    for number in range(1, 8):
        site.page(f"/plan/{number}", article(number))
    shown = dateline("add", site.url, "--dry-run", "--allow-private-addresses")
    assert shown.exit_code == 0, shown.output
    assert [path for path in site.paths if path.startswith("/plan/")] == [
        f"/plan/{number}" for number in (7, 6, 5, 4, 3)
    ]
    assert "Plan 7 for the harbour" in shown.stderr
    assert "Ida Marlow" in shown.stderr
    before = len(site.paths)
    assert (
        dateline(
            "add", site.url, "--dry-run", "--no-articles", "--allow-private-addresses"
        ).exit_code
        == 0
    )
    assert not any(path.startswith("/plan/") for path in site.paths[before:])


def test_add_says_when_no_article_can_be_read(dateline, site):
    site.page("/feed", rss(item("/gone", 5)))
    shown = dateline("add", f"{site.url}/feed", "--dry-run", "--allow-private-addresses")
    assert shown.exit_code == 0
    assert "no article could be read" in shown.stderr
    assert "not_found" in shown.stderr


def test_check_without_a_source_says_how_to_write_one(dateline):
    result = dateline("check")
    assert result.exit_code == 1
    assert "source add URL" in str(result.exception)


def test_a_source_whose_file_is_unusable_is_not_called_unknown(dateline, folder):
    (folder / "herald.toml").write_text('name = "H"\nfeed = ["https://h.example/f"]\n')
    (folder / "post.toml").write_text(PLAIN)
    result = dateline("check", "herald")
    assert "Did you mean feeds?" in result.stderr
    assert "correct its file first" in str(result.exception)


def test_check_says_what_to_do_about_a_section_without_stories(dateline, folder, site):
    site.page("/", "<html><div id=root></div><script src=/a.js></script></html>")
    text = f'name = "H"\nsections = ["{site.url}/"]\nallow_private_addresses = true\n'
    (folder / "app.toml").write_text(text)
    assert "name another section page, or a feed" in dateline("check").stdout


def test_without_a_network_no_source_is_blamed(dateline, folder):
    text = 'name = "H"\nfeeds = ["http://127.0.0.1:{}/f"]\nallow_private_addresses = true\n'
    for key, port in (("herald", 1), ("post", 2)):
        (folder / f"{key}.toml").write_text(text.format(port))
    result = dateline("check")
    assert result.exit_code == 1
    assert "look at the network before you drop a source" in result.stderr
