"""Source files: read, or refused with an error that says what to write."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.models import Source
from pipeline.sources.files import read_source, read_sources, source_toml, write_new

SAMPLE = Path(__file__).parents[2] / "sources" / "example.toml.sample"


def written(folder: Path, text: str, name: str = "herald.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_sample_is_a_source_and_shows_every_field(tmp_path):
    text = SAMPLE.read_text(encoding="utf-8")
    source = read_source(written(tmp_path, text))
    assert (source.key, source.name) == ("herald", "The Example Herald")
    shown = {line.partition("=")[0].strip("# ") for line in text.splitlines() if " = " in line}
    assert {field.name for field in fields(Source)} - {"key"} <= shown


def test_a_name_and_one_way_to_links_are_enough(tmp_path):
    source = read_source(written(tmp_path, 'name = "H"\nfeeds = ["https://h.example/feed"]'))
    assert source == Source("herald", "H", feeds=("https://h.example/feed",))


def test_paths_are_relative_to_the_file(tmp_path):
    source = read_source(
        written(tmp_path, 'name = "H"\nfiles = ["pages", "/abs"]\nlists = ["https://h.example/l"]')
    )
    assert source.files == (str(tmp_path / "pages"), "/abs")
    assert source.lists == ("https://h.example/l",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('feeds = ["https://h.example/"]', "name is missing"),
        ('name = "H"', "nothing to read"),
        ('name = "H"\nfeed = ["https://h.example/"]', "Did you mean feeds"),
        ('name = "H"\nzzzz = 1', "Known are key"),
        ('name = "H"\nfeeds = "https://h.example/"', "write a list"),
        ('name = "H"\nfeeds = ["h.example/feed"]', "https://"),
        ('name = "H"\nhomepage = "ftp://h.example/"', "https://"),
        ('name = ""\nhomepage = "https://h.example/"', "double quotes"),
        ('name = "H"\nhomepage = "https://h.example/"\nlanguage = "english"', "two-letter"),
        ('name = "H"\nhomepage = "https://h.example/"\ncountry = 44', "double quotes"),
        ('name = "H"\nhomepage = "https://h.example/"\nadmit_kinds = ["shop"]', "out of listing"),
        ('name = "H"\nhomepage = "https://h.example/"\nadmit_kinds = "forum"', "write a list"),
        (
            'name = "H"\nhomepage = "https://h.example/"\ntime_zone = "Europe/Lodnon"',
            "Europe/London",
        ),
        (
            'name = "H"\nhomepage = "https://h.example/"\ntime_zone = "localtime"',
            "write a zone of the IANA list",
        ),
        (
            'name = "H"\nhomepage = "https://h.example/"\ntime_zone = "Factory"',
            "write a zone of the IANA list",
        ),
        ('name = "H"\nhomepage = "https://h.example/"\ncrawl_delay = -1', "seconds from 0"),
        ('name = "H"\nhomepage = "https://h.example/"\ncrawl_delay = true', "seconds from 0"),
        ('name = "H"\nhomepage = "https://h.example/"\nheaders = ["a"]', "write a table"),
        ('name = "H"\nhomepage = "https://h.example/"\nheaders = { Cookie = "a" }', "cookies"),
        ('name = "H"\nhomepage = "https://h.example/"\nheaders = { "A b" = "c" }', "no header"),
        ('name = "H"\nhomepage = "https://h.example/"\ncookies = { a = "env:" }', "after env:"),
        ('name = "H"\nhomepage = "https://h.example/"\ncookies = { a = 1 }', "double quotes"),
        ('name = "H"\nhomepage = "https://h.example/"\nproxy = "proxy:3128"', "an HTTP proxy"),
        ('name = "H"\nhomepage = "https://h.example/"\nmax_links = 0.5', "whole number"),
        ('name = "H"\nhomepage = "https://h.example/"\nis_active = "no"', "true or false"),
        (
            'name = "H"\nhomepage = "https://h.example/"\nhosts = ["https://x.example"]',
            "host names",
        ),
        ('key = "A B"\nname = "H"\nhomepage = "https://h.example/"', "small letters"),
        ("name = H", "not TOML"),
        ("", "name is missing"),
    ],
)
def test_the_error_for_an_invalid_file_is_one_line_with_the_remedy(tmp_path, text, words):
    path = written(tmp_path, text)
    with pytest.raises(SourceError) as caught:
        read_source(path)
    message = str(caught.value)
    assert words in message
    assert message.startswith(str(path))
    assert "\n" not in message


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "latin.toml").write_bytes('name = "Grüße"'.encode("latin-1"))
    for path in (tmp_path / "latin.toml", tmp_path / "none.toml", tmp_path):
        with pytest.raises(SourceError):
            read_source(path)


def test_a_broken_file_does_not_stop_the_others(tmp_path):
    good = 'name = "H"\nhomepage = "https://h.example/"'
    written(tmp_path, good, "a.toml")
    written(tmp_path, "broken", "b.toml")
    written(tmp_path, good + '\nkey = "a"', "c.toml")
    written(tmp_path, "not looked at", "d.toml.sample")
    sources, problems = read_sources(tmp_path)
    assert [source.key for source in sources] == ["a"]
    assert ["b.toml" in str(problem) for problem in problems] == [True, False]
    assert "taken by a.toml" in str(problems[1])


def test_the_error_for_a_missing_folder_names_the_command_that_makes_it(tmp_path):
    with pytest.raises(SourceError, match="dateline source add"):
        read_sources(tmp_path / "none")


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)


@settings(deadline=None, max_examples=50)
@given(TEXT, st.booleans(), st.integers(1, 999), st.sampled_from([None, 0.5, 3.0]))
def test_a_source_that_is_written_is_read_back(tmp_path_factory, name, active, links, delay):
    source = Source(
        "herald",
        name.strip(),
        feeds=("https://h.example/a", "https://h.example/b?x=1"),
        hosts=("h.example:8080",),
        crawl_delay=delay,
        max_links=links,
        is_active=active,
    )
    path = tmp_path_factory.mktemp("s") / "herald.toml"
    write_new(source_toml(source, "A comment."), path, "Edit it.")
    assert read_source(path) == source


def test_an_existing_file_is_kept_and_an_invalid_new_one_removed(tmp_path):
    path = written(tmp_path, "mine")
    with pytest.raises(SourceError, match=r"exists already\. Edit it\."):
        write_new("x", path, "Edit it.")
    assert path.read_text() == "mine"
    with pytest.raises(SourceError):
        write_new("broken", tmp_path / "new.toml", "Edit it.")
    assert not (tmp_path / "new.toml").exists()


def test_headers_cookies_and_a_proxy_are_read_and_written(tmp_path):
    source = Source(
        "herald",
        "Herald",
        homepage="https://herald.example/",
        headers=(("Accept-Language", "de, en"), ("X-Key", "env:HERALD_KEY")),
        cookies=(("consent", 'yes="1"'),),
        proxy="env:DESK_PROXY",
    )
    path = write_new(source_toml(source, "A source."), tmp_path / "herald.toml", "Edit it.")
    assert read_source(path) == source


def test_no_message_repeats_a_secret(tmp_path):
    path = tmp_path / "herald.toml"
    path.write_text('name = "H"\nhomepage = "https://h.example/"\nheaders = { "A b" = "s3cret" }\n')
    with pytest.raises(SourceError) as caught:
        read_source(path)
    assert "s3cret" not in str(caught.value)
