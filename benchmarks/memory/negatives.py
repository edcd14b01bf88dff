"""Hosts with one hard case each: blocks that recur and yet are not boilerplate.

The pages of a case are mixed among twenty other articles with fixed boilerplate, so that the memory
knows the host well. ``Planted.boilerplate["at stake"]`` holds the blocks that recur; all of them
must be kept except the note on a series.
"""

import random
from collections.abc import Callable, Iterable, Sequence

from benchmarks.memory.made_hosts import Boilerplate, Planted, Text, bare, plant

Pages = list[Planted]
OTHERS = 20
QUOTE = "“We have counted every plank of that bridge, and not one of them is sound,” he said."
SUBHEAD = "What happens next?"
CLOSERS = ("The trial continues.", "No arrests have been made.", "The inquiry is ongoing.")
NOTE = (
    "This story is part of a series on rivers and dams, reported by six newsrooms in three "
    "countries over the course of a year."
)
AT_STAKE = "at stake"


def wire_copies(draw: random.Random, texts: Sequence[Text], set_: Boilerplate) -> Pages:
    """Return one story under six URLs, every second time with another lead."""
    story, *leads = draw.sample(texts, 4)
    stories = [(leads[n // 2][0], *story[1:]) if n % 2 else story for n in range(6)]
    return [_page(number, text, set_, story[1:]) for number, text in enumerate(stories)]


def twins(draw: random.Random, texts: Sequence[Text], set_: Boilerplate) -> Pages:
    """Return articles under two URLs each; two articles, and so four pages, hold one quote."""
    pages = []
    for number, text in enumerate(draw.sample(texts, 8)):
        blocks = (*text, QUOTE) if number < 2 else text
        pages += [_page(f"{number}{way}", blocks, set_, blocks) for way in ("", "/amp")]
    return pages


def quote_in_two(draw: random.Random, texts: Sequence[Text], set_: Boilerplate) -> Pages:
    """Return two stories that end with the same quote."""
    return [
        _page(number, (*text, QUOTE), set_, (QUOTE,))
        for number, text in enumerate(draw.sample(texts, 2))
    ]


def running_story(draw: random.Random, texts: Sequence[Text], set_: Boilerplate) -> Pages:
    """Return six reports on one topic that end with the same two paragraphs of background."""
    return _running(draw, texts, set_, at_end=True)


def running_story_inside(draw: random.Random, texts: Sequence[Text], set_: Boilerplate) -> Pages:
    """Return six reports on one topic with the same background in the middle."""
    return _running(draw, texts, set_, at_end=False)


def live_blog(draw: random.Random, texts: Sequence[Text], set_: Boilerplate) -> Pages:
    """Return seven states of a live blog under different URLs, each with two more posts."""
    posts = draw.choice([text for text in texts if len(text) >= 18])
    return [_page(n, (*reversed(posts[: 4 + 2 * n]),), set_, posts[: 4 + 2 * n]) for n in range(7)]


def subheads(draw: random.Random, texts: Sequence[Text], set_: Boilerplate) -> Pages:
    """Return five articles with one subhead in common."""
    return [
        _page(n, (*text[:-2], SUBHEAD, *text[-2:]), set_, (SUBHEAD,))
        for n, text in enumerate(draw.sample(texts, 5))
    ]


def closers(draw: random.Random, texts: Sequence[Text], set_: Boilerplate) -> Pages:
    """Return three reports with the same last sentence, as court and crime reports have."""
    closer = draw.choice(CLOSERS)
    return [
        _page(n, (*text, closer), set_, (closer,)) for n, text in enumerate(draw.sample(texts, 3))
    ]


def series_note(draw: random.Random, texts: Sequence[Text], set_: Boilerplate) -> Pages:
    """Return eight parts of a series with its note on top, which must be removed."""
    return [_page(n, (NOTE, *text), set_, (NOTE,)) for n, text in enumerate(draw.sample(texts, 8))]


# The names are part of the random seeds: another name gives other pages and other figures.
CASES: dict[str, Callable[[random.Random, Sequence[Text], Boilerplate], Pages]] = {
    "one story under six URLs": wire_copies,
    "articles under two URLs (AMP), a quote in two of them": twins,
    "a quote that ends two stories": quote_in_two,
    "background at the end of six reports on one matter": running_story,
    "background in the middle of six such reports": running_story_inside,
    "seven states of a live blog": live_blog,
    "a subhead of five explainers": subheads,
    "“The trial continues.” at the end of three": closers,
    "a series' note on eight stories (must go)": series_note,
}


def case_host(name: str, number: int, texts: Sequence[Text], set_: Boilerplate) -> Pages:
    """Return a host of twenty other articles with the pages of a case mixed among them."""
    draw = random.Random(f"{name}/{number}")  # repeatable, not secret
    others = [plant("case", 1000 + n, text, set_) for n, text in enumerate(texts[:OTHERS])]
    pages = CASES[name](draw, texts[OTHERS:], set_)
    for page in pages:
        others.insert(draw.randint(0, len(others)), page)
    return others


def _running(
    draw: random.Random, texts: Sequence[Text], set_: Boilerplate, *, at_end: bool
) -> Pages:
    text = draw.choice([text for text in texts if len(text) >= 26])
    background, rest = text[2:4], [*text[:2], *text[4:]]
    reports = [tuple(rest[4 * n : 4 * n + 4]) for n in range(6)]
    return [
        _page(
            number,
            (*own, *background) if at_end else (*own[:2], *background, *own[2:]),
            set_,
            background,
        )
        for number, own in enumerate(reports)
    ]


def _page(number: object, text: Text, set_: Boilerplate, at_stake: Iterable[str]) -> Planted:
    url = f"https://host-case.example/{number}"
    blocks = [*set_.top, *text, *set_.bottom]
    return Planted(bare(url, blocks), text, {AT_STAKE: tuple(at_stake)})
