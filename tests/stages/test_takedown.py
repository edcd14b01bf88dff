"""Takedowns, from a real server to the tables and the WARC files: nothing of the page is left."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from pipeline.archive import upkeep
from pipeline.archive.warc import read_record
from pipeline.archive.writer import ArchiveWriter
from pipeline.cli.app import build
from pipeline.errors import StoreError, UsageError
from pipeline.models import Exchange, Response
from pipeline.settings import settings
from pipeline.stages.annotate import annotate
from pipeline.stages.annotate import plan as to_annotate
from pipeline.stages.dedupe import dedupe
from pipeline.stages.quotes import decide
from pipeline.stages.takedown import find_target, finish, orders, take_down
from pipeline.warehouse import archive_rows
from pipeline.warehouse.annotations import entity_key, find_or_insert_entities
from tests.stages.test_collect import HOUR, MORNING, Newsroom, item, newsroom, rss, story
from tests.warehouse.stories import count

__all__ = ["newsroom"]
TITLE = "Baker of Port Amber cleared of setting fire to the mill"
SECRET = "Oswin Tarrant, a baker of Port Amber, was cleared on Monday of setting fire to the mill."
STORY = [
    SECRET,
    "The old mill on the harbour road burned down in a single night in the spring of last year.",
    "Police questioned eleven people and closed the file in August without naming anybody.",
    "“We never had a case against him,” said inspector Mara Lindqvist of the county police.",
    "The owner of the mill wants to build flats there, and the council will decide in December.",
    "Neighbours had seen lights in the building on three evenings before the fire broke out.",
]
REASON = "court order"


def page(*paragraphs, title=TITLE, canonical=None):
    lines = "".join(f"<p>{line}</p>" for line in paragraphs)
    head = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    return (
        f"<html lang=en><head><title>{title}</title>{head}</head>"
        f"<article><h1>{title}</h1>{lines}</article></html>"
    )


class Press(Newsroom):
    """Two outlets with the same story, and others beside it."""

    def begin_with_copies(self, courier):
        self.courier = courier
        # Another host than 127.0.0.1, as outlets have.
        self.courier_url = f"http://localhost:{courier.port}"
        self.source("gazette", feeds=(f"{self.site.url}/feed",))
        self.source("courier", homepage=self.courier_url, feeds=(f"{self.courier_url}/feed",))
        self.site.page("/mill", page(*STORY, "The trial was to begin in May."))
        courier.page("/mill", page(*STORY))
        courier.page("/2", story(2))
        self.lists()
        self.tick(MORNING)
        dedupe(1)

    def lists(self):
        self.site.page(
            "/feed",
            rss(item(f"{self.site.url}/mill", title=TITLE), item(f"{self.site.url}/1")),
            Content_Type="application/rss+xml",
        )
        self.courier.page(
            "/feed",
            rss(item(f"{self.courier_url}/mill"), item(f"{self.courier_url}/2")),
            Content_Type="application/rss+xml",
        )

    def annotate(self):
        for ids in to_annotate(1):
            annotate(1, ids)

    def tables_with(self, words):
        """Return the tables of which a row holds these words anywhere."""
        tables = self.conn.execute(
            "select n.nspname || '.' || c.relname from pg_class as c"
            " join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname in ('ops', 'news', 'mart') and c.relkind in ('r', 'm', 'p')"
        ).fetchall()
        assert len(tables) > 40
        return [
            name
            for (name,) in tables
            if self.conn.execute(
                f"select exists (select from {name} as t where strpos(t::text, %s) > 0)", (words,)
            ).fetchone()[0]
        ]

    def articles(self):
        found = self.conn.execute("select canonical_url from mart.articles order by 1")
        urls = [url for (url,) in found]
        return sorted(
            url.replace(self.site.url, "").replace(self.courier_url, "courier") for url in urls
        )


@pytest.fixture
def press(newsroom, make_site):
    room = Press(newsroom.site, newsroom.conn, newsroom.folder)
    room.begin_with_copies(make_site())
    return room


def archived(words):
    """Return the addresses of the records of the archive that hold these words."""
    found = []
    for file in sorted(Path(settings().archive_url).rglob("*.warc.gz")):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                if words.encode() in record.content_stream().read():
                    found.append(record.rec_headers["WARC-Target-URI"])
    return found


def taken(name, reason=REASON):
    return take_down(find_target(name), reason=reason, requested_by="the court")


def test_nothing_of_the_article_is_left_in_any_layer(press):
    mill = f"{press.site.url}/mill"
    press.site.page("/mill", page(*STORY, "The trial is off."))
    press.tick(MORNING + 2 * HOUR)
    dedupe(1)
    only_there = "The trial"
    assert count(press.conn, "news.article_versions") == 5
    assert "news.article_versions" in press.tables_with(only_there)
    assert archived(only_there) == [mill] * 2
    assert f"{press.site.url}/feed" in archived(TITLE)

    done = taken(mill)
    assert (done.articles, done.waiting) == (1, ())
    assert press.tables_with(only_there) == []
    assert archived(only_there) == []
    assert press.articles() == ["/1", "courier/2", "courier/mill"]
    # The copy of the other outlet is an article of its own, with its own words.
    assert archived(SECRET) == [f"{press.courier_url}/mill"]
    assert archived(TITLE) == [f"{press.courier_url}/mill"]


def test_the_copy_becomes_the_original_and_every_other_page_stays_readable(press):
    originals = press.conn.execute(
        "select canonical_url from mart.articles where canonical_url like '%%mill' and is_original"
    ).fetchall()
    assert len(originals) == 1
    taken(originals[0][0])
    assert press.conn.execute(
        "select count(*) from news.duplicate_groups as g where exists"
        " (select from news.articles as a where a.duplicate_group_id = g.duplicate_group_id)"
    ).fetchone() == (0,)
    rows = press.conn.execute(
        "select a.canonical_url, a.is_original, f.raw_uri from mart.articles as a"
        " join news.article_versions as v using (article_version_id)"
        " join news.fetches as f on f.fetch_id = v.first_fetch_id order by 1"
    ).fetchall()
    assert [is_original for _, is_original, _ in rows] == [True] * 3
    assert all(b"<article>" in read_record(raw_uri).body for _, _, raw_uri in rows)
    for file in upkeep.archive_files(settings().archive_url):
        assert file.state == "ready"
        assert upkeep.check_file(file.name)[1] == []
        assert upkeep.contents(file.name).captures == upkeep.check_file(file.name)[0]
    failing = press.conn.execute(
        "select count(*) from news.fetches as f where f.raw_uri is null and exists"
        " (select from news.article_versions as v where v.first_fetch_id = f.fetch_id)"
    ).fetchone()
    assert failing == (0,)


def test_names_that_stood_only_there_go_and_shared_ones_stay(press):
    press.annotate()
    names = {name for (name,) in press.conn.execute("select entity_name from news.entities")}
    assert {"Oswin Tarrant", "Mara Lindqvist"} <= names
    taken(f"{press.site.url}/mill")
    kept = {name for (name,) in press.conn.execute("select entity_name from news.entities")}
    assert {"Oswin Tarrant", "Mara Lindqvist"} <= kept
    taken(f"{press.courier_url}/mill")
    kept = {name for (name,) in press.conn.execute("select entity_name from news.entities")}
    assert not {"Oswin Tarrant", "Mara Lindqvist"} & kept
    assert press.tables_with("Tarrant") == []
    assert archived("Tarrant") == []


def test_names_that_only_a_decision_or_a_bare_surname_uses_are_kept_while_they_are_used(press):
    press.annotate()
    mill, copy = (f"{site}/mill" for site in (press.site.url, press.courier_url))
    for url in (mill, copy):
        decide(url, "We never had", ("Elin Braathen", "PERSON"), decided_by="desk")
    key = entity_key("PERSON", "Tarrant")
    surname = find_or_insert_entities(press.conn, [(key, "Tarrant")])[key]
    # The first outlet leaves open who Tarrant is; the week of the other one shows it.
    for url, column in ((mill, "entity_id"), (copy, "named_entity_id")):
        press.conn.execute(
            f"update news.entity_mentions as m set {column} = %s"
            " from news.entities as e, news.article_versions as v, news.articles as a"
            " where m.entity_id = e.entity_id and e.entity_name = 'Oswin Tarrant'"
            " and m.article_version_id = v.article_version_id and v.article_id = a.article_id"
            " and a.canonical_url = %s",
            (surname, url),
        )
    taken(mill)
    assert "news.entities" in press.tables_with("Elin Braathen")
    taken(copy)
    assert press.tables_with("Elin Braathen") == []
    assert press.tables_with("Tarrant") == []


def test_it_is_never_asked_for_again_under_any_name(press):
    taken(f"{press.site.url}/mill")
    press.site.page("/mill-amp", page(*STORY, canonical=f"{press.site.url}/mill"))
    press.site.page(
        "/feed",
        rss(
            *(
                item(f"{press.site.url}/{name}", title=TITLE)
                for name in ("mill?utm_source=x", "mill-amp")
            )
        ),
        Content_Type="application/rss+xml",
    )
    asked = press.tick(MORNING + 3 * HOUR) + press.tick(MORNING + 30 * HOUR)
    assert "/mill" not in asked
    assert "/mill-amp" in asked
    assert press.articles() == ["/1", "courier/2", "courier/mill"]
    assert press.outcomes("mill-amp")[-1] == "takedown"
    assert press.outcomes("mill?utm_source=x") == ["takedown"]


@pytest.mark.parametrize("spelt", ["/mill/", "/mill/amp", "/mill/index.html", "//mill"])
def test_another_spelling_names_the_same_article_and_does_not_bring_it_back(press, spelt):
    https = press.site.url.replace("http:", "https:")
    assert find_target(f"{https}{spelt}").article_count == 1
    assert taken(f"{https}{spelt}").articles == 1
    assert set(archived("Tarrant")) == {f"{press.courier_url}/mill"}
    press.site.page(spelt, page(*STORY, canonical=f"{press.site.url}{spelt}"))
    press.site.page("/print-of-mill", page(*STORY, canonical=f"{press.site.url}{spelt}"))
    press.site.page(
        "/feed",
        rss(item(f"{press.site.url}{spelt}"), item(f"{press.site.url}/print-of-mill")),
        Content_Type="application/rss+xml",
    )
    asked = press.tick(MORNING + 3 * HOUR)
    assert spelt not in asked
    assert press.outcomes("print-of-mill")[-1] == "takedown"
    assert press.articles() == ["/1", "courier/2", "courier/mill"]


def test_another_story_at_a_like_address_stays(press):
    press.site.page("/mill?id=7", story(7))
    press.feed("mill?id=7")
    press.tick(MORNING + 3 * HOUR)
    taken(f"{press.site.url}/mill")
    assert press.articles() == ["/1", "/mill?id=7", "courier/2", "courier/mill"]


def test_an_address_that_was_never_seen_is_barred(press):
    taken(f"{press.site.url}/3")
    press.feed(3, 4)
    assert "/3" not in press.tick(MORNING + 3 * HOUR)
    assert press.articles() == ["/1", "/4", "/mill", "courier/2", "courier/mill"]


def test_an_outlet_goes_as_a_whole_and_is_not_asked_again(press):
    done = taken("courier")
    assert done.articles == 2
    assert press.articles() == ["/1", "/mill"]
    left = [url for url in archived("") if url and url.startswith(press.courier_url)]
    assert {url.removeprefix(press.courier_url) for url in left} == {"/robots.txt"}
    press.courier.asked.clear()
    press.tick(MORNING + 3 * HOUR)
    assert press.courier.paths == []
    assert taken("courier").articles == 2
    assert len(orders()) == 1


def test_a_takedown_that_stops_half_way_is_completed_by_the_same_command(press, store_dsn):
    from pipeline.warehouse.store import connect

    mill = f"{press.site.url}/mill"
    other = connect(store_dsn)
    with archive_rows.hold_archive_lock(other), pytest.raises(StoreError, match="run the command"):
        taken(mill)
    other.close()
    assert press.tables_with("The trial") == []
    assert archived("The trial") == [mill]
    assert [each.finished_at for each in orders()] == [None]
    done = taken(mill)
    assert (done.articles, done.waiting, archived("The trial")) == (1, (), [])
    assert [each.finished_at is None for each in orders()] == [False]


def test_a_file_that_is_being_written_is_waited_for(press):
    mill = f"{press.site.url}/mill"
    exchange = Exchange(
        mill, MORNING, (), 200, (("content-type", "text/html"),), page(SECRET).encode()
    )
    with ArchiveWriter(settings().archive_url) as writer:
        writer.write(
            Response(
                mill, mill, MORNING, 200, exchange.headers, exchange.body, exchanges=(exchange,)
            )
        )
        writer.flush()
        done = taken(mill)
        assert len(done.waiting) == 1
        assert finish() == list(done.waiting)
    assert finish() == []
    assert [url for url in archived(SECRET) if url == mill] == []


def test_the_command_asks_before_an_outlet_goes_and_lists_what_was_ordered(press):
    run = CliRunner()
    shown = run.invoke(build(), ["takedown", "courier", "--dry-run", "--json"])
    listed = [json.loads(line) for line in shown.stdout.splitlines()]
    listed.sort(key=lambda row: row["item"])
    assert [(row["would_remove"], row["item"]) for row in listed] == [
        ("article", f"{press.courier_url}/2"),
        ("article", f"{press.courier_url}/mill"),
    ]
    assert TITLE in listed[1]["detail"]
    refused = run.invoke(build(), ["takedown", "courier", "--reason", REASON], input="n\n")
    assert refused.exit_code == 1
    assert len(press.articles()) == 4
    with pytest.raises(UsageError, match="--reason"):
        run.invoke(build(), ["takedown", "courier"], catch_exceptions=False)
    with pytest.raises(UsageError, match="no article, no URL and no source"):
        run.invoke(build(), ["takedown", "nothing"], catch_exceptions=False)
    done = run.invoke(build(), ["takedown", "courier", "--reason", REASON, "--yes", "--json"])
    assert json.loads(done.stdout)["articles_removed"] == 2
    listed = run.invoke(build(), ["takedown", "--json"])
    assert json.loads(listed.stdout)["reason"] == REASON


def test_an_article_is_named_by_its_id_as_well(press):
    [(number,)] = press.conn.execute(
        "select article_id from mart.articles where canonical_url like '%%/1'"
    ).fetchall()
    assert taken(str(number)).articles == 1
    assert "/1" not in press.articles()
    assert press.tick(MORNING + timedelta(hours=7)) is not None
    assert "/1" not in press.articles()
