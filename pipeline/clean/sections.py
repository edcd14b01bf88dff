"""Remove sections recognised by their head: comment threads, lists, notes on authors.

A head ("Leave a comment", "Also read") is recognised by its wording; the lines below it have no
wording of their own. So the rules are careful: a comment thread must show signs of one, a list ends
at the first sentence, a note on the author is at the end of the body. All rules are linear in the
number of blocks.
"""

import re
from collections.abc import Sequence

from pipeline.clean.blocks import Block
from pipeline.text import normalise, word_count

_THREAD_HEAD = re.compile(
    r"((\d+|no|one|view all \d+|all) (comments?|repl(y|ies)|responses?)|comments|replies|responses|"
    r"(comments?|repl(y|ies)|responses?) ?\(\d+\)):?|"
    r"(\d+|one) (thoughts?|comments?|responses?|repl(y|ies)) (on|to) .+|"
    r"leave a (reply|comment).*|"
    r"join the (conversation|discussion).*|"
    r"(\d+ )?(leserkommentare|kommentare|commentaires|comentarios|comentários|commenti|"
    r"reacties)( \(\d+\))?|"
    r"1 (kommentar|commentaire|comentario|comentário|commento|reactie)"
)
"""A single "Response" or "Comment" without a number is a subhead as well."""
_THREAD_SIGN = re.compile(
    r"reply|report( abuse)?|like|log in to reply|.{2,40} says:?|says:|pingback:.*|"
    r"\[?\s?(…|\.\.\.)\s?\].*|your email address will not be published.*|"
    r".{0,60}\d{1,2}, \d{4} at \d{1,2}:\d\d.*|\d+ (min(ute)?|hour|day|week|month|year)s? ago|"
    r"antworten|répondre|responder|rispondi|beantwoorden"
)
_SIGN_CHARS = 300
"""Longer blocks are not looked at: they are neither heads nor signs of a comment thread."""
_MIN_BODY = 40
"""Words that an article must have above its comments."""
_LIST_HEAD_REASONS = frozenset({"also_read", "tags"})
_LIST_HEAD_WORDS = 8
"""A longer line is a promo or a sentence, not a head."""
_LONGEST_LIST = 15
"""Blocks below a head that are looked at."""
_HEADLINE_WORDS = 25
"""A longer line is not a headline."""
_HAS_HEADLINE = re.compile(r"\w\W{0,3}[:|»>]\s*\W{0,3}\w")
"""A head and its only entry on one line: "ALSO READ: Quay sinks", "Tags: water"."""
_FULL_STOP = re.compile(r"[.。।۔][\"”’')\]»]*$")
"""A headline may end with "?" or "!", but not with a full stop."""
_QUOTATION_STARTS = ('"', "“", "„", "«", "»", "‹", "「", "—", "–")
_PROMO_WORDS = 6
"""Words that a line alone below "Read also" must have to be a headline."""
_BIO_BLOCKS = 3
"""If more blocks follow the head, the article goes on and all are kept."""
_BIO_WORDS = 80
"""A longer block that begins with the author's name is text."""
_MIN_ABOVE_BIO = 3
"""Paragraphs that a text must have above a note on its author."""
_BIO_VERB = re.compile(
    r"(?:is (?:an?|the|our|\w+['’]s|\w+ing)\b|(?:covers|writes|reports|teaches|edits)\b|"
    r"can be (?:reached|contacted|found)\b|joined\b|has (?:written|covered|reported|worked)\b|"
    r"(?:specialis|specializ|focus)es (?:in|on)\b|"
    r"was born\b|lives in\b|works (?:for|as|at|in)\b)"
)
_BIO_GOES_ON = re.compile(
    r"(?:His|Her|Their) (?:\w+ ){0,2}(?:work|writing|articles?|books?|reporting|stories|essays?)\b|"
    r"(?:He|She|They) (?:is|are|has|have|lives?|writes?|covers?|teach(?:es)?|holds?|previously)\b"
)
"""How a line below a note on the author goes on about the same person."""
_COUNT = re.compile(r"\(?(\d{1,6}|one|no)\)? comments?|comments? \((\d{1,6})\)")
_GLUED_COUNT = re.compile(r"(?<!\d)(\d{1,6}) comments?$")
"""A counter at the end of a byline, with or without a space: "By Ann LeeFarming0 comments"."""


def cut_comment_thread(blocks: list[Block]) -> None:
    """Remove everything below a comments head if signs of a comment thread follow it."""
    before = 0
    heads: list[int] = []
    last_sign = -1
    for place, block in enumerate(blocks):
        if len(block.text) <= _SIGN_CHARS:
            if before >= _MIN_BODY and _THREAD_HEAD.fullmatch(block.plain):
                heads.append(place)
            if _THREAD_SIGN.fullmatch(block.plain):
                last_sign = place
        before += word_count(block.text) if block.kept else 0
    head = next((place for place in heads if place < last_sign), None)
    for block in blocks[head:] if head is not None else ():
        block.reason = block.reason or "comments"


def cut_lists(blocks: list[Block]) -> None:
    """Remove the headlines below a "Related" head.

    A single line there may be a subhead, so it is removed only at the end of the body or if it
    looks like a headline.
    """
    last_kept = max((place for place, block in enumerate(blocks) if block.kept), default=-1)
    for index, block in enumerate(blocks):
        if _is_list_head(block):
            run = _headlines(blocks, index + 1)
            if len(run) > 1 or (
                run and (run[-1] == last_kept or _is_single_headline(blocks[run[0]]))
            ):
                for place in run:
                    blocks[place].reason = "related"


def _is_list_head(block: Block) -> bool:
    """Return whether a block is a bare head ("Also read"), not a promo within the article."""
    return (
        block.reason in _LIST_HEAD_REASONS
        and word_count(block.text) <= _LIST_HEAD_WORDS
        and not _HAS_HEADLINE.search(block.text)
    )


def _is_single_headline(block: Block) -> bool:
    """Return whether a line alone below "Read also" is a headline: a subhead is shorter."""
    has_open_end = block.text[-1:].isalnum()
    is_in_capitals = block.text.isupper()
    if not has_open_end or is_in_capitals or block.text[:1].islower():
        return False
    return _PROMO_WORDS <= word_count(block.text) <= _HEADLINE_WORDS


def _headlines(blocks: Sequence[Block], start: int) -> list[int]:
    """Return the places of the kept blocks from ``start`` on that may be headlines of a list."""
    run: list[int] = []
    for place in range(start, min(start + _LONGEST_LIST, len(blocks))):
        block = blocks[place]
        if block.kept and not _may_be_headline(block):
            break
        if block.kept:
            run.append(place)
    return run


def _may_be_headline(block: Block) -> bool:
    """Return False for sentences, however short ("Nobody was hurt."), quotes and "… berths:"."""
    if block.text.endswith(":") or block.is_prose or word_count(block.text) > _HEADLINE_WORDS:
        return False
    is_quote = block.text.startswith(_QUOTATION_STARTS) and (
        block.ends_sentence or _ends_quoted(block)
    )
    return not (is_quote or _FULL_STOP.search(block.text))


def _ends_quoted(block: Block) -> bool:
    return block.text.endswith(("”", '"', "“", "»", "«", "」"))


def cut_own_bio(blocks: list[Block], authors: Sequence[str]) -> None:
    """Remove lines at the end about an author of the article: "Ines Moor teaches at …".

    Lines that go on about the author ("Her work has …", "Ines lives in …") go with the one above
    them that begins with the name.
    """
    full = [name for name in authors if " " in name]
    parts = {part for name in full for part in (name.split()[0], name.split()[-1])}
    further: list[Block] = []
    for block in reversed([block for block in blocks if block.kept][_MIN_ABOVE_BIO:]):
        if word_count(block.text) > _BIO_WORDS:
            return
        name = next((name for name in full if block.text.startswith(f"{name} ")), None)
        if name and _BIO_VERB.match(block.text[len(name) + 1 :]):
            for each in (block, *further):
                each.reason = "author_bio"
            further = []
        elif block.text.partition(" ")[0] in parts or _BIO_GOES_ON.match(block.text):
            further.append(block)
        else:
            return


def cut_author_bio(blocks: list[Block], authors: Sequence[str]) -> None:
    """Remove the blocks between an "About the author" head and the end, if they are few.

    Args:
        blocks: changed in place.
        authors: of the article: "About Ines Moor" is such a head too.
    """
    named = {f"about {normalise(name)}" for name in authors if " " in name}
    for place, block in enumerate(blocks):
        is_head = block.reason == "author_bio" and word_count(block.text) <= _LIST_HEAD_WORDS
        is_named = block.kept and place >= _MIN_ABOVE_BIO and block.plain.rstrip(":") in named
        if is_head or is_named:
            behind = [below for below in blocks[place + 1 :] if below.kept]
            if len(behind) <= _BIO_BLOCKS:
                for below in (block, *behind):
                    below.reason = below.reason or "author_bio"
            return


def comment_count(blocks: list[Block]) -> int | None:
    """Return the number in the page's first comment counter, or None if there is none."""
    for block in blocks:
        if block.reason == "comments" and (found := _COUNT.fullmatch(block.plain)):
            word = found[1] or found[2]
            return {"one": 1, "no": 0}.get(word) if word in ("one", "no") else int(word)
        if block.reason == "byline" and (found := _GLUED_COUNT.search(block.plain)):
            return int(found[1])
    return None
