"""The gate before a version replaces another: rewrites pass, walls are held, and what is held is
decided by repetition and by what the host's other addresses show."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.identity.gate import (
    ComparedText,
    HeldText,
    Neighbours,
    Suspicion,
    judge,
    resembles,
    suspect,
    suspect_first,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PARAGRAPHS = (
    "The council of Port Amber voted on Friday to keep the old ferry for another year, after a "
    "debate of nine hours in which fishermen filled the public gallery.",
    "It will cost the harbour twelve million crowns over ten years, said mayor Ida Marlow, who "
    "had asked for a bridge since her election in the spring.",
    "“The boats would have sunk without the money,” captain Jon Ash said on the pier, where "
    "passengers waited for the evening crossing to the lighthouse island.",
    "Engineers had warned that the hull of the elder vessel would not pass another inspection, "
    "and that replacement parts were no longer made anywhere in the country.",
    "The vote was nine to four, with two members away on holiday until the autumn session.",
)
STORED = ComparedText("Council keeps the old ferry", "\n\n".join(PARAGRAPHS))
MAINTENANCE = ComparedText(
    "We will be back",
    "Our site is being improved right now. Thank you for your patience. Please come back in a "
    "few minutes, or follow us elsewhere for the latest. We apologise for the inconvenience.",
)
CONSENT = ComparedText(
    "Your privacy",
    "We and our partners store and access information on a device, such as cookies, and process "
    "personal data, such as unique identifiers and standard information sent by a device, for "
    "personalised advertising and content, measurement, audience research and services "
    "development. With your permission we may use precise geolocation data and identification "
    "through device scanning. You may click to consent to the processing described above, or "
    "access more detailed information and change your preferences before consenting. Some "
    "processing may not require your consent, but you have a right to object to it. Your "
    "preferences will apply to this website only and can be changed at any time.",
)


def hours(number):
    return NOON + timedelta(hours=number)


def held(page, number=0, **changes):
    return HeldText(7, page, hours(number), **changes)


@pytest.mark.parametrize(
    "new",
    [
        ComparedText("Ferry saved by nine votes", STORED.text),
        ComparedText(STORED.title, STORED.text.replace("twelve", "twenty")),
        ComparedText(STORED.title, "\n\n".join((*PARAGRAPHS, "More was to follow. " * 40))),
        ComparedText(
            "Live: ferry vote", "\n\n".join(("At nine the doors opened.", *PARAGRAPHS[2:]))
        ),
        ComparedText(STORED.title, "\n\n".join(PARAGRAPHS[:4])),
    ],
    ids=["headline", "correction", "longer", "live", "shorter"],
)
def test_a_rewrite_that_keeps_part_of_the_text_passes_at_once(new):
    assert suspect(STORED, new) is None


def test_a_full_story_in_other_words_than_its_bulletin_passes_once_it_is_repeated():
    bulletin = ComparedText("Port Amber council keeps ferry", PARAGRAPHS[0])
    retold = (
        "Fishermen cheered when councillors ended their debate, which the gallery had filled "
        "since morning: there will be boats from Port Amber for one year more."
    )
    full = ComparedText("Nine hours, four votes", "\n\n".join((*PARAGRAPHS[1:], retold)))
    suspicion = suspect(bulletin, full)
    assert suspicion is not None
    assert not suspicion.is_strong
    assert not suspicion.needs_person
    assert not judge(full, suspicion, fetched_at=hours(1.1), held=[held(full)]).is_held
    assert suspect(bulletin, ComparedText(bulletin.title, full.text)) is None


@pytest.mark.parametrize("wall", [MAINTENANCE, CONSENT], ids=["maintenance", "consent"])
def test_a_text_without_anything_in_common_is_suspect(wall):
    suspicion = suspect(STORED, wall)
    assert suspicion is not None
    assert suspicion.is_strong
    assert f"{len(wall.words)} words in place of {len(STORED.words)}" in suspicion.why


def test_a_collapse_and_noindex_are_suspect_also_where_the_title_stays():
    stub = ComparedText(STORED.title, "Sign in to read on about the ferry of the council.")
    found = suspect(STORED, stub)
    assert found is not None
    assert "collapsed" in found.why
    other = ComparedText(STORED.title, f"{PARAGRAPHS[0]} {CONSENT.text}")
    assert suspect(STORED, other) is None
    half = ComparedText(
        STORED.title, f"The ferry passengers of the harbour council. {CONSENT.text}"
    )
    assert suspect(STORED, half, is_noindex=True) is not None


def test_a_page_cut_off_in_a_sentence_is_left_to_a_person():
    cut = ComparedText(STORED.title, STORED.text[:300].rstrip(". "))
    found = suspect(STORED, cut)
    assert found is not None
    assert found.needs_person
    later = judge(cut, found, fetched_at=hours(48), held=[held(cut)], neighbours=read_at(47))
    assert (later.is_held, later.held_id) == (True, 7)


def read_at(number, *suspects):
    """Three other addresses that were last read at this hour, and what others showed."""
    return Neighbours(suspects, read_at=[hours(number)] * 3)


_WORDS = "evening twilight passage lantern sailor anchor harvest meadow".split()
REWRITE = ComparedText("An island waits", " ".join(f"Sentence {word} stands." for word in _WORDS))
WEAK = Suspicion("little in common")
STRONG = Suspicion("nothing in common", is_strong=True)


def test_a_suspect_text_is_held_and_becomes_current_when_it_is_repeated_an_hour_later():
    assert judge(REWRITE, WEAK, fetched_at=hours(0)).is_held
    assert judge(REWRITE, WEAK, fetched_at=hours(0.9), held=[held(REWRITE)]).is_held
    verdict = judge(REWRITE, WEAK, fetched_at=hours(1), held=[held(REWRITE)])
    assert (verdict.is_held, verdict.held_id, verdict.shown_since) == (False, 7, NOON)


def test_a_text_that_another_address_showed_is_held_whatever_it_repeats():
    wall = ComparedText("An island waits", f"{REWRITE.text} Request 5f2e from 192.0.2.7.")
    verdict = judge(
        REWRITE, WEAK, fetched_at=hours(30), held=[held(REWRITE)], neighbours=read_at(29, wall)
    )
    assert verdict.is_held
    assert "1 other address of the host" in verdict.why


@pytest.mark.parametrize(
    ("hour", "read", "is_held"),
    [
        (30, (), True),
        (30, (-1, -1, -1), True),
        (30, (1, -1, -1), True),
        (30, (1, 2, 3), False),
        (30, (1, 2, 3, -1, -1), False),
        (30, (1,), False),
        (5, (1, 2, 3), True),
        (6, (1, 2, 3), False),
    ],
)
def test_a_text_without_anything_in_common_also_needs_neighbours_that_were_read_since(
    hour, read, is_held
):
    neighbours = Neighbours(read_at=[hours(number) for number in read])
    verdict = judge(
        REWRITE, STRONG, fetched_at=hours(hour), held=[held(REWRITE)], neighbours=neighbours
    )
    assert verdict.is_held is is_held


def test_silence_of_the_other_addresses_says_nothing_for_a_text():
    """A wall stood at one address for 65 minutes in which no other was visited."""
    for read, is_held in ((-1, True), (0.5, False)):
        verdict = judge(
            REWRITE, WEAK, fetched_at=hours(1.1), held=[held(REWRITE)], neighbours=read_at(read)
        )
        assert verdict.is_held is is_held


def test_a_text_that_is_stored_at_another_address_is_held_whatever_it_repeats():
    """A wall became the first version there, and its address has been read since."""
    neighbours = Neighbours(stored=[REWRITE], read_at=[hours(29)] * 3)
    verdict = judge(
        REWRITE, WEAK, fetched_at=hours(30), held=[held(REWRITE)], neighbours=neighbours
    )
    assert (verdict.is_held, verdict.held_id) == (True, 7)
    copy = Suspicion("a bulletin became the story that has another address too", tells_title=True)
    assert not judge(
        REWRITE, copy, fetched_at=hours(30), held=[held(REWRITE)], neighbours=neighbours
    ).is_held


def test_a_first_text_that_has_only_the_title_of_the_story_is_suspect():
    listed = "Council of Port Amber keeps its ferry"
    assert suspect_first(listed, ComparedText(listed, MAINTENANCE.text)) is not None
    assert suspect_first(listed, ComparedText(listed, STORED.text)) is None
    assert suspect_first(listed, ComparedText(listed, MAINTENANCE.text * 8)) is None
    assert suspect_first("Ferry stays", ComparedText("Ferry stays", MAINTENANCE.text)) is None
    assert suspect_first("Ferry stays", MAINTENANCE) is not None


def test_a_first_text_is_suspect_where_it_repeats_nothing_of_the_listed_title():
    listed = "Council of Port Amber keeps its ferry"
    suspicion = suspect_first(listed, MAINTENANCE)
    assert suspicion is not None
    assert suspicion.is_strong
    assert suspect_first(listed, STORED) is None
    assert suspect_first(listed, ComparedText("Another headline", STORED.text)) is None
    for said_too_little in (None, "", "Read more", "Update"):
        assert suspect_first(said_too_little, MAINTENANCE) is None


def test_a_suspect_first_text_passes_when_repeated_on_a_host_of_which_nothing_was_read():
    suspicion = suspect_first("Council of Port Amber keeps its ferry", REWRITE)
    verdicts = [
        judge(
            REWRITE, suspicion, fetched_at=hours(hour), held=[held(REWRITE)], neighbours=neighbours
        ).is_held
        for hour, neighbours in ((1, Neighbours()), (7, read_at(-1)), (7, read_at(2)))
    ]
    assert verdicts == [False, True, False]


def test_what_a_person_refused_stays_held():
    verdict = judge(
        REWRITE,
        WEAK,
        fetched_at=hours(90),
        held=[held(REWRITE, is_refused=True)],
        neighbours=read_at(89),
    )
    assert verdict.is_held
    assert "by hand" in verdict.why


def test_another_suspect_text_is_no_repetition():
    assert judge(CONSENT, WEAK, fetched_at=hours(9), held=[held(REWRITE)]).held_id is None


def test_texts_of_scripts_without_blanks_are_compared():
    stored = ComparedText("港口城市保留旧渡轮", "港口城市议会星期五投票决定再保留旧渡轮一年。" * 5)
    same = ComparedText("旧渡轮保留", stored.text + "市长说费用为一千二百万。")
    other = ComparedText("隐私", "我们和合作伙伴使用本网站的小型文本文件存储信息。" * 5)
    assert suspect(stored, same) is None
    assert suspect(stored, other) is not None


_PIECES = "harbour ferry council . vote 9 \n\n 港口城 a".split(" ")
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=40).map(" ".join)


@given(a=_TEXTS, b=_TEXTS, title=st.text(max_size=10), is_noindex=st.booleans())
def test_any_two_texts_are_compared_and_a_text_never_is_suspect_beside_itself(
    a, b, title, is_noindex
):
    suspect(ComparedText(title, a), ComparedText(None, b), is_noindex=is_noindex)
    if a.strip(" .\n"):
        assert suspect(ComparedText(title, a), ComparedText(title, a)) is None
    assert resembles(ComparedText("", a), ComparedText("", a))
