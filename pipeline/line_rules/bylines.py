"""Bylines into names: "By Jane Doe, Political Editor and JOHN ROE | Reuters" into people.

A name is two to five words; a single word ("Ruvela", "newsdesk7") counts where nobody has two. What
follows "in", "for" and "at" is where or for whom, and a role ends a name. Scripts without capitals
are taken as they are. Knows nothing of articles.
"""

import re
import unicodedata
from collections.abc import Iterable

from pipeline.line_rules.calendar_words import ENGLISH_MONTH, ENGLISH_WEEKDAY, MONTH_NAME
from pipeline.text import normalise, storable

BY = r"(?:[Bb]y|BY)"
"""Pattern for the English "by" as bylines print it."""
_LEAD = re.compile(
    r"^\W*(?:(?:written|posted|submitted|reported|published|words|story|text|analysis|opinion|interview|"
    r"review(?:ed)?|photographs?|report(?:ing)?|geschrieben|écrit|escrito|scritto|publié|publicado|"
    r"veröffentlicht|skrevet|redigé|rédigé)\s*)?"
    r"(?:(?:by|von(?!\s+de[rnm]\b)|par|por|di|door|av|af|oleh|przez|بقلم)\b|(?:\b(?:text|words|author|"
    r"autor(?:en|in)?|auteurs?|interview|analysis|report(?:er|age)?|writer|penulis|autore|författare|"
    r"yazar|автор|текст|كتبت?|الكاتب|작성자|作者|記者|记者|文)\s*[:：／]))[:：\s]*",
    re.IGNORECASE,
)
_BYLINE_START = re.compile(
    r"(?:By|BY)(?=[A-Z])|"
    r"(?:(?:[Ww]ritten|[Pp]osted|[Ss]tory|[Rr]eported|[Ss]ubmitted) )?(?:[Bb]y|BY)\b|"
    r"(?:[Vv]on|VON|Por|Par|Di|Door|Av|بقلم)\b|"
    r"(?:Autor(?:en|in)?|Text|Auteur|Автор|Penulis|Interview|Writer|كتبت?)\s*:"
)
"""Stricter than ``_LEAD``, for lines of a page that are not known to be bylines."""
_INNER_BY = re.compile(
    rf"^.*\b(?:{BY}|(?:Kolumne|Kommentar|Analyse|Bericht|Interview|Gastbeitrag|Essay|Reportage|Glosse|"
    r"Chronique|Analyse|Tribune|Columna|Análisis) (?:von|par|por|de))\s+(?=\w)"
)
_DATE = re.compile(
    rf"(?<=\w)[\s,]+(?:on )?(?:{ENGLISH_WEEKDAY},? )?"
    rf"(?:(?:{ENGLISH_MONTH}|(?i:{MONTH_NAME})) )?\d.*$"
)
_GLUED_LEAD = re.compile(rf"^{BY}(?=[A-Z][a-z.])")
_ADDRESS = re.compile(r"https?:\S+|www\.\S+|\S+@\S+\.\w+|(?<!\w)@\w+|\(at\)\S*")
_JOINED = re.compile(
    r"\s*(?:[;|/•·&\n、，]|,|\s[-–—]+\s|[-–—]+\s|\s[-–—]+)\s*|\s+(?:and|und|et|with|avec|mit|plus)\s+",
    re.IGNORECASE,
)
_FOREIGN_AND = re.compile(r"\s+(?:y|e|och|og|en|и|i|ja|ve|és|και)\s+")
_AFTER = re.compile(r"\s+(?:for|in|at|on|from|via|of|für|aus|pour|para|à|près)\s+.*", re.IGNORECASE)
_SUFFIX = re.compile(r",\s*((?:Jr|Sr)\b\.?|I{2,3}\b|IV\b)", re.IGNORECASE)
_DEGREE = re.compile(
    r"[,\s]+(?:Ph\.?\s?D\.?|M\.?D\.?|M\.?B\.?A\.?|J\.?D\.?|[OMC]BE|Esq\.?|R\.?N\.?|FRS|M\.?Sc\.?)(?=$|[,;\s])"
)
_NOISE = re.compile(
    r"\d|[@<>{}=?!]|https?:|\b(?:updated|modified|published|posted|ago|min|read|am|pm|gmt|est|edt|"
    r"follow|twitter|facebook|email|e-mail|share|comments?|kommentare?|subscribe|view|more|"
    r"profile|uncategorized|exclusive|not specified|(?:site )?admin(?:istrator)?|super ?user|"
    r"webmaster|anonymous|unknown|"
    r"none|null|undefined|"
    r"default|guest|images?|photos?|fotos?|getty|topics?|tags|related|link|file|magazine|newsletter|"
    r"sign|log)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:correspondents?|editors?|reporters?|writers?|contributors?|contributing|columnists?|"
    r"producer|bureau|chief|journalists?|author|photographers?|senior|deputy|associate|managing|"
    r"professor|lecturer|analyst|director|head|president|fellow|research(?:er)?|intern|critic|"
    r"political|foreign|staff|freelance|special|executive|assistant|anchor|presenter|"
    r"meteorologist|redakteur(?:in)?|korrespondent(?:in)?|journaliste|periodista|redactora?|"
    r"giornalista|corrispondente|correspondant|corresponsal|desk|spokes\w+)",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:news|press|agency|agencies|staff|team|times|post|reuters|afp|ap|bbc|cnn|media|"
    r"network|desk|newsroom|newsdesk|daily|herald|tribune|journal|guardian|online|tv|radio|"
    r"editorial|board|inc|ltd|llc|gmbh|com|associated|xinhua|dpa|wire|service|reporters|web|"
    r"editors|contributors|university|institute|foundation|council|department|ministry|office|"
    r"company|group|committee|association|society|redaktion|redaction|rédaction|redacción|"
    r"redazione|redação|redactie|redakcja|zeitung|agentur|agence|agencia|agenzia|presse|prensa|"
    r"ausgabe|magazin|verlag|union|party|centre|center|digital|international)\b|\.\w{2,4}$|редакция|通讯社|"
    r"新闻|新聞|時報|时报|日報|日报|통신|뉴스|신문",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?:New York(?: City)?|New Delhi|Los Angeles|San Francisco|San Diego|Hong Kong|Tel Aviv|"
    r"Rio de Janeiro|Sao Paulo|Buenos Aires|Mexico City|Cape Town|Abu Dhabi|Kuala Lumpur|"
    r"Washington,? D\.?C\.?|"
    r"United Nations|St\.? Petersburg|North \w+|South \w+|West \w+|East \w+)",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<=[a-zß-ÿ]{3})(?<!Fitz)[A-Z][^,;|&]*")
"""What a template glues to a name: "Ines MoorHarbour2 comments"; McAvoy and FitzRoy stay whole."""
_WORD = re.compile(r"[^\W\d_][\w.’'-]*")
_PARTICLES = frozenset(
    "de da do dos das del della di du des der den van von vom zu zur ter ten te la le los las el "
    "bin ibn bint al af av dela e y abu".split()
)
_LONGEST_NAME = 5
_ROLE_LINE = 5
_HANDLE = re.compile(r"[^\W\d_][\w.-]{2,30}")
_MOST = 30


def author_names(byline: str) -> tuple[str, ...]:
    """Return the names in a byline, people before all: organisations only where no person is.

    >>> author_names("By Jane Doe and John Roe, Political Editor")
    ('Jane Doe', 'John Roe')
    """
    return clean_authors([byline])


def clean_authors(bylines: Iterable[str]) -> tuple[str, ...]:
    """Return the people in several bylines, in order and each once."""
    names = [name for line in bylines for name in _names(line)]
    people = [name for name in names if not is_organisation(name)]
    return _each_once(people or names)


def starts_as_byline(line: str) -> bool:
    """Tell whether a line begins with "By", "Written by", "Autor:" or the like.

    >>> starts_as_byline("By Ines Moor"), starts_as_byline("Bystanders saw it.")
    (True, False)
    """
    return bool(_BYLINE_START.match(line))


def is_byline(line: str) -> bool:
    """Tell whether a line says who wrote the page and names a person with two words.

    >>> is_byline("By Ines Moor"), is_byline("By Tuesday, the pier was closed.")
    (True, False)
    """
    return starts_as_byline(line) and any(" " in name for name in clean_authors([line]))


def is_role(line: str) -> bool:
    """Tell a line that says what somebody is: "Environment correspondent", "Health Reporter".

    >>> is_role("Environment correspondent"), is_role("The editor resigned on Monday.")
    (True, False)
    """
    words = line.split()
    return 0 < len(words) <= _ROLE_LINE and bool(_ROLE.fullmatch(words[-1]))


def is_organisation(name: str) -> bool:
    """Tell whether a name is one of a newsroom, an agency or another body, by its words."""
    return bool(_ORGANISATION.search(name))


def organisations_in(bylines: Iterable[str]) -> tuple[str, ...]:
    """Return the organisations that bylines name beside or in place of people."""
    return _each_once([name for line in bylines for name in _names(line) if is_organisation(name)])


def handle_in(byline: str) -> str | None:
    """Return the one word that a byline is ("By newsdesk7"), or None: a pen name or a login.

    >>> handle_in("von freeman84")
    'freeman84'
    """
    plain = _LEAD.sub("", " ".join(byline.split())).strip(" .,:*")
    return plain if _HANDLE.fullmatch(plain) and not _noisy_word(plain) else None


def _noisy_word(word: str) -> bool:
    return bool(_NOISE.search(re.sub(r"\d", "", word)) or _ROLE.fullmatch(word))


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    """Drop repeats: the same name in other case or accents, and "Moor" beside "Ines Moor"."""
    chosen: dict[str, str] = {}
    for name in names:
        cased = _case(name)
        chosen.setdefault(_key(cased), cased)
    last_words = {key.split()[-1] for key in chosen if " " in key}
    return tuple(name for key, name in chosen.items() if key not in last_words)[:_MOST]


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", normalise(name))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split()).strip(".")


def _names(line: str) -> list[str]:
    plain = " ".join(storable(line).split())
    if not plain or len(plain) > 300:
        return []
    plain = _ADDRESS.sub(" | ", re.sub(r"<[^>]*>|[←→»›]", " ", plain))
    plain = _SUFFIX.sub(r" \1", re.sub(r"\([^)]*\)|\[[^\]]*\]", " | ", plain))
    plain = _without_lead(_INNER_BY.sub("", plain))
    parts = [piece for part in _JOINED.split(_DEGREE.sub("", plain)) for piece in _by_and(part)]
    names = [name for part in parts if (name := _name(part))]
    return _without_places(_unturned(plain, names))


def _without_lead(line: str) -> str:
    """Drop "By": but "Di Rossi" is a name, and so is what stands there alone."""
    plain = _GLUED_LEAD.sub("", _LEAD.sub("", f" {line}").strip())
    return plain if " " in plain or re.match(r"\W*by\b|.*[:：]", line, re.IGNORECASE) else line


def _without_places(names: list[str]) -> list[str]:
    """Drop single words beside full names or a newsroom: "AFP, MANILA" is written in Manila."""
    whole = [name for name in names if " " in name or is_organisation(name) or not _cased(name)]
    return whole or names


def _cased(name: str) -> bool:
    return name.lower() != name.upper()


def _by_and(part: str) -> list[str]:
    """Split at "y", "och" or "и" where a full name stands on both sides: Ortega y Gasset stays."""
    pieces = _FOREIGN_AND.split(part)
    return pieces if all(len(piece.split()) > 1 for piece in pieces) else [part]


def _unturned(line: str, names: list[str]) -> list[str]:
    """Turn "Moor, Ines" round: a line of two single words with a comma between them."""
    turned = re.fullmatch(r"[^\W\d_][\w’'-]+, [^\W\d_][\w’'-]*\.?", line)
    if turned and len(names) == 2 and not any(map(is_organisation, names)):
        return [f"{names[1]} {names[0]}"]
    return names


def _name(raw: str) -> str | None:
    part = _without_lead(_DATE.sub("", _AFTER.sub("", f" {raw}"))).strip(" .,:*\"“”'")
    if re.search(r"\b(?:Jr|Sr)$", part) and f"{part}." in raw:
        part += "."
    if " " in part:
        part = _GLUED.sub("", part).strip()
    part = _without_role(part)
    return part if _is_name(part) else None


def _without_role(part: str) -> str:
    """Cut a role off two words of a name: "Ines Moor Staff Writer", "Editor Ines Moor"."""
    words = part.split()
    roles = [at for at, word in enumerate(words) if _ROLE.fullmatch(word.strip(".,"))]
    if not roles:
        return part
    kept = words[: roles[0]] if roles[0] else words[roles[-1] + 1 :]
    if len(kept) > 1:
        return " ".join(kept)
    return part if is_organisation(part) and len(roles) < len(words) else ""


def _is_name(part: str) -> bool:
    words = part.split()
    if not 1 <= len(words) <= _LONGEST_NAME or _NOISE.search(part) or len(part) > 60:
        return False
    if _PLACE.fullmatch(part):
        return False
    if is_organisation(part):
        return not part[0].islower()
    others = [word for word in words if word.lower() not in _PARTICLES]
    return bool(others and _WORD.match(others[0])) and not any(map(_is_common, others))


def _is_common(word: str) -> bool:
    """Tell "reporter" from "al-Rashid" and "d’Arc"."""
    return word[0].islower() and not re.match(r"[a-z]{1,3}[-’']\w", word)


def _case(name: str) -> str:
    """Give "JANE O'NEILL" the case of a name; leave "BBC News" and "J.R. Roe" alone."""
    if not name.isupper() or " " not in name or is_organisation(name):
        return name
    words = name.split()
    return " ".join(_case_word(word, at in (0, len(words) - 1)) for at, word in enumerate(words))


def _case_word(word: str, at_the_edge: bool) -> str:
    if re.fullmatch(r"(?:\w\.)+|II|III|IV|\w", word):
        return word
    if word.lower() in _PARTICLES and not at_the_edge:
        return word.lower()
    cased = word.title()
    return f"Mc{cased[2:].capitalize()}" if cased.startswith("Mc") and len(cased) > 3 else cased
