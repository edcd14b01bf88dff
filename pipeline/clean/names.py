"""Bylines into names: "By Jane Doe, Political Editor and JOHN ROE | Reuters" into people.

English bylines; a name is two to five capitalised words, or a single word where nothing else is
there. Knows nothing of articles.
"""

import re

_LEAD = re.compile(
    r"^\W*(?:(?:written|posted|reported|published|words|story|analysis|opinion|review(?:ed)?|photographs?|von|par|por|di|door)"
    r"\s+)?(?:by|von|par|por|di|door)?[:\s]+",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:[,;|/•·&\n]|\band\b|\bund\b|\bet\b|\by\b|\bwith\b|\bvia\b|[-–—]\s|\s[-–—]|\bfor\b|\bin\b|\bat\b)\s*"
)
_NOISE = re.compile(
    r"\d|@|https?:|\b(?:updated|published|posted|ago|min|read|am|pm|gmt|est|edt|staff writer|"
    r"correspondent|editors?|reporters?|writers?|contributors?|columnist|producer|desk|bureau|chief|"
    r"journalist|author|photographer|senior|deputy|associate|managing|follow|twitter|email|share|"
    r"professor|analyst|director|head of|president|fellow|research|subscribe|view|more|profile)\b",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:news|press|agency|agencies|staff|team|times|post|reuters|afp|ap|bbc|cnn|media|magazine|"
    r"network|desk|newsroom|daily|herald|tribune|journal|guardian|online|tv|radio|admin|"
    r"editorial|board|inc|ltd|llc|com|associated|xinhua|dpa|wire|service|reporters|web|redaktion)\b|\.\w{2,4}$",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<=[a-zß-ÿ]{3})(?<!Fitz)[A-Z][^,;|&]*")
"""What a template glues to a name: "Ines MoorHarbour2 comments"; McAvoy and FitzRoy stay whole."""
_WORD = re.compile(r"[^\W\d_][\w.’'-]*")
_LONGEST_NAME = 5


def author_names(byline: str) -> tuple[str, ...]:
    """Return the names in a byline, people before all: organisations only where no person is.

    >>> author_names("By Jane Doe and John Roe, Political Editor")
    ('Jane Doe', 'John Roe')
    """
    return clean_authors([byline])


def clean_authors(bylines: list[str]) -> tuple[str, ...]:
    """Return the people in several bylines, in order and each once."""
    parts = [part for line in bylines for part in _parts(line)]
    people = [part for part in parts if not _ORGANISATION.search(part)]
    return tuple(dict.fromkeys(_case(name) for name in people or parts))


def _parts(line: str) -> list[str]:
    plain = " ".join(line.split())
    plain = _LEAD.sub("", f" {plain}") if len(plain) < 300 else ""
    plain = _GLUED.sub("", re.sub(r"\([^)]*\)", "|", plain))
    return [
        part for raw in _SPLIT.split(plain) if (part := raw.strip(' .,:*"“”')) and _is_name(part)
    ]


def _is_name(part: str) -> bool:
    words = part.split()
    if not 1 <= len(words) <= _LONGEST_NAME or _NOISE.search(part) or len(part) > 60:
        return False
    first = words[0]
    return bool(_WORD.match(first)) and (first[0].isupper() or not first[0].islower())


def _case(name: str) -> str:
    """Give "JANE DOE" the case of a name; leave "BBC News" and "J.R. Roe" alone."""
    if name.isupper() and " " in name:
        return " ".join(word if "." in word else word.title() for word in name.split())
    return name
