"""Walls, shells and cut pages in place of stored articles, through `dateline run` and Postgres.

Each is served at every address of an outlet, then the genuine pages again: no version, no edit, an
outcome with a name, and afterwards `unchanged`.
"""

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from tests.warehouse.stories import count

SUBJECTS = {
    "ferry": "the old ferry of Port Amber",
    "orchard": "the frozen orchards of the Sallow valley",
    "library": "the flooded library of Brackenford",
    "tram": "the first electric tram in Oster Haven",
}
_SENTENCES = (
    "Councillors argued until midnight about {0}, and then voted by nine to four.",
    "“Nobody here has slept well since the spring,” said the warden who looks after {0}.",
    "An engineer who has studied {0} for thirty years called the plan a gamble with old iron.",
    "The treasurer wants to set aside twelve million crowns for {0} before the autumn session.",
    "Children from three schools painted {0} on a wall beside the market hall in August.",
    "Insurers refuse to say what they would pay should anything happen to {0} this winter.",
    "A petition that asks the minister to visit {0} has found eleven thousand signatures.",
)


def article(slug):
    """Return the page of one story."""
    subject = SUBJECTS[slug]
    text = "".join(f"<p>{each.format(subject)}</p>" for each in _SENTENCES)
    # A sentence of its own for each story, so that no line is the site's boilerplate.
    return (
        f"<html><head><title>A long night for {subject}</title>"
        '<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-11-20T08:00:00Z"></head>'
        f"<body><article><h1>A long night for {subject}</h1>{text}</article></body></html>"
    )


MAINTENANCE = (
    "<html><head><title>The Gazette</title></head><body><h1>Back in a moment</h1><p>We are "
    "working on our pages at this moment and will be with you again in a few minutes. Thank you"
    " for your patience, and please look in later today.</p></body></html>"
)
CONSENT = (
    "<html><head><title>The Gazette: your choice</title></head><body><div><h1>Your "
    "choice</h1><p>We and our 312 partners keep details on your device, such as an identifier, "
    "and process personal data to choose advertising and contents for you, to measure what they"
    " achieve, and to learn about our audience.</p><p>With your permission we may use your "
    "exact location and recognise your device by its properties. You can agree to what we "
    "describe, or look at the purposes one by one before you go on. Some partners rely on their"
    " legitimate interest instead, to which you can object at any time.</p><p>Your choice "
    "applies to this website only. You can change it in the privacy settings, which every page "
    "links at the bottom, whenever you wish.</p><a href='/yes'>Agree</a></div></body></html>"
)
REGION = (
    "<html><head><title>The Gazette</title></head><body><h1>Not in your country</h1><p>The page"
    " you asked for cannot be shown in the country that you are in. We value your interest in "
    "our newspaper and are looking for ways to offer it to you in keeping with the law there. "
    "Please write to our reader service if you have a question about your "
    "subscription.</p></body></html>"
)
SHELL = (
    "<html><head><title>The Gazette</title><script src='/app.js'></script></head>"
    "<body><div id='root'></div></body></html>"
)
LISTING = (
    "<html><head><title>The Gazette</title></head><body><ul>"
    + "".join(
        f"<li><a href='/s/{n}'>What happened on day {n} of the fair</a></li>" for n in range(40)
    )
    + "</ul></body></html>"
)
CUT = "the genuine page, cut inside a sentence"
CHALLENGE = "<html><title>Hold on</title><script>window._cf_chl_opt={};</script></html>"


@pytest.fixture
def outlet(site, store_dsn, store, tmp_path, monkeypatch):
    """An outlet with four stories, which is collected by `outlet.run()`."""
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path))
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_CRAWL_DELAY", "0")
    settings.cache_clear()
    items = "".join(f"<item><link>{site.url}/2026/{slug}</link></item>" for slug in SUBJECTS)
    site.page("/feed", f"<rss version='2.0'><channel>{items}</channel></rss>")
    yield Outlet(site, store)
    settings.cache_clear()


class Outlet:
    def __init__(self, site, store):
        self.site = site
        self.store = store

    def show(self, page=None, status=200, **headers):
        """Serve this page at every address, or the genuine articles."""
        for slug in SUBJECTS:
            shown = article(slug) if page is None else article(slug)[:700] if page == CUT else page
            self.site.page(f"/2026/{slug}", shown, status, **headers)

    def run(self):
        """Collect the outlet and return the outcomes of its stories, each once."""
        command = ["run", f"{self.site.url}/feed", "--allow-private-addresses", "--jobs", "1"]
        result = CliRunner().invoke(build(), command)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        found = self.store.execute(
            "select outcome, reason from mart.url_fate where run_id = (select max(run_id) from"
            " ops.runs) order by url"
        ).fetchall()
        assert len(found) == len(SUBJECTS)
        self.reasons = [reason for _, reason in found]
        return {outcome for outcome, _ in found}


@pytest.mark.parametrize(
    ("page", "status", "outcomes"),
    [
        (MAINTENANCE, 200, {Outcome.SUSPECTED_WALL}),
        (CONSENT, 200, {Outcome.SUSPECTED_WALL}),
        (REGION, 200, {Outcome.SUSPECTED_WALL}),
        (SHELL, 200, {Outcome.REDESIGNED}),
        (LISTING, 200, {Outcome.REDESIGNED}),
        (CHALLENGE, 200, {Outcome.BLOCKED}),
        (CHALLENGE, 403, {Outcome.BLOCKED}),
        (CUT, 200, {Outcome.SUSPECTED_WALL}),
    ],
    ids="maintenance consent region shell listing challenge challenge-403 cut".split(),
)
def test_what_stands_in_place_of_articles_is_named_and_changes_nothing(
    outlet, page, status, outcomes
):
    outlet.show()
    assert outlet.run() == {Outcome.LOADED}
    outlet.show(page, status, ETag='"wall"')
    for _visit in range(2):  # a page that stays broken never counts as unchanged
        assert outlet.run() == outcomes
        assert all(outlet.reasons)
    outlet.show()
    assert outlet.run() == {Outcome.UNCHANGED}
    assert count(outlet.store, "news.article_versions") == len(SUBJECTS)
    assert count(outlet.store, "news.article_edits") == 0
    decisions = outlet.store.execute("select decision from mart.held_versions").fetchall()
    assert set(decisions) <= {("withdrawn",)}
    if outcomes != {Outcome.BLOCKED}:  # the others are read: the archive has them
        assert count(outlet.store, "news.fetches where raw_uri is not null") == 3 * len(SUBJECTS)
