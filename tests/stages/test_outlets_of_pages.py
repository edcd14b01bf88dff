"""The outlet of a file is read from its page, that of a record from its address."""

import psycopg
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.errors import UsageError
from pipeline.settings import settings
from pipeline.stages import outlets
from pipeline.stages.local_run import run_sources, run_targets
from tests.backfill.archives import ArchiveFile

# warcio leaves the temporary files of its records to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

HERALD = (
    'name = "The Herald"\nhomepage = "https://www.herald-example.com/"\ntime_zone = "Asia/Tokyo"\n'
)
_WORDS = (
    "das neue Rathaus|die alte Brücke|der große Hafen|die kleine Schule|der lange Tunnel|das Museum"
    "|die Bibliothek am Fluss|der Bahnhof|das Krankenhaus|die Markthalle|der Garten hinter dem Wall"
).split("|")
ARTICLES = """
select s.source_key, count(*) from news.articles join news.sources as s using (source_id)
group by 1 order by 1
"""


@pytest.fixture
def home(monkeypatch, tmp_path, store_dsn):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "herald.toml").write_text(HERALD)
    monkeypatch.setenv("DATELINE_SOURCES", str(tmp_path / "sources"))
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    outlets._known_outlets.cache_clear()
    yield tmp_path
    outlets._known_outlets.cache_clear()


@pytest.fixture
def rows(store_dsn):
    def ask(query, *values):
        with psycopg.connect(store_dsn) as connection:
            return connection.execute(query, values).fetchall()

    return ask


def canonical(url):
    return f'<link rel="canonical" href="{url}">'


def og_url(url):
    return f'<meta property="og:url" content="{url}">'


def linked(url):
    return (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ward",'
        f' "url": "{url}"}}</script>'
    )


def html(number):
    """Return the page of a story in German, for which no model for names and quotes is needed."""
    lines = "".join(
        f"<p>Im {number}. Bezirk wurde {_WORDS[(number + place) % len(_WORDS)]} eröffnet, und die "
        f"Bürgermeisterin dankte allen, die {place} Jahre lang daran gearbeitet hatten, für ihre "
        f"Geduld und für die Arbeit an {_WORDS[(number * 3 + place) % len(_WORDS)]}.</p>"
        for place in range(2, 8)
    )
    title = f"Der {number}. Bezirk feiert ein neues Haus"
    return (
        '<html lang="de"><head><meta property="article:published_time"'
        ' content="2024-05-10T07:00:00+00:00"></head>'
        f"<body><article><h1>{title}</h1>{lines}</article></body></html>"
    ).encode()


def page(folder, number, *head, name=None):
    """Write the page of a story that states these addresses."""
    folder.mkdir(exist_ok=True)
    body = html(number).replace(b"</head>", "".join(head).encode() + b"</head>")
    path = folder / (name or f"{number}.html")
    path.write_bytes(body)
    return path


def run(*targets):
    report = run_targets([str(each) for each in targets], lambda _: None, jobs=1)
    assert not report.problems
    return report


def test_each_file_is_of_the_outlet_that_its_page_states(home, rows):
    folder = home / "saved"
    page(folder, 1, canonical("https://www.herald-example.com/ward-1"))
    page(folder, 2, og_url("https://amp.herald-example.com/ward-2"))
    page(folder, 3, linked("https://m.herald-example.com/ward-3"))
    page(folder, 4, canonical("https://news.other-example.co.uk/ward-4"))
    page(folder, 5, canonical("https://www.bbc.co.uk/news/uk-ward-5"))
    page(folder, 6, canonical("https://ann-example.substack.com/p/ward-6"))
    page(folder, 7)
    run(folder)
    assert rows(ARTICLES) == [
        ("ann-example-substack-com", 1),
        ("bbc", 1),
        ("files", 1),
        ("herald", 3),
        ("other-example-co-uk", 1),
    ]
    assert rows("select source_key, count(*) from mart.url_fate group by 1") == [("files", 7)]


def test_a_page_that_states_no_outlets_address_stays_with_the_files(home, rows):
    stated = ("/1", "https://co.uk/1", "http://localhost/1", "http://10.1.2.3/a", "https://", "x:y")
    for number, address in enumerate(stated):
        page(home / "saved", number, canonical(address))
    run(home / "saved")
    assert rows(ARTICLES) == [("files", len(stated))]


def test_a_copy_that_names_its_original_is_of_the_outlet_that_shows_it(home, rows):
    own = "https://www.herald-example.com/ward-1"
    page(home / "saved", 1, canonical("https://agency-example.com/1"), og_url(own))
    page(home / "saved", 2, canonical("https://agency-example.com/2"))
    run(home / "saved")
    assert rows(ARTICLES) == [("agency-example-com", 1), ("herald", 1)]


def test_a_record_is_of_its_address_whatever_its_page_states(home, rows):
    body = html(1).replace(
        b"</head>", canonical("https://agency-example.com/1").encode() + b"</head>"
    )
    with ArchiveFile(home / "x.warc.gz") as file:
        file.page("https://www.herald-example.com/ward-1", body)
        file.page("https://unknown-example.org/ward-2", html(2))
    run(home / "x.warc.gz")
    assert rows(ARTICLES) == [("herald", 1), ("unknown-example-org", 1)]


def test_what_a_person_maps_wins_for_files_folders_hosts_and_records(home, rows):
    page(home / "saved", 1, canonical("https://agency-example.com/1"))
    page(home / "saved", 2)
    page(home / "saved" / "own", 3, canonical("https://agency-example.com/3"))
    outlets.map_address(str(home / "saved"), "herald", mapped_by="ida", reason=None)
    outlets.map_address(str(home / "saved" / "own"), "bbc", mapped_by="ida", reason=None)
    outlets.map_address("paper-example.net", "herald", mapped_by="ida", reason=None)
    with ArchiveFile(home / "x.warc.gz") as file:
        file.page("https://www.paper-example.net/ward-4", html(4))
    run(home / "saved", home / "x.warc.gz")
    assert rows(ARTICLES) == [("bbc", 1), ("herald", 3)]


def test_stored_articles_move_when_they_are_read_again(home, rows, store_dsn):
    folder = home / "saved"
    page(folder, 1, canonical("https://agency-example.com/1"))
    page(folder, 2, canonical("https://www.herald-example.com/2"))
    run(folder)
    outlets.map_address("https://agency-example.com/", "bbc", mapped_by="ida", reason="renamed")
    again = CliRunner().invoke(build(), ["reprocess", "--stage", "extract", "--all"])
    assert again.exit_code == 0, again.output
    assert rows(ARTICLES) == [("bbc", 1), ("herald", 1)]
    counted = "select source_key, sum(article_count) from mart.daily_volume group by 1 order by 1"
    assert [row for row in rows(counted) if row[1]] == [("bbc", 1), ("herald", 1)]


def test_articles_of_files_from_before_are_moved_when_they_are_read_again(home, rows, store_dsn):
    page(home / "saved", 1, canonical("https://www.herald-example.com/1"))
    run(home / "saved")
    with psycopg.connect(store_dsn) as connection:
        connection.execute(
            "update news.articles set source_id = (select source_id from news.sources"
            " where source_key = 'files')"
        )
    assert rows(ARTICLES) == [("files", 1)]
    again = CliRunner().invoke(
        build(), ["reprocess", "--stage", "extract", "--source", "files", "--all"]
    )
    assert again.exit_code == 0, again.output
    assert rows(ARTICLES) == [("herald", 1)]


def test_a_text_that_moves_to_an_outlet_for_the_owner_loses_the_places_of_its_words(home, rows):
    (home / "sources" / "herald.toml").write_text(HERALD + 'text_for = "owner"\n')
    page(home / "saved", 1, canonical("https://agency-example.com/1"))
    page(home / "saved", 2, canonical("https://www.herald-example.com/2"))
    run(home / "saved")
    guarded = """
    select s.source_key, w.search_vector = strip(w.search_vector)
    from news.articles join news.sources as s using (source_id)
    join news.article_versions as v using (article_id)
    join news.article_search as w using (article_version_id)
    order by canonical_url
    """
    assert rows(guarded) == [("agency-example-com", False), ("herald", True)]
    outlets.map_address("https://agency-example.com/", "herald", mapped_by="ida", reason=None)
    again = CliRunner().invoke(build(), ["reprocess", "--stage", "extract", "--all"])
    assert again.exit_code == 0, again.output
    assert rows(guarded) == [("herald", True), ("herald", True)]
    outlets.map_address("https://agency-example.com/", "bbc", mapped_by="ida", reason=None)
    again = CliRunner().invoke(build(), ["reprocess", "--stage", "extract", "--all"])
    assert again.exit_code == 0, again.output
    assert rows(guarded) == [("bbc", False), ("herald", True)]


def test_a_source_of_many_outlets_gives_its_files_to_them(home, rows):
    page(home / "saved", 1, canonical("https://www.herald-example.com/1"))
    page(home / "saved", 2, canonical("https://agency-example.com/2"))
    shelf = home / "sources" / "shelf.toml"
    shelf.write_text('name = "Shelf"\nfiles = ["../saved"]\n')
    run_sources(lambda _: None, jobs=1)
    assert rows(ARTICLES) == [("shelf", 2)]
    shelf.write_text(shelf.read_text() + "has_many_outlets = true\n")
    page(home / "saved", 3, canonical("https://agency-example.com/3"))
    run_sources(lambda _: None, jobs=1)
    assert rows(ARTICLES) == [("agency-example-com", 1), ("shelf", 2)]


def test_a_time_without_an_offset_is_of_the_outlets_zone(home, rows):
    path = page(home / "saved", 1, canonical("https://www.herald-example.com/1"))
    path.write_bytes(path.read_bytes().replace(b"T07:00:00+00:00", b"T07:00:00"))
    run(home / "saved")
    assert rows("select published_at at time zone 'UTC' from mart.articles")[0][0].hour == 22


def test_copies_in_files_of_two_outlets_are_copies_of_one_by_the_other(home, rows):
    page(home / "saved", 1, canonical("https://www.herald-example.com/1"), name="a.html")
    later = page(home / "saved", 1, canonical("https://agency-example.com/1"), name="b.html")
    later.write_bytes(later.read_bytes().replace(b"T07:", b"T09:"))
    run(home / "saved")
    assert rows("select source_key, is_original from mart.articles order by 1") == [
        ("agency-example-com", False),
        ("herald", True),
    ]
    assert rows("select origin_source, reuse_source from mart.syndication") == [
        ("herald", "agency-example-com")
    ]


def test_what_cannot_be_mapped_says_what_to_write(home):
    with pytest.raises(UsageError, match=r"no source 'heralt'.* Did you mean herald"):
        outlets.map_address("news-example.com", "heralt", mapped_by="ida", reason=None)
    with pytest.raises(UsageError, match="neither a host"):
        outlets.map_address("news example", "herald", mapped_by="ida", reason=None)
    with pytest.raises(UsageError, match=r"nothing is mapped for news-example\.com"):
        outlets.unmap_address("news-example.com")


def test_the_command_maps_lists_and_forgets(home):
    def dateline(*words):
        return CliRunner().invoke(build(), ["source", *words])

    mapped = dateline("map", "www.paper-example.net", "herald", "--reason", "their old name")
    assert mapped.exit_code == 0, mapped.output
    assert "their old name" in dateline("map", "--json").stdout
    assert dateline("unmap", "paper-example.net").exit_code == 0
    assert dateline("map", "--json").stdout == ""
