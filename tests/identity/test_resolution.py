"""Which pages are one article: claims that are true, claims that lie, spellings, parameters."""

import functools
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.identity.claims import refusal_by_address
from pipeline.identity.likeness import PageText
from pipeline.models import AddressClaim
from tests.fix_stories import edited, story
from tests.identity.memory_pages import MemoryPages

SITE = "https://example.com"
_keys = itertools.count()


@functools.cache
def text(seed, share=0.0, title=None):
    body = edited(story(seed), share) if share else story(seed)
    return PageText(title or f"Story {seed}", body, f"{title} {seed} {share}".encode())


def claim(path, kind="rel_canonical"):
    return AddressClaim(kind, path if "://" in path else f"{SITE}{path}")


def page(store, path, body, *claims, link=None):
    stated = [each if isinstance(each, AddressClaim) else claim(each) for each in claims]
    address = path if "://" in path else f"{SITE}{path}"
    return store.page(next(_keys), address, body, stated, link and f"{SITE}{link}")


def refusals(store):
    return {
        each.address.removeprefix(SITE): each.refusal for each in store.last.claims if each.refusal
    }


@pytest.mark.parametrize(
    ("claimed", "address", "refusal"),
    [
        ("/ferry-line-closes", "/ferry-line-closes/amp", None),
        ("/ferry-line-closes", "/2027/03/ferry-line-closes", None),
        ("/ferry-line-closes", "/story?id=7", None),
        ("/a", "/a?ref=home", None),
        ("/ferry-line-closes-at-noon", "/ferry-line-closes-at-noon/2", None),
        ("/20270301/ferry", "/20270301/ferry/comments", "section"),
        ("/", "/ferry-line-closes", "front_page"),
        ("/index.html", "/ferry-line-closes", "front_page"),
        ("/", "/?p=7", "front_page"),
        ("/?p=7", "/ferry-line-closes", None),
        ("/", "/index.html", None),
        ("/politics", "/politics/ferry-line-closes", "section"),
        ("/world/europe/", "/2027/ferry-line-closes", "section"),
        ("/news", "/ferry-line-closes", "section"),
        ("/2027/03", "/2027/03/ferry-line-closes", "section"),
        ("https://example.org/ferry-line-closes", "/ferry-line-closes", "other_site"),
        ("https://m.example.com/ferry", "/ferry", None),
        ("/ferry", "https://m.example.com/ferry", None),
    ],
)
def test_what_two_addresses_alone_say_about_a_claim(claimed, address, refusal):
    url, own = (each if "://" in each else f"{SITE}{each}" for each in (claimed, address))
    found = refusal_by_address(url, own)
    assert (found and found[0]) == refusal
    assert found is None or url in found[1]


def test_a_tenant_does_not_speak_for_another():
    found = refusal_by_address("https://ann.substack.com/p/a-tale", "https://bob.substack.com/p/x")
    assert (found or ("", ""))[0] == "other_site"


def six_stories(store):
    """Two stories name the front page, two name a third story, which says nothing, like a sixth."""
    return [
        page(store, "/news/harbour-vote-1", text(1), "/"),
        page(store, "/news/school-budget-2", text(2), "/"),
        page(store, "/news/market-fire-3", text(3), "/news/grain-price-5"),
        page(store, "/news/river-border-4", text(4), "/news/grain-price-5"),
        page(store, "/news/grain-price-5", text(5)),
        page(store, "/news/road-strike-6", text(6)),
    ]


def test_six_stories_with_lying_claims_stay_six_articles_in_any_order():
    for order in itertools.islice(itertools.permutations(range(6)), 0, 720, 37):
        store = MemoryPages()
        for _ in range(3):
            pages = six_stories(store)
            assert len(set(store.load(*(pages[at] for at in order)))) == 6
        assert len(store.stored) == 6
        assert (store.edits, store.separations) == ([], [])


def test_so_do_they_one_by_one_in_any_order():
    for order in itertools.islice(itertools.permutations(range(6)), 0, 720, 37):
        store = MemoryPages()
        for _ in range(2):
            for at in order:
                store.load(six_stories(store)[at])
        found = {len(set(store.load(each))) for each in six_stories(store)}
        assert found == {1}
        assert len(store.stored) == 6
        assert {a.url.removeprefix(SITE) for a in store.stored.values()} == {
            each.address.removeprefix(SITE) for each in six_stories(store)
        }
        assert store.edits == []


def test_an_amp_page_is_the_article_that_it_names():
    store = MemoryPages()
    amp = claim("/ferry-line-closes", "amp_canonical")
    (first,) = store.load(page(store, "/ferry-line-closes/amp", text(1, 0.05), amp))
    assert store.stored[first].url == f"{SITE}/ferry-line-closes"
    (second,) = store.load(page(store, "/ferry-line-closes", text(1), "/ferry-line-closes"))
    assert first == second


def test_a_claim_that_its_target_refutes_later_is_undone():
    store = MemoryPages()
    (liar,) = store.load(page(store, "/x-1", text(1), "/y-2"))
    assert store.stored[liar].url == f"{SITE}/y-2"
    (target,) = store.load(page(store, "/y-2", text(2), "/y-2"))
    assert target != liar
    assert store.stored[liar].url == f"{SITE}/x-1"
    assert store.stored[target].url == f"{SITE}/y-2"
    (undone,) = store.separations
    assert undone.is_whole
    assert "shows another story" in undone.reason
    assert store.load(page(store, "/x-1", text(1, 0.1), "/y-2")) == [liar]
    assert refusals(store) == {"/x-1": "contradicted"}


def test_a_merge_of_former_rules_is_undone_when_the_page_is_read_again():
    store = MemoryPages()
    (target,) = store.load(page(store, "/y-2", text(2)))
    merged = page(store, "/x-1", text(1), "/y-2")
    store._store(merged, f"{SITE}/y-2")
    assert len(store.edits) == 1
    (own,) = store.load(page(store, "/x-1", text(1), "/y-2"))
    assert own != target
    assert {a.url: len(a.readings) for a in store.stored.values()} == {
        f"{SITE}/y-2": 1,
        f"{SITE}/x-1": 1,
    }
    assert store.edits == []


def test_two_stories_that_name_a_page_nobody_read_are_two():
    store = MemoryPages()
    first = store.load(page(store, "/x-1", text(1), "/z-9"))
    second = store.load(page(store, "/y-2", text(2), "/z-9"))
    assert first != second
    assert refusals(store) == {"/y-2": "shared"}
    assert {a.url for a in store.stored.values()} == {f"{SITE}/x-1", f"{SITE}/y-2"}


def test_the_next_claim_counts_where_the_first_is_refused():
    store = MemoryPages()
    og = claim("/ferry-line-closes", "og_url")
    (number,) = store.load(page(store, "/story?id=7", text(1), "/", og))
    assert store.stored[number].url == f"{SITE}/ferry-line-closes"
    assert refusals(store) == {"/story?id=7": "front_page"}


def test_the_pages_own_address_as_its_first_claim_settles_it():
    store = MemoryPages()
    og = claim("/other-story-1", "og_url")
    (number,) = store.load(page(store, "/ferry-line-1", text(1), "/ferry-line-1", og))
    assert store.stored[number].url == f"{SITE}/ferry-line-1"


def test_a_list_is_not_the_address_of_a_story():
    store = MemoryPages(listings={f"{SITE}/all-our-stories"})
    (number,) = store.load(page(store, "/ferry-line-1", text(1), "/all-our-stories"))
    assert store.stored[number].url == f"{SITE}/ferry-line-1"


def test_two_spellings_that_claim_each_other_are_one():
    store = MemoryPages()
    one = page(store, "http://example.com/a-1", text(1), "https://example.com/a-1")
    two = page(store, "https://example.com/a-1", text(1), "http://example.com/a-1")
    assert len(set(store.load(one, two))) == 1
    assert len(set(store.load(two)) | set(store.load(one))) == 1


@pytest.mark.parametrize(
    "spelling",
    ["//ferry-1", "/ferry-1/", "/ferry-1/amp", "/ferry-1/print", "/ferry-1/index.html",
     "/ferry-1?from=rss", "http://www.example.com/ferry-1",
     "https://amp.example.com/ferry-1"],
)  # fmt: skip
def test_spellings_are_one_article_only_if_they_show_one_text(spelling):
    for apart in (False, True):
        store = MemoryPages()
        batches = [[page(store, "/ferry-1", text(1))], [page(store, spelling, text(1))]]
        both = [each for batch in batches for each in batch]
        found = [store.load(b)[0] for b in both] if apart else store.load(*both)
        assert len(set(found)) == 1
        store = MemoryPages()
        both = [page(store, "/ferry-1", text(1)), page(store, spelling, text(2))]
        found = [store.load(b)[0] for b in both] if apart else store.load(*both)
        assert len(set(found)) == 2


def test_equal_texts_at_other_addresses_are_two_articles():
    store = MemoryPages()
    pages = [page(store, "/ferry-1", text(1)), page(store, "/harbour/ferry-1", text(1))]
    assert len(set(store.load(*pages))) == 2


def test_a_notice_that_many_paths_show_merges_nothing_and_teaches_nothing():
    store = MemoryPages()
    paths = ("/view?id=1", "/view?id=2", "/ferry-3")
    found = store.load(*(page(store, path, text("notice")) for path in paths))
    assert len(set(found)) == 3
    assert store.counts == {}


def test_two_values_with_one_body_teach_that_a_parameter_is_noise():
    store = MemoryPages()
    store.load(page(store, "/ferry-1?ref=home", text(1)))
    store.load(page(store, "/ferry-1?ref=rss", text(1)))
    assert store.noise() == ["ref"]
    (number,) = store.load(page(store, "/pier-2?ref=home", text(2), link="/pier-2"))
    assert store.stored[number].url == f"{SITE}/pier-2"
    assert store.load(page(store, "/pier-2?ref=home", text(3), link="/pier-2")) == [number]


def test_one_value_and_none_teach_nothing():
    store = MemoryPages()
    store.load(page(store, "/ferry-1?page=1", text(1)), page(store, "/ferry-1", text(1)))
    assert len(store.stored) == 1
    assert store.noise() == []


def test_two_values_with_two_bodies_say_for_good_that_it_names_articles():
    store = MemoryPages()
    store.load(page(store, "/view?id=1", text(1)), page(store, "/view?id=2", text(2)))
    store.load(page(store, "/view?id=3", text(3)), page(store, "/view?id=4", text(3)))
    assert store.counts["example.com", "id"] == [1, 5]
    assert store.noise() == []


def test_pages_that_were_merged_by_one_notice_part_when_they_show_their_stories():
    store = MemoryPages()
    found = store.load(page(store, "/view?id=1", text(0)), page(store, "/view?id=2", text(0)))
    assert len(set(found)) == 1
    assert store.noise() == ["id"]
    found = store.load(page(store, "/view?id=2", text(2)), page(store, "/view?id=1", text(1)))
    assert len(set(found)) == 2
    assert store.noise() == []


def test_a_link_under_former_rules_leads_to_its_article_while_it_shows_it():
    store = MemoryPages()
    former = page(store, "/ferry-1?at_medium=RSS", text(1), link="/ferry-1")
    number = store._store(former, f"{SITE}/ferry-1")
    again = page(store, "/ferry-1?at_medium=RSS", text(1, 0.9), link="/ferry-1")
    assert store.load(again) == [number]
    today = page(store, "/ferry-1?at_medium=RSS", text(1))
    assert store.load(today) == [number]


def test_two_stories_that_former_rules_called_one_part():
    store = MemoryPages()
    for seed in (1, 2):
        former = page(store, f"/view?cid={seed}", text(seed), link="/view")
        store._store(former, f"{SITE}/view")
    found = [
        store.load(page(store, f"/view?cid={seed}", text(seed), link="/view")) for seed in (1, 2)
    ]
    assert found[0] != found[1]
    assert {a.url for a in store.stored.values()} == {f"{SITE}/view?cid=1", f"{SITE}/view?cid=2"}
    assert store.edits == []


_PATHS = ["/a-1", "/a-1/amp", "/a-1?ref=x", "/a-1?ref=y", "/b-2", "/b-2?ref=x", "/", "/c-3"]
_SITES = st.dictionaries(
    st.sampled_from(_PATHS),
    st.tuples(st.integers(1, 4), st.lists(st.sampled_from(_PATHS), max_size=2)),
    min_size=1,
)
"""What each address shows, a story by its number, and which addresses it claims."""


def pages_of(store, shown):
    return [page(store, path, text(seed), *claims) for path, (seed, claims) in shown.items()]


def together(found, shown):
    """Return the pairs of addresses that are one article."""
    numbers = dict(zip(shown, found, strict=True))
    pairs = itertools.combinations(sorted(shown), 2)
    return {pair for pair in pairs if numbers[pair[0]] == numbers[pair[1]]}


@settings(deadline=None, max_examples=60)
@given(_SITES, st.randoms(use_true_random=False))
def test_two_stories_are_never_one_article_whatever_the_pages_claim(shown, draw):
    merged = []
    for _ in range(2):
        store = MemoryPages()
        found = store.load(*pages_of(store, shown))
        merged.append(together(found, shown))
        assert all(shown[one][0] == shown[other][0] for one, other in merged[-1])
        assert store.load(*pages_of(store, shown)) == found
        assert store.edits == []
        paths = list(shown)
        draw.shuffle(paths)
        shown = {path: shown[path] for path in paths}
    assert merged[0] == merged[1]


@settings(deadline=None, max_examples=60)
@given(_SITES)
def test_nor_are_they_where_the_pages_come_one_by_one_and_no_edit_is_left(shown):
    store = MemoryPages()
    for _ in range(2):
        for each in pages_of(store, shown):
            store.load(each)
    found = store.load(*pages_of(store, shown))
    assert all(shown[one][0] == shown[other][0] for one, other in together(found, shown))
    assert store.edits == []
