"""Well-formed feeds give the links, titles and times that feedparser reads in them."""

import io
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

import feedparser
from hypothesis import given
from hypothesis import strategies as st

from pipeline.discover.feeds import read_feed

FEED = "https://herald.example/feed"
words = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("C", "Z")),
    min_size=1,
    max_size=30,
)
# Ours drops the "?" of an empty query, as urljoin does: "/s/a?" is the page "/s/a".
paths = (
    st.text("abcdefg0123456789-_/.~%&=?", min_size=1, max_size=30)
    .filter(lambda path: not path.endswith("?"))
    .map(lambda path: "/s/" + path)
)
times = st.datetimes(datetime(2001, 1, 1), datetime(2026, 11, 20))  # noqa: DTZ001
items = st.lists(st.tuples(paths, words, times), min_size=1, max_size=6)


def rss(found):
    rows = "".join(
        f"<item><title>{escape(title)}</title><link>https://herald.example{escape(path)}</link>"
        f"<pubDate>{format_datetime(at.replace(microsecond=0, tzinfo=UTC))}</pubDate></item>"
        for path, title, at in found
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{rows}</channel></rss>'
    )


def atom(found):
    quotes = {'"': "&quot;"}
    rows = "".join(
        f"<entry><title>{escape(title)}</title>"
        f'<link href="https://herald.example{escape(path, quotes)}"/>'
        f"<published>{at.replace(microsecond=0).isoformat()}Z</published></entry>"
        for path, title, at in found
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<feed xmlns="http://www.w3.org/2005/Atom">{rows}</feed>'
    )


@given(items, st.sampled_from([rss, atom]))
def test_links_and_times_are_those_of_feedparser(found, write):
    body = write(found).encode()
    theirs = feedparser.parse(io.BytesIO(body), resolve_relative_uris=False).entries
    ours = read_feed(body, FEED).entries
    assert [each.url for each in ours] == [each.link for each in theirs]
    stated = [datetime.fromisoformat(each.published_at).timetuple()[:6] for each in ours]
    assert stated == [each.published_parsed[:6] for each in theirs]
