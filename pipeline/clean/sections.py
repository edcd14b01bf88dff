"""Takes out what only its place gives away: comment threads and lists under a "Related" head.

A head is a line that ``patterns`` names; what stands under it has no wording of its own. So the
rules are careful: a thread must show the marks of one, a list ends at the first sentence.
"""

import re

from pipeline.clean.blocks import Block
from pipeline.words import normalise, word_count

_THREAD_HEAD = re.compile(
    r"(\d+|no|one|view all \d+|all)? ?(comments?|repl(y|ies)|responses?)( ?\(\d+\))?:?|"
    r"(\d+|one) (thoughts?|comments?|responses?|repl(y|ies)) (on|to) .+|"
    r"leave a (reply|comment).*|"
    r"join the (conversation|discussion).*|"
    r"(leserkommentare|kommentare|commentaires|comentarios)( \(\d+\))?"
)
_THREAD_MARK = re.compile(
    r"reply|report( abuse)?|like|log in to reply|.{2,40} says:?|says:|pingback:.*|"
    r"\[?\s?(…|\.\.\.)\s?\].*|your email address will not be published.*|"
    r".{0,60}\d{1,2}, \d{4} at \d{1,2}:\d\d.*|\d+ (min(ute)?|hour|day|week|month|year)s? ago"
)
_LIST_HEAD_REASONS = frozenset({"also_read", "tags"})
_LONGEST_LIST = 15
_HEADLINE_WORDS = 25
_COUNT = re.compile(r"\(?(\d{1,6}|one|no)\)? comments?|comments? \((\d{1,6})\)")
_GLUED_COUNT = re.compile(r"(?<!\d)(\d{1,6}) comments?$")
"""A counter behind a byline, with or without a blank: "By Ann LeeFarming0 comments"."""


def cut_comment_thread(blocks: list[Block]) -> None:
    """Take out all that follows a comments head, if there are marks of a thread behind it."""
    for index, block in enumerate(blocks):
        if not _THREAD_HEAD.fullmatch(normalise(block.text)):
            continue
        before = sum(word_count(b.text) for b in blocks[:index] if b.kept)
        marks = sum(bool(_THREAD_MARK.fullmatch(normalise(b.text))) for b in blocks[index + 1 :])
        if before >= 40 and marks:
            for later in blocks[index:]:
                later.reason = later.reason or "comments"
            return


def cut_lists(blocks: list[Block]) -> None:
    """Take out the headlines under a "Related" head: two or more, or what ends the body."""
    for index, block in enumerate(blocks):
        if block.reason in _LIST_HEAD_REASONS and word_count(block.text) <= 8:
            run = _headlines(blocks, index + 1)
            ends_body = not any(b.kept for b in blocks[index + 1 + len(run) :])
            if len(run) > 1 or ends_body:
                for item in run:
                    item.reason = "related"


def _headlines(blocks: list[Block], start: int) -> list[Block]:
    run: list[Block] = []
    for block in blocks[start : start + _LONGEST_LIST]:
        if block.kept and (block.is_prose or word_count(block.text) > _HEADLINE_WORDS):
            break
        if block.kept:
            run.append(block)
    return run


def comment_count(blocks: list[Block]) -> int | None:
    """Return the number that a comment counter gives, the first one of the page."""
    for block in blocks:
        plain = normalise(block.text)
        if block.reason == "comments" and (found := _COUNT.fullmatch(plain)):
            word = found[1] or found[2]
            return {"one": 1, "no": 0}.get(word) if word in ("one", "no") else int(word)
        if block.reason == "byline" and (found := _GLUED_COUNT.search(plain)):
            return int(found[1])
    return None
