"""Walls: recognised by headers and structure; pages that only embed a vendor's script are none."""

import gzip
import json
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch import walls
from pipeline.fetch.walls import recognise_wall
from pipeline.outcomes import Outcome

_TABLE = tomllib.loads(Path(walls.__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_SIGNATURES = _TABLE["signature"]
_URL = "https://news.example/harbour"
_PROSE = " ".join(
    f"In ward {number} the harbour board counted {number * 7} boats before the tide turned."
    for number in range(60)
)
_MENU = "".join(f'<li><a href="/s/{number}">Section {number}</a></li>' for number in range(30))


def response_of(example: str) -> tuple[int, list[tuple[str, str]], bytes, str]:
    """Read an example: status and URL, headers, an empty line, the body."""
    head, _, body = example.strip("\n").partition("\n\n")
    first, *lines = head.splitlines()
    status, url = first.split()
    headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    return int(status), headers, body.encode(), url


def name_of(signature: dict) -> str:
    conditions = (*signature.get("marks", ()), *signature.get("headers", ()))
    return f"{signature['vendor']}: {' '.join(conditions) or 'pattern or url'}"


@pytest.mark.parametrize("signature", _SIGNATURES, ids=name_of)
def test_the_example_of_each_signature_is_recognised(signature):
    status, headers, body, url = response_of(signature["example"])
    wall = recognise_wall(status, headers, body, url)
    assert wall is not None
    assert (wall.vendor, wall.kind) == (signature["vendor"], signature["kind"])
    assert wall.vendor in wall.reason
    assert wall.evidence
    assert "\n" not in wall.reason


@pytest.mark.parametrize("signature", _SIGNATURES, ids=name_of)
def test_an_article_or_a_listing_with_the_same_script_is_no_wall(signature):
    _, _, body, _ = response_of(signature["example"])
    article = b'<meta property="og:type" content="article"><article>%s</article>' % _PROSE.encode()
    listing = b"<body><ul>%s</ul><p>%s</p></body>" % (_MENU.encode(), _PROSE.encode())
    for page in (article, listing):
        assert recognise_wall(200, [], page + body, _URL) is None
        assert recognise_wall(200, [], body + page, _URL) is None


@pytest.mark.parametrize("status", [200, 403, 429, 503])
@pytest.mark.parametrize(
    "vendor",
    ["Cloudflare", "Akamai", "DataDome", "PerimeterX/HUMAN", "Imperva", "AWS WAF"],
)
def test_each_large_vendor_is_recognised_at_each_status(vendor, status):
    found = set()
    for signature in _SIGNATURES:
        if signature["vendor"] == vendor:
            _, headers, body, url = response_of(signature["example"])
            wall = recognise_wall(status, headers, body, url)
            found.add(wall and wall.vendor)
    assert vendor in found
    assert found <= {vendor, None}


_CONSENT_TEXT = (
    "<h2>Before you read on</h2><p>We and our advertising partners keep and read details on your "
    "device, such as an identifier, to choose and measure what you are shown. You may agree, "
    "refuse, or set each purpose apart, and change your mind at any time.</p>"
    "<button>Agree</button><button>Refuse</button>"
)


@pytest.mark.parametrize(
    ("vendor", "page"),
    [
        (
            "Sourcepoint",
            '<script src="https://cdn.privacy-mgmt.com/unified/wrapperMessagingWithoutDetection.js">'
            f'</script><div id="sp_message_container_9">{_CONSENT_TEXT}</div>',
        ),
        (
            "Sourcepoint",
            '<html><script src="https://cdn.privacy-mgmt.com/x.js"></script><body></body></html>',
        ),
        (
            "OneTrust",
            '<script src="https://cdn.cookielaw.org/scripttemplates/otSDKStub.js"></script>'
            f'<div id="onetrust-consent-sdk">{_CONSENT_TEXT}</div>',
        ),
        (
            "Didomi",
            '<script src="https://sdk.privacy-center.org/1/loader.js"></script>'
            f'<div id="didomi-host"><div class="didomi-notice">{_CONSENT_TEXT}</div></div>',
        ),
        (
            "Usercentrics",
            '<script src="https://app.usercentrics.eu/browser-ui/latest/loader.js"></script>'
            f'<div id="usercentrics-root">{_CONSENT_TEXT}</div>',
        ),
        (
            "TrustArc",
            '<script src="https://consent.trustarc.com/notice?domain=news.example"></script>'
            f'<div id="truste-consent-content">{_CONSENT_TEXT}</div>',
        ),
        (
            "consent page",
            f'<main class="cookie-wall">{_CONSENT_TEXT}</main><a href="/i">Imprint</a>',
        ),
        ("consent page", f'<body class="page-consent">{_CONSENT_TEXT}</body>'),
        ("consent page", f'<form action="/gdpr/accept" method="post">{_CONSENT_TEXT}</form>'),
    ],
)
def test_a_page_that_only_asks_for_consent_is_a_consent_wall(vendor, page):
    wall = recognise_wall(200, [], page.encode(), _URL)
    assert wall is not None
    assert (wall.vendor, wall.outcome) == (vendor, Outcome.CONSENT_WALL)


@pytest.mark.parametrize("words", _TABLE["consent_box"])
def test_each_word_of_a_consent_box_has_an_example(words):
    example = _TABLE["consent_box"][words]
    wall = recognise_wall(200, [], f"<div {example}>{_CONSENT_TEXT}</div>".encode(), _URL)
    assert wall is not None
    assert wall.kind == "consent_wall"
    assert recognise_wall(200, [], f"<div>{_CONSENT_TEXT}</div>".encode(), _URL) is None


@pytest.mark.parametrize("vendor", _TABLE["consent_managers"])
def test_a_page_with_a_consent_manager_and_an_article_or_an_app_is_no_wall(vendor):
    for mark in _TABLE["consent_managers"][vendor]:
        script = f'<script src="https://{mark}/loader.js"></script>'
        box = f'<div id="onetrust-banner-sdk">{_CONSENT_TEXT}</div>'
        for rest in (f"<p>{_PROSE}</p>", f"<ul>{_MENU}</ul><p>{_PROSE[:900]}</p>"):
            assert recognise_wall(200, [], f"{script}{box}{rest}".encode(), _URL) is None
        shell = f'{script}<body><div id="root"></div></body>'
        assert recognise_wall(200, [], shell.encode(), _URL) is None


@pytest.mark.parametrize(
    ("status", "headers", "page"),
    [
        (429, [("Server", "cloudflare")], '<div id="cf-error-details">Error 1015</div>'),
        (521, [("Server", "cloudflare")], '<div id="cf-error-details">Error 521</div>'),
        (503, [("Server", "AkamaiGHost")], "<h1>Down</h1>Reference&#32;&#35;11&#46;9c"),
        (403, [("Server", "nginx")], "<h1>403 Forbidden</h1>"),
        (503, [("Retry-After", "60")], "<h1>Busy</h1>"),
        (200, [("CF-RAY", "8a0b-FRA"), ("Server", "cloudflare")], "<p>Four words stand here.</p>"),
        (200, [("X-DataDome", "protected")], "<p>Four words stand here.</p>"),
        (404, [], ""),
        (None, [], ""),
    ],
)
def test_an_error_of_the_site_itself_is_no_wall(status, headers, page):
    assert recognise_wall(status, headers, page.encode(), _URL) is None


def test_a_block_page_with_the_menu_of_the_site_around_it_is_recognised():
    page = f"<nav><ul>{_MENU}</ul></nav><div id='px-captcha'></div><p>Press and hold.</p>" * 2
    wall = recognise_wall(403, [], page.encode(), _URL)
    assert wall is not None
    assert wall.vendor == "PerimeterX/HUMAN"


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/consent-rules-for-fishermen?from=/front",
        "https://news.example/2026/11/choice?id=5",
        "https://news.example/gdpr",
        "https://news.example/a?u=https://consent.example/x?y=/z",
    ],
)
def test_an_article_about_consent_is_no_wall(url):
    assert recognise_wall(200, [], f"<h1>Consent</h1><p>{_PROSE}</p>".encode(), url) is None


@given(
    status=st.one_of(st.none(), st.integers(100, 599)),
    headers=st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=4),
    pieces=st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [b"<", b"<!--", b"-->", b"<script>", b"</div>", b"<div id='cmp'>", b'"']
            ),
        ),
        max_size=30,
    ),
    url=st.text(max_size=60),
)
def test_any_response_is_judged_without_an_error(status, headers, pieces, url):
    recognise_wall(status, headers, b"".join(pieces), url)


@pytest.mark.clock
@pytest.mark.parametrize(
    "piece",
    [
        b"<", b"<a", b"a", b"<!--", b"<div id=", b" id=", b"id='", b"<body ", b"<div>", b"=\"",
        b"<iframe ", b'class="', b'<main id="',
    ],
)  # fmt: skip
def test_a_hostile_page_is_judged_in_seconds(piece):
    body = b"<div onetrust " + piece * (262_000 // len(piece))
    began = time.process_time()
    recognise_wall(200, [], body[:262_000], _URL)
    assert time.process_time() - began < 5


@pytest.mark.data
def test_no_news_page_of_the_measuring_data_is_a_wall(news_pages):
    walls_found = []
    with gzip.open(news_pages / "gold.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            page = gzip.decompress((news_pages / "pages" / f"{row['id']}.html.gz").read_bytes())
            if wall := recognise_wall(200, [], page, row["url"] or _URL):
                walls_found.append((row["id"], wall.reason))
    assert walls_found == []
