"""Articles whose address moved: it redirects for good to a page that shows their text.

A redesign gives each story of a site a new address, a site gets another host or https, an editor
changes the words of an address. Then 301 or 308 leads from the old address to the new one, and
feeds may list both. The article is known by the new address from then on; the old one leads to it.

A redirect alone is no evidence: withdrawn stories redirect to the front page, to a section, to a
page where readers sign in, or to another story. What the new address shows must be a text of the
article, or most of one. Less is not enough, though the gate lets less pass at one address:
forecasts and briefings share a title and a frame, and yesterday's redirects to that of today.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import dropwhile

from pipeline.identity.claims import refusal_by_path
from pipeline.identity.gate import ComparedText, keeps_most
from pipeline.identity.likeness import PageText
from pipeline.identity.records import (
    EndedAddress,
    Move,
    ReadPage,
    Separation,
    StoredArticle,
    StoredReading,
)
from pipeline.identity.spellings import plain_address

_ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)


@dataclass(slots=True)
class FoundMoves:
    """What the redirects of a batch say about addresses."""

    moves: list[Move] = field(default_factory=list)
    ended: list[EndedAddress] = field(default_factory=list)
    separations: list[Separation] = field(default_factory=list)
    """Moves that are undone: the former address shows its own story again."""


def find_moves(
    pages: Sequence[ReadPage], articles: dict[str, StoredArticle], texts: Mapping[int, PageText]
) -> FoundMoves:
    """Return which articles moved, and which former addresses are others' now.

    Args:
        pages: in the order in which they were fetched.
        articles: by the addresses that lead to them; changed to what is true after the moves.
        texts: of their versions, by id.
    """
    batch = _Addresses(articles, texts)
    batch.last_read = {page.address: place for place, page in enumerate(pages)}
    for place, page in enumerate(pages):
        batch.judge(place, page)
    return batch.found


@dataclass(slots=True)
class _Addresses:
    articles: dict[str, StoredArticle]
    texts: Mapping[int, PageText]
    found: FoundMoves = field(default_factory=FoundMoves)
    last_read: dict[str, int] = field(default_factory=dict)
    """Place of the last page that was read at an address: one that is read later has not moved."""

    def judge(self, place: int, page: ReadPage) -> None:
        """Move the article that redirects to a page, or the one that was at its address before."""
        article = self._redirecting(page)
        if article is None:
            known = self.articles.get(page.address)
            if known is not None and page.address in known.former:
                self._answer(place, known, page)
        elif self.last_read.get(article.url, -1) < place:
            self._move(article, page)

    def _redirecting(self, page: ReadPage) -> StoredArticle | None:
        """Return the article of another address whose own address redirects to a page."""
        for url in page.moved_from:
            article = self.articles.get(url)
            if article is not None and article.url != page.address and _is_at(article, url, page):
                return article
        return None

    def _move(self, article: StoredArticle, page: ReadPage) -> None:
        other = self.articles.get(page.address)
        if other is not None and other.article_id == article.article_id:
            other = None
        if _leads_away(page.address, article.url):
            return
        # The page may say that another spelling of its address is right, and be known by that.
        to = page.address
        if other is not None and plain_address(other.url) == plain_address(to):
            to = other.url
        if other is not None and (other.url != to or not self._shows(other.readings, page.text)):
            return
        if not self._shows(article.readings, page.text) and not (
            other and self._share_a_text(article, other)
        ):
            return
        passed = dropwhile(lambda url: self.articles.get(url) is not article, page.moved_from)
        former = ({article.url, *passed} | article.former) - {to}
        kept, merged = article, other
        if other is not None and other.article_id < article.article_id:
            kept, merged = other, article
        how = "redirects for good to" if page.moved_from else "moved back to"
        reason = f"{article.url} {how} {to}, which shows its text"
        number = merged.article_id if merged else None
        self.found.moves.append(
            Move(
                kept.article_id,
                number,
                article.url,
                to,
                tuple(sorted(former)),
                reason,
            )
        )
        moved = replace(
            kept,
            url=to,
            is_confirmed=True,
            former=frozenset(former),
            readings=(
                *(_moved(each, to) for each in article.readings),
                *(other.readings if other else ()),
            ),
        )
        for url, each in self.articles.items():
            if each.article_id in (kept.article_id, number):
                self.articles[url] = moved
        self.articles |= dict.fromkeys((*former, page.address, to), moved)

    def _answer(self, place: int, article: StoredArticle, page: ReadPage) -> None:
        """Judge a page at a former address of an article, which does not redirect any more."""
        here = [each for each in article.readings if each.read_at == page.address]
        since = [each for each in article.readings if each.read_at is None]
        if self._shows(since or here, page.text):
            if self.last_read.get(article.url, -1) < place:
                self._move(article, replace(page, moved_from=()))
            return
        own = tuple(each.version_id for each in here if self._shows([each], page.text))
        if own:
            reason = f"{page.address} shows its own story again"
            apart = Separation(article.article_id, page.address, own, False, reason)
            self.found.separations.append(apart)
        self.found.ended.append(EndedAddress(article.article_id, page.address))
        stays = replace(
            article,
            former=article.former - {page.address},
            readings=tuple(each for each in article.readings if each.version_id not in own),
        )
        for url, each in self.articles.items():
            if each is article:
                self.articles[url] = stays
        del self.articles[page.address]

    def _shows(self, readings: Iterable[StoredReading], text: PageText) -> bool:
        stored = (self.texts.get(each.version_id) for each in readings)
        return any(_are_one(each, text) for each in stored if each is not None)

    def _share_a_text(self, one: StoredArticle, other: StoredArticle) -> bool:
        texts = (self.texts.get(each.version_id) for each in other.readings)
        return any(self._shows(one.readings, each) for each in texts if each is not None)


def _leads_away(to: str, url: str) -> bool:
    """Tell whether a redirect leads to the front page or to a section in place of a story.

    An address that has the form of a section's may be the story's if it keeps its name:
    ``/harbour.html`` redirects to ``/news/harbour``.
    """
    refused = refusal_by_path(to, url)
    return refused is not None and (refused[0] == "front_page" or _name(to) != _name(url))


def _name(url: str) -> str:
    return _ENDING.sub("", plain_address(url).rpartition("/")[2])


def _is_at(article: StoredArticle, url: str, page: ReadPage) -> bool:
    """Tell whether an address that leads to an article is where the article is, or was.

    A spelling of its address counts too, if it redirects to another path: ``/ferry?via=home``
    redirects to ``/ferry`` all the time, where the article is known as ``/ferry?via=mail``.
    """
    if url == article.url or url in article.former:
        return True
    place = plain_address(article.url)
    return plain_address(url) == place and plain_address(page.address) != place


def _moved(reading: StoredReading, address: str) -> StoredReading:
    return replace(reading, address=address, read_at=reading.read_at or reading.address)


def _are_one(stored: PageText, new: PageText) -> bool:
    if stored.digest == new.digest:
        return True
    one, other = (ComparedText(each.title, each.text) for each in (stored, new))
    return keeps_most(one, other)
