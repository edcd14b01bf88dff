"""The pages of the demo site: status codes, charsets, links, and what edition 2 changes."""

import html
import re

import pytest

from pipeline.demo import DemoSite, Expected, free_ports
from pipeline.demo.content import outlets
from pipeline.outcomes import Outcome
from tests.demo.client import get

STATUS = {Outcome.NOT_FOUND: 404, Outcome.GONE: 410}
HREF = re.compile(r'href="([^"#]+)"')


def urls_of(site: DemoSite, results: Expected) -> dict[str, str]:
    """Return the outlet of every link to the outlets' own hosts, by URL."""
    return {
        site.homepages[page.outlet].rstrip("/") + page.path: page.outlet
        for page in results.pages
        if "://" not in page.path
    }


def test_links_answer_with_the_status_of_their_outcome(demo_site, demo_expected):
    for page in demo_expected.pages:
        if "://" in page.path:
            continue
        answer = get(demo_site.homepages[page.outlet].rstrip("/") + page.path)
        is_moved = page.title is not None and page.path != page.final_path
        assert answer.status == (301 if is_moved else STATUS.get(page.outcome, 200)), page.path


def test_moved_page_leads_to_its_final_path(demo_site, demo_expected):
    page = demo_expected.page("halvane_courier", "/2026/11/12/port-strike-second-week/")
    base = demo_site.homepages["halvane_courier"].rstrip("/")
    location = get(base + page.path).headers["Location"]
    assert location == base + page.final_path
    assert get(location).status == 200


def test_articles_show_title_and_first_paragraph_in_their_charset(demo_site, demo_expected):
    for page in demo_expected.pages:
        if page.title is None:
            continue
        answer = get(demo_site.homepages[page.outlet].rstrip("/") + page.final_path)
        text = html.unescape(answer.text)
        declared = re.search(r'charset="?([\w-]+)', answer.text, re.IGNORECASE)
        assert declared is not None, page.path
        assert declared[1].lower() == answer.headers.get_content_charset(), page.path
        assert page.title in text, page.path
        assert page.paragraphs[0] in text, page.path


def test_the_latin_1_page_is_invalid_utf_8(demo_site, demo_expected):
    page = next(p for p in demo_expected.pages if p.title and p.title.startswith("Café Société"))
    answer = get(demo_site.homepages[page.outlet].rstrip("/") + page.path)
    assert answer.headers.get_content_charset() == "iso-8859-1"
    assert "Renée Lévêque".encode("latin-1") in answer.body
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("utf-8")


def test_every_page_says_that_it_is_fiction(demo_site, demo_expected):
    for outlet in outlets():
        base = demo_site.homepages[outlet.key].rstrip("/")
        paths = {page.final_path for page in demo_expected.pages if page.outlet == outlet.key}
        paths |= {path for key, path in demo_expected.optional if key == outlet.key}
        for path in sorted(path for path in paths if "://" not in path):
            assert outlet.fiction in html.unescape(get(base + path).text), path


def test_every_internal_link_answers(demo_site, demo_expected):
    seen: dict[str, int] = {}
    for url, outlet in urls_of(demo_site, demo_expected).items():
        base = demo_site.homepages[outlet].rstrip("/")
        for href in map(html.unescape, HREF.findall(get(url).text)):
            target = base + href if href.startswith("/") else href
            if target.startswith(base) and target not in seen:
                seen[target] = get(target).status
    assert len(seen) > 80
    assert {target: status for target, status in seen.items() if status != 200} == {}


def test_pages_name_their_own_host_and_port(demo_site, demo_expected):
    for page in demo_expected.articles:
        base = demo_site.homepages[page.outlet].rstrip("/")
        text = get(base + page.final_path).text
        assert f'<link rel="canonical" href="{base}{page.final_path}">' in text


def test_the_calendar_never_ends(demo_site):
    base = demo_site.homepages["halvane_courier"].rstrip("/")
    path, seen = "/calendar/2026/11/", set()
    for _ in range(30):
        text = get(base + path).text
        assert 'content="noindex, nofollow"' in text
        seen.add(path)
        path = next(p for p in HREF.findall(text) if "/calendar/" in p and p not in seen)
    assert len(seen) == 30


@pytest.mark.parametrize("path", ["/calendar/9999/12/", "/calendar/0000/00/", "/no/such/page"])
def test_unusual_paths_get_an_answer(demo_site, path):
    answer = get(demo_site.homepages["halvane_courier"].rstrip("/") + path)
    assert answer.status in (200, 404)


def test_edition_2_differs_in_exactly_one_article(demo_expected):
    ports = free_ports((0, 0, 0))
    bodies = []
    for edition in (1, 2):
        with DemoSite(edition, ports) as site:
            base = {key: url.rstrip("/") for key, url in site.homepages.items()}
            bodies.append(
                {p.key: get(base[p.outlet] + p.final_path).body for p in demo_expected.articles}
            )
    first, second = bodies
    assert [key for key in first if first[key] != second[key]] == [demo_expected.updated.key]
