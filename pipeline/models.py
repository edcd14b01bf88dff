"""The records that pass between the steps of the pipeline: frozen dataclasses without behaviour.

Offsets are code points, end exclusive, so that ``text[start:end]`` gives back the words.
Times are aware ``datetime`` in UTC, except a publication time, which stays the ISO 8601 text with
the page's own offset (``2026-11-20T08:15:00+02:00``), or a bare day (``2026-11-20``).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pipeline.outcomes import AnnotationOutcome, Outcome

FoundBy = Literal["feed", "sitemap", "section", "list", "file", "warc", "url"]
ArticleKind = Literal[
    "article",
    "opinion",
    "live_blog",
    "video",
    "gallery",
    "press_release",
    "listing",
    "product",
    "forum",
    "service",
    "documentation",
    "error_page",
]
REFUSED_KINDS = ("listing", "product", "forum", "service", "documentation", "error_page")
"""Kinds of pages that are no articles; they are stored only where a person asks for it."""
ADMITTED_KINDS = ("listing", "product", "forum", "service", "documentation")
"""Kinds that a source may ask for (``Source.admit_kinds``): nobody wants error pages stored."""
Origin = Literal["json_ld", "meta", "feed", "visible", "url"]
"""Where a value was read: on the page, in the feed that named it, or from its URL."""
LanguageOrigin = Literal["text", "page", "source"]
"""Who says which language a text is in: the text itself, else the page or the source."""
TitlePlace = Literal["json_ld", "og", "twitter", "meta", "title_tag", "feed", "visible"]
"""Where a page states a title: ``og`` is ``og:title``, ``title_tag`` the ``title`` element."""
ContributorRole = Literal[
    "illustrator", "photographer", "translator", "editor", "reviewer", "contributor"
]
CreditKind = Literal["whole", "part", "own"]
"""``part``: the text holds some of the agency's; ``own``: the page is the agency's own."""
ClaimKind = Literal["rel_canonical", "amp_canonical", "og_url", "json_ld"]
"""Where a page states an address: ``amp_canonical`` is the ``rel=canonical`` of an AMP page."""
QuoteKind = Literal["direct", "mixed", "indirect"]
CueClass = Literal["speech", "thought", "intent"]
SpeakerMethod = Literal[
    "full_name",
    "name",
    "nearby_name",
    "pronoun",
    "relative_clause",
    "description",
    "document",
    "spokesperson",
    "continued",
    "turn",
    "signature",
    "headline",
    "unknown",
]
"""How the speaker of a quote was found; ``annotate/speakers/evidence.py`` explains each."""
Grade = Literal["A", "B", "C"]
"""A: printable; B: likely right; C: for counting only. ``annotate/quotes/grades.py`` decides."""
GradeReason = Literal[
    "deed",
    "thought",
    "not_said",
    "narrator",
    "title",
    "scare_quotes",
    "fragment",
    "list_item",
    "caption",
    "table",
    "no_source",
    "unsure",
    "lost_mark",
    "reference",
    "no_name",
]
"""Why a quote has no better grade; ``annotate/quotes/grades.py`` explains each."""
LostMark = Literal["opening", "closing"]
Relation = Literal["duplicate", "a_in_b", "b_in_a", "partial"]
AlertSeverity = Literal["severe", "warning", "off"]
TextReaders = Literal["everyone", "owner"]
Span = tuple[int, int]


LINK_FIELDS = ("feeds", "sitemaps", "sections", "lists", "files")
"""Fields of ``Source`` that name documents with links, in the order in which they are read."""


@dataclass(frozen=True, slots=True)
class Source:
    """One outlet: where its links come from and how to fetch them (``sources/<key>.toml``)."""

    key: str
    name: str
    homepage: str | None = None
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """Text files or URLs of lists with one URL per line."""
    files: tuple[str, ...] = ()
    """Local pages, folders and WARC files."""
    language: str = "en"
    wanted_languages: tuple[str, ...] = ()
    """Languages whose articles are kept; empty for those of the settings, or every one."""
    admit_kinds: tuple[str, ...] = ()
    """Kinds of ``ADMITTED_KINDS`` whose text is stored as an article's is."""
    country: str | None = None
    time_zone: str | None = None
    hosts: tuple[str, ...] = ()
    """Further hosts that count as on-site; the hosts of the fields above always do."""
    crawl_delay: float | None = None
    """Least seconds between two requests to one host; robots.txt may ask for more."""
    headers: tuple[tuple[str, str], ...] = ()
    """Sent to the source's own sites besides or instead of ours; a value may be "env:NAME"."""
    cookies: tuple[tuple[str, str], ...] = ()
    """Sent to the source's own sites; a value may be "env:NAME"."""
    proxy: str | None = None
    """HTTP proxy of its requests, or "env:NAME"; None for that of the settings."""
    max_links: int = 500
    """Most links per run; the newest are taken."""
    articles_a_day: float | None = None
    """How many new articles the operator expects in a day."""
    latest_age_hours: float | None = None
    """Age of the newest article from which the operator calls the source silent."""
    alerts: AlertSeverity = "warning"
    """How the operator is told of its state: "severe" does not wait for quiet hours to end."""
    group: str | None = None
    """The operator's own heading for it, such as a folder of a feed reader (OPML)."""
    text_for: TextReaders = "everyone"
    """Who may read full texts: everyone who reads the marts, or the owner (whoever may load)."""
    is_active: bool = True
    has_many_outlets: bool = False
    """Whether each of its pages is of the outlet of its own address, as those of an archive are."""
    allow_foreign: bool = False
    """Whether links to other sites are followed: those of a search alert or of an aggregator."""
    allow_private_addresses: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A URL that was found in one of a source's documents."""

    url: str
    """As found, not canonical."""
    source_key: str
    found_by: FoundBy
    found_in: str | None = None
    """The feed, sitemap, page or file that named it."""
    title: str | None = None
    published_at: str | None = None
    """As the feed or the news sitemap states it, in ISO 8601."""
    snapshot: str | None = None
    """Locator of the WARC record that holds the page; None for a link to be requested."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional GET needs from the last good response (RFC 9110, 13.1)."""

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: bytes | None = None
    url: str | None = None
    """The address that gave the response, after redirects; None if they hold for any. Another
    address that answers 304 to them says nothing: its page may be older than the stored one."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request as it was sent, and what came back."""

    url: str
    sent_at: datetime
    request_headers: tuple[tuple[str, str], ...] = ()
    status: int | None = None
    """None where no response came."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    """Decoded from Content-Encoding; of an error status at most the first 256 kB."""
    is_cut: bool = False
    """The body is not whole: it was cut at a limit, broke off, or was not read."""
    ip_address: str | None = None
    elapsed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """The result of one page request; ``outcome`` is None if there is a body to read."""

    requested_url: str
    final_url: str
    fetched_at: datetime
    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    """Decoded from Content-Encoding; bytes in the page's own charset."""
    redirects: tuple[str, ...] = ()
    outcome: Outcome | None = None
    reason: str | None = None
    ip_address: str | None = None
    exchanges: tuple[Exchange, ...] = ()
    """Every request that was sent for it, redirects and retries included, in order."""
    elapsed_ms: int | None = None
    """The time of all its requests together, without the waits for a slot or before a retry."""
    retry_after: float | None = None
    """Seconds that the last response asks to wait before the next request; None where it does not.
    """
    moved_to: str | None = None
    """The final URL where every redirect to it was permanent (301, 308), else None."""
    reservations: tuple[str, ...] = ()
    """What the page reserves: ``noarchive``, ``noindex``, ``tdm``, ``noai``, …"""

    def header(self, name: str) -> str | None:
        """Return the first header of that name, compared without case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class RemovedBlock:
    """Text that was removed from the body, and why."""

    text: str
    reason: str
    """A short stable word: ``search_box``, ``also_read``, ``pingback``, ``site_memory``, …"""
    article_count: int | None = None
    """With ``site_memory``: how many articles of the host had the block when it was removed."""


@dataclass(frozen=True, slots=True)
class StatedTitle:
    """A title that a page states beside its headline, without the site's name."""

    title: str
    origin: TitlePlace


@dataclass(frozen=True, slots=True)
class Contributor:
    """Somebody who worked on an article and did not write it."""

    name: str
    role: ContributorRole


@dataclass(frozen=True, slots=True)
class AddressClaim:
    """An address that a page states as its article's own; ``pipeline/identity/`` judges it."""

    kind: ClaimKind
    url: str
    """Absolute and in canonical form."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article as text and metadata, before or after cleaning."""

    url: str | None
    canonical_url: str | None
    title: str | None
    text: str | None
    """Paragraphs joined by a blank line, with standfirst and subheads, without the title."""
    title_origin: Origin | None = None
    title_alternatives: tuple[StatedTitle, ...] = ()
    """Other titles that the page states, such as the one for search engines."""
    authors: tuple[str, ...] = ()
    authors_origin: Origin | None = None
    contributors: tuple[Contributor, ...] = ()
    """Illustrators, photographers, translators and others whom the page names with their work."""
    published_at: str | None = None
    published_origin: Origin | None = None
    modified_at: str | None = None
    modified_origin: Origin | None = None
    time_zone: str | None = None
    """IANA zone of the source, for times that the page states without an offset."""
    refused_dates: tuple[str, ...] = ()
    """Impossible times (before 1990, after tomorrow) with their origin: "json_ld 2099-01-01"."""
    language: str | None = None
    language_confidence: float | None = None
    """0 to 1; low where the text does not show its language."""
    language_origin: LanguageOrigin | None = None
    kind: ArticleKind = "article"
    section: str | None = None
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    agency: str | None = None
    credit_line: str | None = None
    credit_kind: CreditKind | None = None
    """What the agency is credited with; ``whole`` without an agency stands for "Agencies"."""
    update_note: str | None = None
    """What the page says of its own changes: "This article was updated on 3 May to correct …"."""
    comment_count: int | None = None
    site_name: str | None = None
    image_url: str | None = None
    is_paywalled: bool = False
    is_noindex: bool = False
    """Whether the page asks search engines to leave it out, as walls and error pages do."""
    quality_score: float | None = None
    """Confidence in the text, 0 to 1 (computed in ``pipeline/extract/quality.py``)."""
    removed: tuple[RemovedBlock, ...] = ()
    claims: tuple[AddressClaim, ...] = ()
    """Addresses that the page states as its article's own, the most reliable kind first."""
    outcome: Outcome = Outcome.LOADED
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of a name in a text."""

    start: int
    end: int
    text: str
    label: str
    """PERSON ORG GPE LOC NORP FAC EVENT PRODUCT DATE MONEY WORK_OF_ART LAW LANGUAGE MISC."""
    name: str
    """The alias table's name if the table has one of its forms, else the article's longest form."""
    role: str | None = None
    """A person's title or office as the text gives it: "US Deputy Secretary of State"."""
    is_credit: bool = False
    """Whether it stands in a credit of a picture or an agency: "Ida Holm/Getty Images"."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says a quote, or on whose behalf."""

    name: str
    label: str | None
    role: Literal["speaker", "on_behalf_of"] = "speaker"


@dataclass(frozen=True, slots=True)
class Quote:
    """One quote: what was said (content), who said it (source), and the words that say so (cue)."""

    kind: QuoteKind
    content: tuple[Span, ...]
    cue: tuple[Span, ...] = ()
    source: tuple[Span, ...] = ()
    cue_class: CueClass = "speech"
    speakers: tuple[Speaker, ...] = ()
    confidence: float = 0.0
    """The estimated probability that content and source are right, 0 to 1."""
    speaker_method: SpeakerMethod = "unknown"
    """How the speakers were found."""
    speaker_evidence: str | None = None
    """The words that name them: the source, and for a reference the name it refers to."""
    grade: Grade = "C"
    grade_reason: GradeReason | None = None
    """Why the grade is not better; None for an A."""
    lost_mark: LostMark | None = None
    """The quotation mark that the text lacks; the quote then ends at its paragraph."""

    @property
    def speaker(self) -> str | None:
        """The speakers' names joined with " and ", None where nobody could be named."""
        names = [speaker.name for speaker in self.speakers if speaker.role == "speaker"]
        return " and ".join(names) or None


@dataclass(frozen=True, slots=True)
class Annotation:
    """Everything that the language model found in one text."""

    mentions: tuple[Mention, ...] = ()
    quotes: tuple[Quote, ...] = ()
    outcome: AnnotationOutcome = AnnotationOutcome.LOADED
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """How text ``a`` relates to text ``b``; scores from 0 to 1 over word shingles."""

    a: int
    b: int
    relation: Relation
    jaccard: float
    containment_a: float
    """Share of a's shingles that b has too."""
    containment_b: float
    shared_words: int


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that tell one story in nearly the same words; ``members`` includes the original."""

    original: int
    members: tuple[int, ...] = field(default=())
