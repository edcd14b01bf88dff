"""Decide of each page of a batch which article it shows, and undo what its evidence refutes.

A page is the article of the address where it was read, unless

- it claims another address and the claim is believed: nothing that was ever read there, or by other
  pages that claim it, tells another story;
- another spelling of its address showed the same text;
- the address of a stored article redirects to it for good, and it shows its text (``moves``).

The decisions do not depend on the order of the pages. What was believed earlier is judged again
with every page that bears on it: where the address itself shows another story, or two pages with
two stories claim it, each gets its own article back (``Separation``).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.identity.claims import JudgedClaim, Refusal, refusal_by_address
from pipeline.identity.likeness import PageText, tell_one_story
from pipeline.identity.moves import find_moves
from pipeline.identity.parameters import ParameterEvidence, is_telling
from pipeline.identity.records import (
    EndedAddress,
    Move,
    OtherClaimant,
    ReadPage,
    Separation,
    StoredArticle,
    StoredReading,
)
from pipeline.identity.spellings import (
    are_spellings,
    differing_parameter,
    plain_address,
    plain_host,
)
from pipeline.models import AddressClaim
from pipeline.urls import site

_MAX_CHAIN = 3
"""Claims that are followed from a page to its article: AMP page, desktop page, moved page."""


class KnownPages(Protocol):
    """What is stored about addresses; the warehouse implements it."""

    def articles(self, urls: Collection[str]) -> Mapping[str, StoredArticle]:
        """Return the article of each address: the one known by it, or to which it led."""

    def texts(self, version_ids: Collection[int]) -> Mapping[int, PageText]:
        """Return the texts of versions."""

    def claimants(self, urls: Collection[str]) -> Sequence[OtherClaimant]:
        """Return the pages that claim these addresses and are other articles."""

    def unsuitable(self, urls: Collection[str]) -> Mapping[str, tuple[Refusal, str]]:
        """Return which addresses were seen to be no article's, and why: listings, missing pages."""

    def same_text(self, digests: Collection[bytes]) -> Mapping[bytes, Sequence[StoredArticle]]:
        """Return the articles that have a version with this text, by its digest."""

    def beside(self, links: Collection[str]) -> Mapping[str, Sequence[tuple[str, PageText]]]:
        """Return, by link, other links that differ in the query alone, with their texts."""


@dataclass(slots=True)
class Resolution:
    """What was decided about a batch."""

    identities: dict[int, str] = field(default_factory=dict)
    """The address of each page's article, by the page's key."""
    claims: list[JudgedClaim] = field(default_factory=list)
    """Claims to another address than the page's own."""
    separations: list[Separation] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    """Articles that changed their address; they are stored before the separations."""
    ended: list[EndedAddress] = field(default_factory=list)
    former_links: set[int] = field(default_factory=set)
    """Keys of the pages whose link is a former address of their article."""
    perhaps_moved: list[tuple[int, str]] = field(default_factory=list)
    """Articles whose text a new page at another address shows, with its link: if theirs redirects
    there, they have moved."""
    evidence: list[ParameterEvidence] = field(default_factory=list)
    """What the batch adds to the evidence about parameters."""


def resolve(pages: Sequence[ReadPage], known: KnownPages) -> Resolution:
    """Decide which article each page shows.

    Args:
        pages: in the order in which they were fetched.
        known: what is stored.
    """
    batch = _Batch(pages, known)
    batch.judge_claims()
    batch.identify()
    batch.learn_parameters()
    return batch.result


@dataclass(slots=True)
class _Group:
    """What one address showed, in the store and in the batch."""

    address: str
    stored: list[PageText] = field(default_factory=list)
    now: list[PageText] = field(default_factory=list)

    def agrees_with(self, other: "_Group") -> bool:
        """Tell whether two addresses show one story: now, else as far as is known."""
        if self.now and other.now and other.is_steady():
            return _any_agrees(self.now, other.now)
        return _any_agrees([*self.stored, *self.now], [*other.stored, *other.now])

    def is_steady(self) -> bool:
        """Tell whether the address shows now what it showed before: else it may be a wall."""
        return not self.stored or _any_agrees(self.stored, self.now)

    def contradicts(self, claimant: "_Group") -> bool:
        """Tell whether a page's claim to this group's address is refuted by what is shown here.

        Of two spellings, one that was read earlier shows an earlier text: a story may have been
        rewritten since. They are two stories only where both show them at one time.
        """
        at_one_time = bool(self.now and claimant.now)
        is_spelling = are_spellings(claimant.address, self.address)
        return (at_one_time or not is_spelling) and not claimant.agrees_with(self)


def _any_agrees(these: Sequence[PageText], those: Sequence[PageText]) -> bool:
    """Compare the last texts only: a live blog has fifty."""
    return any(tell_one_story(one, other) for one in these[-3:] for other in those[-3:])


class _Batch:
    def __init__(self, pages: Sequence[ReadPage], known: KnownPages) -> None:
        self.pages = pages
        self.known = known
        self.result = Resolution()
        self.active: dict[int, AddressClaim] = {}
        """The claim of each page that is not refused (yet), by the page's key."""
        self.articles: dict[str, StoredArticle] = {}
        self.texts: dict[int, PageText] = {}
        self.same: dict[bytes, Sequence[StoredArticle]] = {}
        """Articles with the text of a new page, by its digest."""
        self.left: dict[tuple[str, str], str] = {}
        """Why what one address showed (the second) is not the story of another (the first)."""
        self.by_address: dict[str, list[ReadPage]] = defaultdict(list)
        self.by_digest: dict[bytes, list[ReadPage]] = defaultdict(list)
        for page in pages:
            self.by_address[page.address].append(page)
            self.by_digest[page.text.digest].append(page)

    # Claims

    def judge_claims(self) -> None:
        """Refuse the claims that something speaks against."""
        candidates = {page.key: list(self._possible_claims(page)) for page in self.pages}
        targets = {claim.url for each in candidates.values() for claim in each}
        refused = self.known.unsuitable(targets)
        others = self.known.claimants(targets | set(self.by_address))
        self._read_articles(targets)
        for page in self.pages:
            self._next_claim(page, candidates[page.key], refused)
        while disputed := self._disputed(others):
            for page, kind, reason in disputed:
                self._refuse(page, self.active.pop(page.key), kind, reason)
                self._next_claim(page, candidates[page.key], refused)
        for page in self.pages:
            believed = self.active.get(page.key)
            if believed:
                self.result.claims.append(JudgedClaim(page.address, believed))
            for claim in candidates[page.key]:
                self._refuse(page, claim, "outranked", "the page makes a better claim")

    def _possible_claims(self, page: ReadPage) -> Iterator[AddressClaim]:
        """Yield the claims that the addresses alone do not refuse, up to a claim to its own.

        Of several pages from one address the last one's claims count.
        """
        seen = set()
        for claim in self.by_address[page.address][-1].claims:
            if claim.url == page.address:
                return
            if claim.url in seen:
                continue
            seen.add(claim.url)
            if refusal := refusal_by_address(claim.url, page.address):
                self._refuse(page, claim, *refusal)
            else:
                yield claim

    def _next_claim(
        self,
        page: ReadPage,
        candidates: list[AddressClaim],
        refused: Mapping[str, tuple[Refusal, str]],
    ) -> None:
        while candidates:
            claim = candidates.pop(0)
            if claim.url not in refused:
                self.active[page.key] = claim
                return
            self._refuse(page, claim, *refused[claim.url])

    def _refuse(self, page: ReadPage, claim: AddressClaim, refusal: Refusal, reason: str) -> None:
        self.result.claims.append(JudgedClaim(page.address, claim, refusal, reason))

    def _read_articles(self, targets: Collection[str]) -> None:
        addresses = {url for page in self.pages for url in (page.address, page.link, page.name)}
        left = {url for page in self.pages for url in page.moved_from}
        self.articles = dict(self.known.articles(addresses | left | set(targets)))
        moved = {url for page in self.pages for url in (page.link, page.name)}
        moved -= set(self.by_address)
        moved |= left | {page.address for page in self.pages if page.moved_from}
        compared = [
            article
            for url, article in self.articles.items()
            if url in targets or url in moved or url != article.url or _was_read_elsewhere(article)
        ]
        numbers = {reading.version_id for article in compared for reading in article.readings}
        self.texts = dict(self.known.texts(numbers)) if numbers else {}
        found = find_moves(self.pages, self.articles, self.texts)
        self.result.moves, self.result.ended = found.moves, found.ended
        self.result.separations += found.separations

    def _disputed(self, others: Sequence[OtherClaimant]) -> list[tuple[ReadPage, Refusal, str]]:
        """Return the active claims that a text contradicts, and mark stored texts that must leave.

        All claims to one address are judged together, so that the order does not matter.
        """
        disputed: list[tuple[ReadPage, Refusal, str]] = []
        claiming: dict[str, list[ReadPage]] = defaultdict(list)
        for page in self.pages:
            led_to, claim = self._led_to(page), self.active.get(page.key)
            for url in {led_to.url if led_to else None, claim.url if claim else None}:
                if url is not None:
                    claiming[url].append(page)
        judged = set(claiming) | {a.url for a in self.articles.values() if _was_read_elsewhere(a)}
        for target in sorted(judged):
            at_target, claimants = self._groups(target, claiming.get(target, ()), others)
            refused = _refused(at_target, claimants)
            for address, (kind, reason) in refused.items():
                self.left.setdefault((target, address), reason)
                disputed += [
                    (page, kind, f"{target} {reason}")
                    for page in claiming.get(target, ())
                    if page.address == address and self._claims(page, target)
                ]
        return disputed

    def _claims(self, page: ReadPage, target: str) -> bool:
        return page.key in self.active and self.active[page.key].url == target

    def _led_to(self, page: ReadPage) -> StoredArticle | None:
        """Return the article with another address that a page was taken for earlier.

        That was told by an equal text, which may have been a notice: it is judged like a claim.
        """
        article = self.articles.get(page.address)
        return article if article is not None and article.url != page.address else None

    def _groups(
        self, target: str, claiming: Iterable[ReadPage], others: Sequence[OtherClaimant]
    ) -> tuple[_Group, list[_Group]]:
        """Return what the target itself showed, and what each page showed that claims it."""
        at_target = _Group(target)
        claimants: dict[str, _Group] = {}
        article = self.articles.get(target)
        if article is not None and article.url == target:
            own = [each for each in article.readings if not _is_elsewhere(each, article)]
            if not own and article.is_confirmed:
                own = list(article.readings)
            for reading in article.readings:
                text = self.texts.get(reading.version_id)
                if text is None:
                    continue
                if reading in own:
                    at_target.stored.append(text)
                if reading not in own or reading.address in self.by_address:
                    group = claimants.setdefault(reading.address, _Group(reading.address))
                    group.stored.append(text)
        elif article is not None:  # the target is a page of another article
            at_target.stored += [
                self.texts[each.version_id]
                for each in article.readings
                if each.version_id in self.texts
            ]
        at_target.now += [page.text for page in self.by_address.get(target, ())]
        claimants.pop(target, None)
        for other in others:
            if other.claimed == target and other.address != target:
                claimants.setdefault(other.address, _Group(other.address)).stored.append(other.text)
        for page in claiming:
            claimants.setdefault(page.address, _Group(page.address)).now.append(page.text)
        return at_target, list(claimants.values())

    # Identities

    def identify(self) -> None:
        """Choose each page's article, and separate the texts that leave one."""
        self._separate()
        own = {page.key: self._own_article(page) for page in self.pages}
        digests = {page.text.digest for page in self.pages if own[page.key] is None}
        self.same = dict(self.known.same_text(digests)) if digests else {}
        identities, named = self.result.identities, dict[str, PageText]()
        new = {page.key for page in self.pages if own[page.key] is None}
        for page in self.pages:
            if page.key not in new or page.key not in self.active:
                identities[page.key] = own[page.key] or self._name(page, named)
        for page in self.pages:
            if page.key not in identities:
                identities[page.key] = self._follow(page)
        self._suspect_moves({key for key in new if identities[key] not in self.articles})
        other_name = self._other_spellings(new - self.active.keys())
        for key, url in identities.items():
            identities[key] = other_name.get(url, url)
        for page in self.pages:
            article = self.articles.get(page.link)
            if article and page.link in article.former and article.url == identities[page.key]:
                self.result.former_links.add(page.key)

    def _separate(self) -> None:
        for article in {a.article_id: a for a in self.articles.values()}.values():
            groups: dict[str, list[int]] = defaultdict(list)
            for reading in article.readings:
                if (article.url, reading.address) in self.left:
                    groups[reading.address].append(reading.version_id)
            leaving = sum(map(len, groups.values()))
            stays = len(article.readings) > leaving
            for address, versions in groups.items():
                self.result.separations.append(
                    Separation(
                        article_id=article.article_id,
                        url=address,
                        version_ids=tuple(versions),
                        is_whole=not stays,
                        reason=f"{article.url} {self.left[article.url, address]}",
                    )
                )
                stays = True  # of several pages without an article of its own, the first keeps it

    def _own_article(self, page: ReadPage) -> str | None:
        """Return the address of the article that is known to be at the page's, or None."""
        article = self._article_at(page.address)
        if article is not None:
            return article.url
        if any(each.url == page.address for each in self.result.separations):
            return page.address
        for other in (page.link, page.name):
            article = self._article_at(other)
            if article is not None and self._shows(article, page):
                return article.url
        return None

    def _shows(self, article: StoredArticle, page: ReadPage) -> bool:
        """Tell whether a page at another address than its link's still shows the link's article.

        Links lead to other addresses by redirects, and where they were stored under other rules.
        """
        if any(reading.address == page.address for reading in article.readings):
            return True
        texts = [self.texts.get(each.version_id) for each in article.readings]
        return any(tell_one_story(page.text, text) for text in texts if text is not None)

    def _name(self, page: ReadPage, named: dict[str, PageText]) -> str:
        """Return the address of a new article, without noise unless that names another story."""
        if page.name != page.address and self._article_at(page.name) is not None:
            return page.address
        first = named.setdefault(page.name, page.text)
        return page.name if tell_one_story(first, page.text) else page.address

    def _article_at(self, address: str) -> StoredArticle | None:
        """Return the stored article that an address leads to, unless it was refuted just now."""
        article = self.articles.get(address)
        if article is None or (article.url, address) in self.left or self._is_given_up(article):
            return None
        return article

    def _is_given_up(self, article: StoredArticle) -> bool:
        """Tell whether all texts of an article leave its address."""
        return bool(article.readings) and all(
            (article.url, each.address) in self.left for each in article.readings
        )

    def _suspect_moves(self, new: Collection[int]) -> None:
        """Note the one article of the site whose text a new page shows at another path.

        Several articles with one text are copies, or notices in place of stories.
        """
        for page in self.pages:
            others = self._on_site(page) if page.key in new else []
            if len(others) == 1 and plain_address(page.address) not in _plain_addresses(others[0]):
                self.result.perhaps_moved.append((others[0].article_id, page.link))

    def _other_spellings(self, new: Collection[int]) -> dict[str, str]:
        """Return the articles that are another one: an equal text at another spelling.

        Args:
            new: keys of the pages of which neither the store nor a claim names the article.
        """
        groups: dict[tuple[bytes, str], list[ReadPage]] = defaultdict(list)
        for page in self.pages:
            groups[page.text.digest, plain_address(page.address)].append(page)
        other_name = {}
        for group in groups.values():
            of_group = [page for page in group if page.key in new]
            if not of_group or not self._is_of_one_path(of_group[0]):
                continue
            stored = [self._place(each, of_group[0].text) for each in self._on_site(of_group[0])]
            known = [self.result.identities[page.key] for page in group if page.key not in new]
            first = self.result.identities[of_group[0].key]
            article = next(iter((*stored, *known, first)))
            for page in of_group:
                other_name[self.result.identities[page.key]] = article
        return other_name

    def _place(self, article: StoredArticle, text: PageText) -> str:
        """Return the address of the article that has a text after the separations."""
        readings = [each for each in article.readings if each.digest == text.digest]
        leaving = [each for each in readings if (article.url, each.address) in self.left]
        return article.url if len(leaving) < len(readings) else leaving[0].address

    def _on_site(self, page: ReadPage) -> list[StoredArticle]:
        """Return the articles of the page's site that have its text."""
        found = self.same.get(page.text.digest, ())
        return [each for each in found if site(each.url) == site(page.address)]

    def _is_of_one_path(self, page: ReadPage) -> bool:
        """Tell whether no other path of the site shows the page's text; else it may be a notice."""
        own, digest = plain_address(page.address), page.text.digest
        return all(own in _plain_addresses(article) for article in self._on_site(page)) and all(
            plain_address(other.address) == own for other in self.by_digest[digest]
        )

    def _follow(self, page: ReadPage) -> str:
        """Return the article at the end of the claims that lead from a page."""
        url, passed = self.active[page.key].url, [page.address]
        for _ in range(_MAX_CHAIN):
            if url in passed:  # two spellings claim each other: the first that was stored or read
                return next((each for each in passed if each in self.articles), min(passed))
            article = self._article_at(url)
            if article is not None:
                return article.url
            there = self.by_address.get(url)
            if not there:
                return url
            passed.append(url)
            following = self.active.get(there[-1].key)
            if following is None:
                return self.result.identities[there[-1].key]
            url = following.url
        return url

    # Parameters

    def learn_parameters(self) -> None:
        """Count pairs of links that differ in the value of one parameter alone."""
        new = [page for page in self.pages if page.link not in self.articles and "?" in page.link]
        beside = self.known.beside({page.link for page in new}) if new else {}
        counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for page in self.pages:
            article = self._led_to(page)
            if article is not None and (article.url, page.address) in self.left:
                name = differing_parameter(page.address, article.url)
                if name is not None:
                    counts[plain_host(page.link), name][1] += 1
        read: dict[str, list[ReadPage]] = defaultdict(list)
        for page in new:
            place = plain_address(page.link)
            pairs = [(other.link, other.text) for other in read[place]]
            for link, text in (*pairs, *beside.get(page.link, ())):
                name = differing_parameter(page.link, link)
                if name is None:
                    continue
                found = counts[plain_host(page.link), name]
                if page.text.digest == text.digest:
                    found[0] += is_telling(text.text) and self._is_of_one_path(page)
                elif not tell_one_story(page.text, text):
                    found[1] += 1
            read[place].append(page)
        self.result.evidence = [
            ParameterEvidence(host, name, same, other)
            for (host, name), (same, other) in sorted(counts.items())
            if same or other
        ]


def _is_elsewhere(reading: StoredReading, article: StoredArticle) -> bool:
    """Tell whether a version was read at another path or with another query than the article's."""
    return not are_spellings(reading.address, article.url)


def _was_read_elsewhere(article: StoredArticle) -> bool:
    return any(_is_elsewhere(reading, article) for reading in article.readings)


def _plain_addresses(article: StoredArticle) -> set[str]:
    return {plain_address(article.url), *(plain_address(each.address) for each in article.readings)}


def _refused(at_target: _Group, claimants: Sequence[_Group]) -> dict[str, tuple[Refusal, str]]:
    """Return which of the pages that claim an address are refused, and why."""
    if at_target.stored or at_target.now:
        return {
            each.address: ("contradicted", "shows another story")
            for each in claimants
            if at_target.contradicts(each)
        }
    if all(claimants[0].agrees_with(each) for each in claimants[1:]):
        return {}
    return {
        each.address: ("shared", "is claimed by pages with different stories") for each in claimants
    }
