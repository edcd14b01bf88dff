import re
import time
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.line_rules.boilerplate import reason_for

WORDING = tomllib.loads(files("pipeline.line_rules").joinpath("wording.toml").read_text("utf-8"))
ALL_PATTERNS = [
    pattern
    for table in ("whole", "prompts", "notes")
    for patterns in WORDING[table].values()
    for pattern in patterns
]

FURNITURE = {
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
    ("reason", "line"), [(reason, line) for reason, lines in FURNITURE.items() for line in lines]
)
def test_furniture_is_named(reason, line):
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
def test_text_is_left_alone(line):
    assert reason_for(line) is None


@given(st.text(max_size=700))
def test_any_line_gets_an_answer(line):
    assert reason_for(line) is None or reason_for(line).islower()


@pytest.mark.parametrize("unit", ["share, ", "about us ", "a.b ", "more ", "the ", "read ", "- "])
def test_no_line_takes_long(unit):
    start = time.process_time()
    reason_for((unit * 300)[:599] + "!")
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("pattern", ALL_PATTERNS, ids=lambda pattern: pattern[:30])
def test_no_pattern_backtracks_without_end(pattern):
    """Words of the pattern itself, over and over, with an end that fits nowhere."""
    words = re.findall(r"[a-z']{1,12}", pattern)[:40]
    compiled = re.compile(pattern)
    near_misses = ["".join(f"{w}{glue}" for w in words * 30) for glue in (" ", "", ", ", " | ")]
    near_misses += [f"{word}{glue}" * 200 for word in words for glue in (" ", "", "/")]
    start = time.process_time()
    for miss in near_misses:
        compiled.fullmatch(miss[:599] + "~")
    assert time.process_time() - start < 0.5
