"""What passes between the decisions about articles and the store: pages, articles, changes."""

from dataclasses import dataclass

from pipeline.identity.likeness import PageText
from pipeline.models import AddressClaim


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page of a batch that shows an article."""

    key: int
    """Of the caller; unique in the batch."""
    address: str
    """Where it was read, after redirects, in canonical form."""
    link: str
    """The canonical URL of the link that led to it."""
    name: str
    """The address without what is noise on its host: that of its article where this is new."""
    claims: tuple[AddressClaim, ...]
    text: PageText
    moved_from: tuple[str, ...] = ()
    """Addresses that redirected to it for good, in order and in canonical form, with and without
    what is noise; none where one of the redirects was temporary."""


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A stored version of an article, by the page that it was read from."""

    version_id: int
    address: str
    """Where the page is now, if its address moved."""
    digest: bytes
    read_at: str | None = None
    """Where it was read, if that is a former address of the article."""


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article of the store with the pages that its versions were read from."""

    article_id: int
    url: str
    readings: tuple[StoredReading, ...]
    """The earliest first."""
    is_confirmed: bool = False
    """Whether the page at ``url`` itself was read and showed the article."""
    former: frozenset[str] = frozenset()
    """Addresses where it was before, which redirect for good to where it is now."""


@dataclass(frozen=True, slots=True)
class OtherClaimant:
    """A stored page that claims an address, believed or not."""

    claimed: str
    address: str
    text: PageText


@dataclass(frozen=True, slots=True)
class Separation:
    """Versions that were taken for another article's and get an article of their own."""

    article_id: int
    """The article that they leave."""
    url: str
    """Address of the page that they were read from, which becomes their article's."""
    version_ids: tuple[int, ...]
    is_whole: bool
    """Whether these are all versions of the article, which then only changes its address."""
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """An article whose address redirects for good to a page that shows its text."""

    article_id: int
    """The article that is known by the new address from now on."""
    merged_id: int | None
    """The other one, where there are two: one was stored at each address."""
    from_url: str
    to_url: str
    former: tuple[str, ...]
    """All addresses that lead to the new one."""
    reason: str


@dataclass(frozen=True, slots=True)
class EndedAddress:
    """A former address of an article that shows another story now."""

    article_id: int
    url: str
