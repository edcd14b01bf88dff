"""Eight outlets broken in ways that real ones are, fetched by one run and published by another.

Under Airflow *ingest* lists and fetches and *curate* loads and publishes, each with its own run.
"""

import pytest

from pipeline.errors import StoreError
from pipeline.models import Source
from pipeline.settings import settings
from pipeline.stages import annotate, collect, dedupe, load, publish, run_lifecycle
from pipeline.stages.register_sources import register
from tests.fix_http import respond
from tests.warehouse.stories import loaded

WORDS = "The council of Port Amber voted on the bridge on Friday, said the mayor. " * 12


def feed(site, outlet, count=6):
    items = "".join(
        f"<item><title>Story {n} of {outlet}</title><link>{site.url}/{outlet}/{n}</link></item>"
        for n in range(count)
    )
    site.page(
        f"/{outlet}/feed",
        f'<rss version="2.0"><channel><title>{outlet}</title>{items}</channel></rss>',
        Content_Type="application/rss+xml",
    )
    return [f"/{outlet}/{n}" for n in range(count)]


def story(number, outlet):
    return (
        f"<html><head><title>Story {number} of {outlet}</title></head><body><article>"
        f"<h1>Story {number} of {outlet}</h1><p>{outlet} number {number}: {WORDS}</p>"
        f"<p>{WORDS}</p></article></body></html>"
    )


SHELL = '<html><head><title>News</title></head><body><div id="root"></div><script>go()</script>'
WALL = (
    "<html><head><title>Just a moment...</title></head><body>"
    '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script>'
)


def break_outlets(make_site):
    """Serve nine outlets, each on a host of its own, and return their sources."""
    sites = {}

    def outlet(name):
        sites[name] = make_site()
        return sites[name]

    site = outlet("healthy")
    for number, path in enumerate(feed(site, "healthy")):
        site.page(path, story(number, "healthy"))
    for name, status in (("forbidden", 403), ("overloaded", 503), ("limited", 429)):
        outlet(name).page(f"/{name}/feed", "no", status)
    site = outlet("robots")
    feed(site, "robots")
    site.robots("User-agent: *\nDisallow: /")
    site = outlet("shell")
    for path in feed(site, "shell"):
        site.page(path, SHELL)
    site = outlet("walled")
    for path in feed(site, "walled"):
        site.page(path, WALL)
    feed(outlet("empty"), "empty", 0)
    site = outlet("redesigned")
    for number, path in enumerate(feed(site, "redesigned")):
        site.page(path, story(number, "redesigned"))
    sources = [
        Source(
            name,
            name.title(),
            feeds=(f"{site.url}/{name}/feed",),
            allow_private_addresses=True,
            crawl_delay=0.0,
        )
        for name, site in sites.items()
    ]
    return sites, sources


def tick(sources, number):
    """Do what a run of *ingest* and the run of *curate* after it do; return the latter's id."""
    ingest = run_lifecycle.open_run("ingest", f"ingest-{number}")
    collect.collect_sources(ingest, [collect.Wanted(each) for each in sources], everything=True)
    run_lifecycle.close_run(ingest, True)
    curate = run_lifecycle.open_run("curate", f"curate-{number}")
    for batch in load.plan(curate):
        load.load(curate, batch)
    dedupe.dedupe(curate)
    publish.publish(curate)
    run_lifecycle.close_run(curate, True)
    return curate


@pytest.fixture
def in_store(monkeypatch, store_dsn):
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_READ_TIMEOUT", "5")
    settings.cache_clear()


@pytest.mark.slow
def test_checks_of_curate_name_each_outlet_that_ingest_found_broken(in_store, store, make_site):
    sites, sources = break_outlets(make_site)
    register(store, sources)
    tick(sources, 1)
    redesigned = sites["redesigned"]
    for path in feed(redesigned, "redesigned"):
        redesigned.raw(path, lambda handler: respond(handler, 200, {}, SHELL.encode()))
    store.execute("update ops.link_attempts set decided_at = decided_at - interval '1 hour'")
    for column in ("started_at", "looked_until", "finished_at"):
        store.execute(f"update ops.publishes set {column} = {column} - interval '30 minutes'")
    curate = tick(sources, 2)
    findings = store.execute(
        "select source_key, check_name, finding from mart.check_findings where run_id = %s",
        (curate,),
    ).fetchall()
    named = {(source, check): text for source, check, text in findings}
    documents = {
        "forbidden": "forbidden",
        "overloaded": "server_error",
        "limited": "rate_limited",
        "robots": "robots_denied",
        "empty": "it answers and names no link",
    }
    for source, said in documents.items():
        assert said in named[source, "documents_bring_links"]
    links = {"shell": "not_an_article", "walled": "blocked", "redesigned": "redesigned"}
    for source, said in links.items():
        assert said in named[source, "links_bring_articles"]
    assert {source for source, _ in named} == {*documents, *links}
    quality = "select failed_checks from mart.run_quality where dag_id = 'ingest' order by run_id"
    assert store.execute(quality).fetchall()[1] == (
        ["documents_bring_links", "links_bring_articles"],
    )


def test_a_failed_check_fails_the_publish_and_names_itself(in_store, store):
    run_id = run_lifecycle.open_run("curate", "one")
    register(store, [Source("harbour", "The Harbour", homepage="https://harbour.example/")])
    store.execute(
        "insert into news.articles (source_id, canonical_url, first_seen_at, last_seen_at)"
        " select source_id, 'https://harbour.example/1', now(), now() from news.sources"
    )
    with pytest.raises(StoreError, match=r"1 of \d+ checks failed: one_current_version: article 1"):
        publish.publish(run_id)
    states = store.execute("select status, finished_at is null from ops.publishes").fetchall()
    assert states == [("failed", False)]


def test_a_tick_of_the_clock_counts_what_changed_in_between(in_store, store):
    def mentions():
        query = "select count(*) from mart.daily_entity_mentions"
        return store.execute(query).fetchone()[0]

    loaded(store, [1, 2])
    run_id = run_lifecycle.open_run("publish", "first")
    for batch in annotate.plan(run_id):
        annotate.annotate(run_id, batch)
    publish.publish(run_id)
    assert mentions() > 0
    store.execute("delete from news.entity_mentions")
    publish.publish(run_id)
    assert mentions() == 0
