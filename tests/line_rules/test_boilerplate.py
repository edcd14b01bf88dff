"""Boilerplate by its wording: every alternative with its examples, and whole lines."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.line_rules.boilerplate import line_matcher, read_wording, reason_for
from pipeline.text import normalise

TABLES = ("whole", "prompts", "notes", "inline", "caption")
REASONS = [(table, reason) for table in TABLES for reason in read_wording()[table]]
HAS_OWN_REASON = ("whole", "prompts", "notes")
"""Tables whose keys are the reasons; inline labels and caption endings have one reason each."""


def alternatives(table, reason):
    """Yield each alternative: its function, its yes example, its no example."""
    for each in read_wording()[table][reason]:
        yield line_matcher(table, reason, [each["match"]]), each["yes"], each["no"]


BOILERPLATE = {
    "search_box": ["Search", "Close this search box.", "Search for:", "Suche"],
    "cookie_notice": [
        "This website uses cookies to improve your experience.",
        "We use cookies to ensure that we give you the best experience.",
        "Cookie Policy",
        "Wir verwenden Cookies, um unsere Seite zu verbessern.",
    ],
    "newsletter": [
        "Sign up for our daily newsletter",
        "Subscribe to our newsletter",
        "Get the day's top stories delivered straight to your inbox.",
        "You can unsubscribe at any time.",
    ],
    "share_bar": [
        "Share",
        "Facebook Twitter WhatsApp Email",
        "Share this article",
        "Click to share on Facebook (Opens in new window)",
        "1.2K Shares",
    ],
    "comments": ["1 Comment", "Leave a Reply", "12 thoughts on “The river rises”", "View comments"],
    "pingback": ["[…] ALSO READ: Ferry line closes after storm […]", "[...] the mayor said [...]"],
    "also_read": [
        "ALSO READ: Ferry line closes after storm",
        "Read more: Harbour dues rise again",
        "Related articles",
        "You may also like",
        "Most read in Politics",
        "Lire aussi : Le port ferme",
    ],
    "photo_credit": ["Photo: Ines Moor/Lakeshore Pictures", "(Image credit: Lakeshore Pictures)"],
    "caption": ["Divers search the quay on Friday. (Photo by Ines Moor/Getty Images)"],
    "byline": ["Updated 3 hours ago", "4 min ago", "Estimated reading time: 6 minutes"],
    "update_note": ["This article was updated on 3 May to add a statement by the port."],
    "contributor_note": ["Ines Moor in Brevik contributed to this report."],
    "ad": ["Advertisement", "Story continues below advertisement"],
    "copyright": ["© 2026 Lakeshore Post. All rights reserved.", "Terms of Use"],
}


@pytest.mark.parametrize(
    ("reason", "line"), [(reason, line) for reason, lines in BOILERPLATE.items() for line in lines]
)
def test_boilerplate_gets_its_reason(reason, line):
    assert reason_for(line) == reason


@pytest.mark.parametrize(
    "line",
    [
        "The talks started on Monday between the two ministers in the old customs house.",
        "“Subscribe to no party,” Moor told the crowd, “and you will sleep better.”",
        "The newsletter, which goes out to 3,000 readers, was stopped on Friday.",
        "Cookies baked by the school were sold for the new roof.",
        "Search teams went out again at dawn to look for the two missing sailors.",
        "‘Commitment to diplomacy’",
        "What happens next?",
        "He declined to comment.",
        "Share prices fell by 3 per cent on Tuesday.",
        "Comments by the minister angered the unions.",
        "Updated figures from the port show a loss.",
        "“Read my lips,” she said. “More dredging will not save this harbour.”",
        "Police said: more than forty people had been led to safety by noon.",
    ],
)
def test_text_gets_no_reason(line):
    assert reason_for(line) is None


@given(st.text(max_size=700))
def test_any_line_can_be_read(line):
    assert reason_for(line) is None or reason_for(line).islower()


@pytest.mark.parametrize(("table", "reason"), REASONS)
class TestAlternatives:
    """The alternatives of one reason in wording.toml, each with its examples."""

    def test_there_are_some_and_none_twice(self, table, reason):
        written = [each["match"] for each in read_wording()[table][reason]]
        assert written
        assert len(written) == len(set(written))

    def test_each_alone_matches_its_yes_example(self, table, reason):
        assert [yes for matches, yes, _ in alternatives(table, reason) if not matches(yes)] == []

    def test_none_matches_its_no_example(self, table, reason):
        assert [no for matches, _, no in alternatives(table, reason) if matches(no)] == []

    def test_examples_are_normalised_lines(self, table, reason):
        examples = [line for _, *pair in alternatives(table, reason) for line in pair]
        assert examples == [normalise(line) for line in examples]

    def test_no_rule_at_all_matches_a_no_example(self, table, reason):
        assert [no for _, _, no in alternatives(table, reason) if reason_for(no)] == []

    def test_yes_examples_get_the_reason(self, table, reason):
        """Except for contributors, whose names have capitals that normalised examples lack."""
        if table in HAS_OWN_REASON and reason != "contributor_note":
            lines = [yes for _, yes, _ in alternatives(table, reason)]
            assert [line for line in lines if reason_for(line) != reason] == []


@pytest.mark.clock
@pytest.mark.clock
@pytest.mark.parametrize("unit", ["share, ", "about us ", "a.b ", "more ", "the ", "read ", "- "])
def test_repeated_words_are_read_in_linear_time(unit):
    start = time.process_time()
    reason_for((unit * 300)[:599] + "!")
    assert time.process_time() - start < 0.5


@pytest.mark.clock
@pytest.mark.clock
@pytest.mark.parametrize(("table", "reason"), REASONS)
def test_no_alternative_backtracks_without_end(table, reason):
    """Words of the alternative itself, over and over, with an end that it does not match."""
    for each in read_wording()[table][reason]:
        matches = line_matcher(table, reason, [each["match"]])
        words = re.findall(r"[a-z']{1,12}", each["match"])[:40]
        near_misses = ["".join(f"{w}{glue}" for w in words * 30) for glue in (" ", "", ", ", " | ")]
        near_misses += [f"{word}{glue}" * 200 for word in words for glue in (" ", "", "/")]
        start = time.process_time()
        for near_miss in near_misses:
            matches(near_miss[:599] + "~")
        assert time.process_time() - start < 0.5, each["match"]
