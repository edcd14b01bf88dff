"""Feeds of every format, well-formed and broken."""

import json
import tracemalloc
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.discover import feed_formats
from pipeline.discover.feeds import read_feed
from pipeline.errors import PageError, Refused
from pipeline.outcomes import Outcome

URL = "https://herald.example/feeds/all.xml"
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0"><channel>
<title>The Example Herald</title><link>https://herald.example/</link><language>en-gb</language>
<item><title>Harbour &amp; bridge
 reopen</title><link> /2026/11/harbour-reopens </link>
 <pubDate>Fri, 20 Nov 2026 08:15:00 +0200</pubDate></item>
<item><title>No link</title><description>nothing to fetch</description></item>
<item><guid isPermaLink="true">https://herald.example/b</guid><pubDate>2026-11-19</pubDate></item>
<item><link>https://proxy.example/x</link><fb:origLink>https://herald.example/c</fb:origLink></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://herald.example/news/">
<title>Herald</title><link rel="alternate" href="https://herald.example/"/>
<entry><title type="html">&lt;b&gt;Vote&lt;/b&gt;</title><link rel="self" href="https://herald.example/api/1"/>
<link rel="alternate" href="vote-1"/><updated>2026-11-20T09:00:00Z</updated>
<published>2026-11-20T08:00:00-05:00</published></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>H</title></channel>
<item rdf:about="https://herald.example/r"><title>R</title><link>https://herald.example/r</link>
<dc:date>2026-11-20T08:00+01:00</dc:date></item></rdf:RDF>"""


def test_rss():
    feed = read_feed(RSS.encode(), URL)
    assert (feed.title, feed.homepage, feed.language) == (
        "The Example Herald",
        "https://herald.example/",
        "en-gb",
    )
    assert [(entry.url, entry.title, entry.published_at) for entry in feed.entries] == [
        (
            "https://herald.example/2026/11/harbour-reopens",
            "Harbour & bridge reopen",
            "2026-11-20T08:15:00+02:00",
        ),
        ("https://herald.example/b", None, "2026-11-19"),
        ("https://herald.example/c", None, None),
    ]


def test_atom_uses_the_alternate_link_its_base_and_the_publication_time():
    [entry] = read_feed(ATOM.encode(), URL).entries
    assert entry.url == "https://herald.example/news/vote-1"
    assert entry.published_at == "2026-11-20T08:00:00-05:00"


@pytest.mark.parametrize(
    ("stated", "published"),
    [
        ("Fri, 20 Nov 2026 08:15:00 CET", "2026-11-20T08:15:00+01:00"),
        ("20 November 2026, 08:15 CET", "2026-11-20T08:15:00+01:00"),
        ("Παρ, 20 Νοέ 2026 08:15:00 EET", "2026-11-20T08:15:00+02:00"),
        ("2026년 11월 20일 08:15", "2026-11-20T08:15:00"),
        ("2026-324", "2026-11-20"),
        ("last Tuesday", None),
    ],
)
def test_publication_times(stated, published):
    item = f"<item><link>https://herald.example/a</link><pubDate>{stated}</pubDate></item>"
    [entry] = read_feed(f'<rss version="2.0"><channel>{item}</channel></rss>'.encode(), URL).entries
    assert entry.published_at == published


def test_rdf():
    [entry] = read_feed(RDF.encode(), URL).entries
    assert (entry.url, entry.published_at) == (
        "https://herald.example/r",
        "2026-11-20T08:00:00+01:00",
    )


def test_json_feed():
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Herald",
        "home_page_url": "https://herald.example/",
        "items": [
            {"id": "1", "url": "/a", "title": "A", "date_published": "2026-11-20T08:00:00Z"},
            {"id": "https://herald.example/b", "content_text": "b"},
            {"id": "3"},
            "no object",
            {"url": None, "external_url": "https://other.example/c"},
        ],
    }
    found = read_feed(json.dumps(feed).encode(), "https://herald.example/feed.json")
    assert [entry.url for entry in found.entries] == [
        "https://herald.example/a",
        "https://herald.example/b",
        "https://other.example/c",
    ]
    assert found.entries[0].published_at == "2026-11-20T08:00:00+00:00"


def test_broken_xml_is_read_as_far_as_it_goes():
    broken = RSS.replace("Harbour &amp; bridge", "Harbour & bridge").replace("</channel></rss>", "")
    feed = read_feed(broken.encode(), URL)
    assert feed.is_broken
    assert len(feed.entries) == 3


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16"])
def test_the_declared_charset_counts(encoding):
    text = RSS.replace("utf-8", encoding).replace("Harbour", "Café")
    [first, *_] = read_feed(text.encode(encoding), URL).entries
    assert first.title.startswith("Café")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!DOCTYPE html><html><body>Not found</body></html>", "an HTML page"),
        ("https://herald.example/a\nhttps://herald.example/b", "a list of addresses"),
        ("just words", "not a feed"),
        ("{}", "not a feed"),
        ("/etc/passwd", "not a feed"),
    ],
)
def test_a_document_that_is_not_a_feed_is_refused_with_what_it_is(body, words):
    with pytest.raises(Refused, match=words) as caught:
        read_feed(body.encode(), URL)
    assert caught.value.outcome is Outcome.BAD_CONTENT


def test_a_feed_without_entries_is_read():
    assert (
        read_feed(b'<rss version="2.0"><channel><title>x</title></channel></rss>', URL).entries
        == ()
    )


def test_external_entities_are_not_read_and_nested_ones_not_expanded(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    body = (
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY l0 "ha">{laughs}]>'
        '<rss version="2.0"><channel><item><link>https://herald.example/a</link>'
        "<title>&x;&l9;</title></item></channel></rss>"
    )
    feed = read_feed(body.encode(), URL)
    text = "".join(entry.title or "" for entry in feed.entries)
    assert "secret" not in text
    assert len(text) < 1000


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_feed_raises_nothing_but_a_page_error(data):
    body = bytearray(data.draw(st.sampled_from([RSS, ATOM, RDF])).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, 300))] = data.draw(st.integers(0, 255))
    try:
        feed = read_feed(bytes(body), URL)
    except PageError:
        return
    assert all(entry.url for entry in feed.entries)


def test_a_feed_whose_encoding_has_no_valid_name_is_read():
    body = RSS.encode().replace(b'encoding="utf-8"', b'encoding="utf\0008"')
    assert len(read_feed(body, URL).entries) == 3


def urls(body: str | bytes, url: str = URL, content_type: str | None = None) -> list[str]:
    raw = body.encode() if isinstance(body, str) else body
    return [entry.url for entry in read_feed(raw, url, content_type).entries]


def rss(items: str, head: str = "", attributes: str = "") -> str:
    return f'<rss version="2.0" {attributes}><channel><title>H</title>{head}{items}</channel></rss>'


ITEM = "<item><link>https://herald.example/a</link></item>"
JUNK = [
    "\n\n   \t",
    "\ufeff",
    "\ufeff\ufeff\n",
    "<!-- served by cache 7 -->\n",
    "<br />\n<b>Warning</b>:  Undefined variable $post in <b>/srv/www/feed.php</b> on line "
    "<b>12</b><br />\n",
    "Notice: session already started in /srv/www/lib.php on line 3\n",
    "<font size='1'><table class='xdebug-error'><tr><th>( ! ) Deprecated</th></tr></table></font>",
    "<html><body>A banner of the web host</body></html>",
    "<script>var host = 1;</script>",
]


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0" encoding="utf-8"?>\n'])
@pytest.mark.parametrize("feed", [rss(ITEM), ATOM, RDF])
def test_a_feed_behind_junk_is_read(junk, declaration, feed):
    assert len(urls(junk + declaration + feed)) == 1


@pytest.mark.parametrize(
    "page",
    [
        f"<!DOCTYPE html><html><body><h1>How feeds work</h1>{rss(ITEM)}</body></html>",
        "<html><svg><metadata><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<cc:Work/></rdf:RDF></metadata></svg></html>",
        "<div>The <feed> element of Atom, the <rss> element</div>",
    ],
)
def test_a_page_that_holds_the_markup_of_a_feed_is_a_page(page):
    with pytest.raises(Refused, match="an HTML page"):
        urls(page)


CDF = """<?xml version="1.0"?>
<!DOCTYPE CHANNEL SYSTEM "http://www.w3c.org/Channel.dtd">
<CHANNEL HREF="http://herald.example/" LASTMOD="1998-11-05T22:20-0800" BASE="http://herald.example/">
<TITLE>The Example Herald</TITLE><SCHEDULE><INTERVALTIME HOUR="6" MIN="30"/></SCHEDULE>
<ITEM HREF="/1998/ferry.html" LASTMOD="1998-11-05T22:20-0800"><TITLE>Ferry &amp; quay</TITLE></ITEM>
<ITEM><A HREF="http://herald.example/1998/tram.html">Trams</A><TITLE>Trams</TITLE></ITEM></CHANNEL>"""


def test_cdf():
    feed = read_feed(CDF.encode(), "http://herald.example/news.cdf")
    assert (feed.title, feed.homepage) == ("The Example Herald", "http://herald.example/")
    assert feed.update_period_minutes == 390
    assert [(entry.url, entry.title, entry.published_at) for entry in feed.entries] == [
        ("http://herald.example/1998/ferry.html", "Ferry & quay", "1998-11-05T22:20:00-08:00"),
        ("http://herald.example/1998/tram.html", "Trams", None),
    ]


RDF_090 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>H</title><link>http://h.example/</link>
</channel><item><title>A</title><link>https://herald.example/a</link></item></rdf:RDF>"""
RSS_091 = """<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><image><title>Logo</title><link>https://herald.example/i</link></image>
<item><title>A</title><link>https://herald.example/a</link></item></channel></rss>"""
ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>A</title>
<link rel="service.edit" href="https://herald.example/edit"/><issued>2004-05-02T08:15:00Z</issued>
<link rel="alternate" type="text/html" href="https://herald.example/a"/></entry></feed>"""
PREFIXED = """<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>A</a:title>
<a:link href="https://herald.example/a"/></a:entry></a:feed>"""
HEADLESS = f"<channel><title>H</title>{ITEM}</channel>"


@pytest.mark.parametrize("feed", [RDF_090, RSS_091, ATOM_03, PREFIXED, HEADLESS])
def test_old_and_odd_formats(feed):
    assert urls(feed) == ["https://herald.example/a"]


def test_a_sitemap_listed_as_a_feed_is_read():
    body = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>'
        "<loc>https://herald.example/a</loc><lastmod>2026-11-20</lastmod></url></urlset>"
    )
    [entry] = read_feed(body.encode(), URL).entries
    assert (entry.url, entry.changed_at) == ("https://herald.example/a", "2026-11-20")
    index = (
        "<sitemapindex><sitemap><loc>https://herald.example/1.xml</loc></sitemap></sitemapindex>"
    )
    [child] = read_feed(index.encode(), URL).sitemaps
    assert child.url == "https://herald.example/1.xml"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://herald.example/a?x=1&y=2", "https://herald.example/a?x=1&y=2"),
        ("https://herald.example/a?x=1&amp;y=2", "https://herald.example/a?x=1&y=2"),
        ("https://herald.example/a?x=1&amp;amp;y=2", "https://herald.example/a?x=1&y=2"),
        (
            "https://herald.example/a?x=1&copy=2&lang=en",
            "https://herald.example/a?x=1&copy=2&lang=en",
        ),
        ("<![CDATA[https://herald.example/a?x=1&y=2]]>", "https://herald.example/a?x=1&y=2"),
        ("<![CDATA[https://herald.example/a?x=1&amp;y=2]]>", "https://herald.example/a?x=1&y=2"),
        ("\n  https://herald.example/\n  a  \n", "https://herald.example/a"),
        ("www.herald.example/a", "https://www.herald.example/a"),
        ("//herald.example/a", "https://herald.example/a"),
        ("http://https://herald.example/a", "https://herald.example/a"),
        ("?id=7", "https://herald.example/feeds/all.xml?id=7"),
        ("https://herald.example/\0a", "https://herald.example/a"),
        ("https://herald.example/&#233;t&eacute;", "https://herald.example/été"),
    ],
)
def test_links_are_read_as_they_were_meant(written, read):
    assert urls(rss(f"<item><title>A & B</title><link>{written}</link></item>")) == [read]


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<guid>https://herald.example/g</guid>", "https://herald.example/g"),
        ("<link/><guid>https://herald.example/g</guid>", "https://herald.example/g"),
        ("<guid isPermaLink='true'>/g</guid>", "https://herald.example/g"),
        ("<guid isPermaLink='false'>https://herald.example/g</guid>", None),
        ("<guid>48213</guid>", None),
        ("<enclosure url='https://herald.example/a.mp3'/>", None),
        ("<source url='https://other.example/'><link>https://other.example/</link></source>", None),
        ("<description><p>a<br>b <link>https://x.example/</link></p></description>", None),
        ("<link>https://herald.example/a</link><atom:link rel='self' href='/s'/>", "/a"),
        ("<atom:link href='https://herald.example/a'/>", "/a"),
        ("<link rel='replies' href='/r'/><link href='/a'/>", "/a"),
        ("<title>T<link>https://herald.example/a", "/a"),
        ("<description><p>x<img src=5\" alt='><br></description><link>/a</link>", "/a"),
    ],
)
def test_which_link_of_an_item_is_the_articles(item, link):
    body = rss(f"<item>{item}</item>", attributes='xmlns:atom="http://www.w3.org/2005/Atom"')
    expected = [f"https://herald.example{link}" if link[0] == "/" else link] if link else []
    assert urls(body) == expected


def test_links_inside_the_content_of_an_entry_are_not_its_own():
    content = (
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><title>no</title>'
        '<link href="https://other.example/"/><a href="https://other.example/">x</a></div></content>'
    )
    [entry] = read_feed(ATOM.replace("</entry>", f"{content}</entry>").encode(), URL).entries
    assert (entry.url, entry.title) == ("https://herald.example/news/vote-1", "Vote")


@pytest.mark.parametrize(
    "cut",
    ["<item><link>https://herald.example/cu", "<item><link>https://herald.example/cut</li", "<ite"],
)
def test_a_link_that_the_end_of_the_file_cuts_is_none(cut):
    feed = read_feed(f'<rss version="2.0"><channel>{ITEM}{cut}'.encode(), URL)
    assert [entry.url for entry in feed.entries] == ["https://herald.example/a"]
    assert feed.is_broken


@pytest.mark.parametrize(
    ("declared", "written", "header"),
    [
        ("iso-8859-1", "utf-8", None),
        ("utf-8", "windows-1252", None),
        ("us-ascii", "utf-8", "text/xml; charset=us-ascii"),
        ("utf-8", "utf-16", None),
        ("utf-16", "utf-8", None),
        ("utf-8", "utf-16-le", None),
        ("utf-8", "utf-16-be", "application/rss+xml"),
        ("", "windows-1251", "application/rss+xml; charset=windows-1251"),
        ("windows-1251", "windows-1251", None),
        ("shift_jis", "shift_jis", None),
    ],
)
def test_the_bytes_count_more_than_a_wrong_declaration(declared, written, header):
    title = {"windows-1251": "Паром снова ходит после шторма", "shift_jis": "港の橋が再開した"}
    words = title.get(written, "Café « Le Phare » rouvre à Sète")
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = f"{declaration}{rss(ITEM.replace('<link>', f'<title>{words}</title><link>'))}"
    [entry] = read_feed(body.encode(written), URL, header).entries
    assert entry.title == words


def test_titles_are_plain_text():
    titles = [
        "A &lt;b&gt;bold&lt;/b&gt; move",
        "<![CDATA[Rock &amp; roll]]>",
        "Rock &amp;amp; roll",
    ]
    body = rss("".join(ITEM.replace("<link>", f"<title>{title}</title><link>") for title in titles))
    found = [entry.title for entry in read_feed(body.encode(), URL).entries]
    assert found == ["A bold move", "Rock & roll", "Rock & roll"]


@pytest.mark.parametrize(
    ("link", "target"),
    [
        (
            "https://www.google.com/url?rct=j&amp;url=https://herald.example/a&amp;ct=ga",
            "https://herald.example/a",
        ),
        (
            "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fherald.example%2fa",
            "https://herald.example/a",
        ),
    ],
)
def test_links_of_search_alerts_lead_to_the_article(link, target):
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{link}"/></entry></feed>'
    [entry] = read_feed(feed.encode(), "https://www.google.com/alerts/feeds/1/2").entries
    assert (entry.url, entry.is_foreign) == (target, True)


def test_items_of_other_sites_are_marked():
    items = ITEM + "<item><link>https://advert.example/x</link></item>"
    feed = rss(items, "<link>https://www.herald.example/</link>")
    found = read_feed(feed.encode(), "https://feeds.host.example/herald").entries
    assert [entry.is_foreign for entry in found] == [False, True]


def test_times_and_identifiers_of_an_entry():
    item = (
        "<item><guid isPermaLink='false'>48213</guid><link>https://herald.example/a</link>"
        "<pubDate>Fri, 20 Nov 2026 08:15:00 +02:00</pubDate>"
        "<atom:updated>2026-11-20T09:30:00Z</atom:updated></item>"
    )
    body = rss(item, attributes='xmlns:atom="http://www.w3.org/2005/Atom"')
    [entry] = read_feed(body.encode(), URL).entries
    assert (entry.guid, entry.published_at, entry.changed_at) == (
        "48213",
        "2026-11-20T08:15:00+02:00",
        "2026-11-20T09:30:00+00:00",
    )


def test_the_order_of_day_and_month_is_that_of_the_whole_feed():
    items = "".join(
        f"<item><link>/{number}</link><pubDate>{date}</pubDate></item>"
        for number, date in enumerate(["11/10/2026 08:15", "25/10/2026 08:15"])
    )
    found = read_feed(rss(items).encode(), URL).entries
    assert [entry.published_at for entry in found] == ["2026-10-11T08:15:00", "2026-10-25T08:15:00"]


def test_a_time_in_the_future_is_not_believed_where_the_present_is_known():
    item = "<item><link>/a</link><pubDate>Fri, 20 Nov 2099 08:15:00 GMT</pubDate></item>"
    body = rss(item).encode()
    now = datetime(2026, 11, 20, tzinfo=UTC)
    [entry] = read_feed(body, URL, now=now).entries
    assert entry.published_at is None
    [entry] = read_feed(body, URL).entries
    assert entry.published_at == "2099-11-20T08:15:00+00:00"


@pytest.mark.parametrize(
    ("head", "ttl", "period"),
    [
        ("<ttl>60</ttl>", 60, None),
        ("<ttl> 15 </ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 15, 60),
        (
            "<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            None,
            360,
        ),
        ("<sy:updatePeriod>often</sy:updatePeriod>", None, None),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            None,
            6000,
        ),
        ("<ttl>0</ttl>", None, None),
        ("<ttl>-5</ttl>", None, None),
        ("<ttl>99999999999</ttl>", None, None),
        ("<ttl>one hour</ttl>", None, None),
    ],
)
def test_how_often_the_publisher_wants_to_be_asked(head, ttl, period):
    namespace = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    feed = read_feed(rss(ITEM, head, namespace).encode(), URL)
    assert (feed.ttl_minutes, feed.update_period_minutes) == (ttl, period)


@pytest.mark.parametrize(
    "body",
    [
        '{"version":"https://jsonfeed.org/version/1","items":' + "[" * 100_000,
        '{"version":"https://jsonfeed.org/version/1","items":{"a":1}}',
        '{"version":"https://jsonfeed.org/version/1","items":[{"url":{}},{"id":7},null]}',
        '{"version":"https://jsonfeed.org/version/1","title":7,"items":[[]]}',
    ],
)
def test_a_hostile_json_feed_is_refused_or_empty(body):
    try:
        found = urls(body)
    except Refused:
        found = []
    assert found == []


def test_a_json_feed_may_count_seconds_and_milliseconds():
    items = [
        {"url": "/a", "date_published": 1795162500, "date_modified": "2026-11-20T09:00:00Z"},
        {"url": "/b", "date_published": 1795162500123.0, "id": 48213},
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})
    one, two = read_feed(body.encode(), URL).entries
    assert one.published_at == two.published_at == "2026-11-20T08:15:00+00:00"
    assert (one.changed_at, two.guid) == ("2026-11-20T09:00:00+00:00", "48213")


@pytest.mark.parametrize(
    "part",
    [
        *(
            "<!-- ",
            "<",
            "<a>",
            "<item>",
            "</a>",
            '<a b="',
            "<![CDATA[",
            "<!DOCTYPE x [",
            "&",
            "&amp;",
        ),
        *("<?xml ", "<item a=", "<b ", "<title>", "\0", "<a xmlns:b='c'>", "<a xml:base='b/'>"),
    ],
)
def test_a_feed_of_one_broken_part_many_times_over_has_no_entries(part):
    # In quadratic time each of these would take minutes.
    assert urls(f'<rss version="2.0"><channel>{part * 200_000}') == []


def test_a_feed_of_many_entries_is_read_up_to_the_limit(monkeypatch):
    monkeypatch.setattr(feed_formats, "MAX_ENTRIES", 500)
    assert len(urls(rss(ITEM * 600))) == 500


def test_the_memory_for_a_feed_is_a_few_times_its_length():
    body = rss(
        f"<item><link>/a</link><description>{'words ' * 200_000}</description></item>"
    ).encode()
    tracemalloc.start()
    try:
        assert len(read_feed(body, URL).entries) == 1
        assert tracemalloc.get_traced_memory()[1] < 6 * len(body)
    finally:
        tracemalloc.stop()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_within_a_feed_raise_nothing_but_a_page_error(junk, position):
    body = RSS.encode()
    try:
        feed = read_feed(body[:position] + junk + body[position:], URL)
    except PageError:
        return
    assert all(entry.url for entry in feed.entries)


_PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_PLAIN, st.datetimes(datetime(1990, 1, 1), datetime(2080, 1, 1)))))  # noqa: DTZ001
def test_what_was_written_is_read(stories):
    items = "".join(
        f"<item><title>{escape(escape(title))}</title><link>https://herald.example/{number}</link>"
        f"<pubDate>{format_datetime(at.replace(tzinfo=UTC))}</pubDate></item>"
        for number, (title, at) in enumerate(stories)
    )
    found = read_feed(rss(items).encode(), URL).entries
    assert [entry.url for entry in found] == [
        f"https://herald.example/{n}" for n in range(len(stories))
    ]
    assert [entry.published_at for entry in found] == [
        at.replace(microsecond=0, tzinfo=UTC).isoformat() for _, at in stories
    ]
