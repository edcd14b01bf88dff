"""Edits that outlets make to a text they take over, for generating copies (``made_copies``).

Every edit is a function of a text and a ``random.Random`` that returns the edited text. All names
are invented.
"""

import html
import random
import re
import unicodedata
from collections.abc import Callable, Mapping

Edit = Callable[[str, random.Random], str]

_AGENCIES = ["AP", "Reuters", "AFP", "PTI", "dpa", "Xinhua", "TASS", "Anadolu", "Kyodo", "EFE"]
_PLACES = ["PARIS", "NEW DELHI", "LAGOS", "WASHINGTON", "Rio de Janeiro", "ANKARA", "Nairobi"]
_PEOPLE = ["Mara Ellison", "Tomas Rinde", "Ifeoma Balogun", "Ruth Castellan", "Arjun Mehrotra"]
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_PHRASES = {
    "said": "told reporters", "says": "stated", "has": "had", "have": "had", "is": "was",
    "are": "were", "will": "would", "also": "too", "but": "however", "about": "some",
    "more than": "over", "after": "following", "because": "since", "people": "persons",
    "many": "numerous", "while": "whereas", "big": "large", "during": "in", "show": "indicate",
    "according to": "as per", "before": "ahead of", "last": "past", "against": "versus",
    "several": "a number of", "used": "employed", "help": "assist", "get": "obtain",
    "need": "require", "start": "begin", "began": "started", "children": "kids", "near": "close to",
}  # fmt: skip
_SPELLINGS = {
    "color": "colour", "favor": "favour", "labor": "labour", "center": "centre", "theater":
    "theatre", "defense": "defence", "organiz": "organis", "recogniz": "recognis", "program":
    "programme", "percent": "per cent", "%": " percent", "traveling": "travelling", "gray": "grey",
    "U.S.": "US", "U.N.": "UN", "Mr. ": "", "Mr ": "", "Dr. ": "Dr ", "toward ": "towards ",
    "analyz": "analys", "realiz": "realis", "neighbor": "neighbour", "license": "licence",
}  # fmt: skip
_ADDED = [
    "Officials did not immediately respond to a request for comment on {day}.",
    "A spokesperson for the office declined to go into details when reached on {day}.",
    "The figures were first made public on {day} and could not be confirmed independently.",
    "Further talks are expected to take place in {place} before the end of the month.",
    "Residents said they had learned of the decision from the radio on {day} morning.",
    "{name}, who follows the matter for a research group in {place}, called it a first step.",
]


def sentences(paragraph: str) -> list[str]:
    """Split a paragraph into sentences, roughly: after a full stop before a capital letter."""
    return re.split(r"(?<=[.!?”\"]) (?=[A-Z“\"])", paragraph)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text."""
    return [each for each in (part.strip() for part in text.split("\n")) if each]


def joined(parts: list[str]) -> str:
    """Join paragraphs with blank lines."""
    return "\n\n".join(parts)


def remark(draw: random.Random) -> str:
    """Return a made-up sentence as an editor adds it."""
    values = {"day": _DAYS, "place": [each.title() for each in _PLACES], "name": _PEOPLE}
    return draw.choice(_ADDED).format(**{key: draw.choice(each) for key, each in values.items()})


def credit(text: str, draw: random.Random) -> str:
    """Add an agency's credit in one of the usual positions."""
    agency, who = draw.choice(_AGENCIES), draw.choice(_PEOPLE)
    place = draw.choice(_PLACES)
    lines = [
        (f"({agency}) — ", ""), (f"{place} ({agency}) — ", ""), ("", f"\n\nSource: {agency}"),
        ("", f"\n\n(Reporting by {who}; Editing by {draw.choice(_PEOPLE)})"),
        (f"By {agency}\n\n", ""), ("", f"\n\nWith inputs from {agency}"),
        ("", f"\n\n© 2026 {agency}. All rights reserved. This material may not be published."),
        (f"{agency} - ", f"\n\nAdditional reporting by {who} in {place.title()}"),
    ]  # fmt: skip
    before, after = draw.choice(lines)
    return before + text + after


def dateline(text: str, draw: random.Random) -> str:
    """Add a byline, a time and a dateline."""
    by = draw.choice(["By {0}\n\n", "{0}, Staff Writer\n\n", "By {0} | {1}, November 3, 2026\n\n"])
    head = by.format(draw.choice(_PEOPLE), draw.choice(_DAYS)) if draw.random() < 0.7 else ""
    return f"{head}{draw.choice(_PLACES)}, Nov. {draw.randint(1, 30)} — {text}"


def headline(text: str, draw: random.Random) -> str:
    """Add another headline, often in place of a first line that looks like one."""
    parts = paragraphs(text)
    if len(parts[0].split()) < 16 and draw.random() < 0.6:
        parts = parts[1:]
    words = draw.sample(text.split(), min(9, len(text.split())))
    return joined([" ".join(words).title(), *parts])


def shortened(text: str, share: float) -> str:
    """Keep the first sentences, as many as a share of the words, and at least one."""
    wanted, kept = share * len(text.split()), list[str]()
    for paragraph in paragraphs(text):
        if wanted <= 0:
            break
        inside = list[str]()
        for sentence in sentences(paragraph):
            if wanted > 0:
                inside.append(sentence)
                wanted -= len(sentence.split())
        kept.append(" ".join(inside))
    return joined(kept)


def truncated(text: str, draw: random.Random) -> str:
    """Keep the first 60 to 90 %."""
    ending = draw.choice(["", "\n\nContinue reading", "…", "\n\nRead the full story"])
    return shortened(text, draw.uniform(0.6, 0.9)) + ending


def brief(text: str, draw: random.Random) -> str:
    """Keep the first 30 to 60 %."""
    return shortened(text, draw.uniform(0.3, 0.6))


def reordered(text: str, draw: random.Random) -> str:
    """Insert, remove and move paragraphs."""
    parts = paragraphs(text)
    for _ in range(draw.randint(1, 3)):
        place = draw.randrange(len(parts) + 1)
        action = draw.choice(["insert", "remove", "move"])
        if action == "insert":
            parts.insert(place, f"{remark(draw)} {remark(draw)}")
        elif len(parts) > 3:
            taken = parts.pop(draw.randrange(1, len(parts)))
            if action == "move":
                parts.insert(min(place, len(parts)), taken)
    return joined(parts)


def updated(text: str, draw: random.Random) -> str:
    """Change numbers and weekdays, drop and add sentences, as a later version of a story does."""
    text = re.sub(
        r"\b\d{1,3}\b",
        lambda found: str(int(found[0]) + draw.randint(1, 40)) if draw.random() < 0.5 else found[0],
        text,
    )
    for day in _DAYS:
        if draw.random() < 0.5:
            text = text.replace(day, draw.choice(_DAYS))
    text = joined([_thinned(each, 0.08, draw) for each in paragraphs(text)])
    if draw.random() < 0.5:
        text = f"UPDATE: This story has been updated with more details.\n\n{text}"
    return f"{text}\n\n{remark(draw)}"


def rewritten(text: str, draw: random.Random) -> str:
    """Replace phrases, put speakers before quotes, add and drop words and sentences."""
    share = draw.uniform(0.3, 0.9)
    for old, new in _PHRASES.items():
        text = re.sub(
            rf"\b{old}\b",
            lambda found, new=new: new if draw.random() < share else found[0],  # type: ignore[misc]
            text,
        )
    text = re.sub(
        r"[“\"]([^“”\"]{20,200}),[”\"] (said|told reporters) ([A-Z][\w.]+(?: [A-Z][\w.]+){0,2})",
        lambda found: f"{found[3]} said: “{found[1]}.”" if draw.random() < 0.6 else found[0],
        text,
    )
    parts = [_thinned(each, 0.12, draw) for each in paragraphs(text)]
    return joined([_with_word_errors(each, draw) for each in parts if each])


def _thinned(paragraph: str, share: float, draw: random.Random) -> str:
    kept = [each for each in sentences(paragraph) if draw.random() >= share]
    return " ".join(kept) or paragraph


def _with_word_errors(paragraph: str, draw: random.Random) -> str:
    """Drop one word in eighty, and add an adverb after one in eighty."""
    words = list[str]()
    for word in paragraph.split(" "):
        chance = draw.random()
        if chance > 0.0125:
            words.append(word)
        if chance > 0.9875:
            words.append(draw.choice(["reportedly", "now", "then", "still", "meanwhile"]))
    return " ".join(words)


def spelling(text: str, draw: random.Random) -> str:
    """Change American to British spelling and style, or back."""
    back = draw.random() < 0.5
    for american, british in _SPELLINGS.items():
        if american.strip() and british.strip():
            text = text.replace(*((british, american) if back else (american, british)))
    return text


def typography(text: str, draw: random.Random) -> str:
    """Apply two or three of the changes that feeds and editors make to characters."""
    for name in draw.sample(sorted(TYPOGRAPHY), draw.randint(2, 3)):
        text = TYPOGRAPHY[name](text, draw)
    return text


def _soft_hyphens(text: str, draw: random.Random) -> str:
    return re.sub(
        r"(\w{4})(\w{4})",
        lambda found: f"{found[1]}\u00ad{found[2]}" if draw.random() < 0.3 else found[0],
        text,
    )


def _mojibake(text: str, draw: random.Random) -> str:
    curly = text.replace(" '", " ‘").replace("'", "’").replace(" - ", " — ")
    codec = draw.choice(["cp1252", "latin-1"])
    return curly.encode().decode(codec, "ignore") if codec == "latin-1" else _as_1252(curly)


def _as_1252(text: str) -> str:
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())


def _rewrapped(text: str, draw: random.Random) -> str:
    width = draw.choice([40, 60, 72])
    return joined(
        [re.sub(rf"(.{{1,{width}}})(?:\s+|$)", r"\1\n", part) for part in paragraphs(text)]
    )


TYPOGRAPHY: Mapping[str, Edit] = {
    "quotes": lambda text, _: re.sub(r"[“”]", '"', text).replace("’", "'"),
    "guillemets": lambda text, _: text.replace("“", "« ").replace("”", " »"),
    "dashes": lambda text, _: re.sub(r"\s*[—–]\s*| - ", " -- ", text),
    "dots": lambda text, _: text.replace("...", "…").replace("U.S.", "US"),
    "entities": lambda text, _: html.escape(text).replace("’", "&rsquo;").replace("—", "&mdash;"),
    "doubly": lambda text, _: html.escape(html.escape(text)),
    "mojibake": _mojibake,
    "decomposed": lambda text, _: unicodedata.normalize("NFD", text),
    "soft hyphens": _soft_hyphens,
    "zero width": lambda text, draw: re.sub(
        " ", lambda _: " \u200b" if draw.random() < 0.2 else " ", text
    ),
    "no-break": lambda text, draw: re.sub(
        " ", lambda _: "\u00a0" if draw.random() < 0.3 else " ", text
    ),
    "rewrap": _rewrapped,
    "joined": lambda text, _: " ".join(paragraphs(text)),
    "lead": lambda text, _: text[:60].upper() + text[60:],
}
EDITS: Mapping[str, Edit] = {
    "credit": credit, "dateline": dateline, "headline": headline, "truncated": truncated,
    "brief": brief, "paragraphs": reordered, "updated": updated, "rewritten": rewritten,
    "typography": typography, "spelling": spelling,
}  # fmt: skip
