"""An in-memory ``KnownPages``: loads what ``resolve`` decided, as the warehouse does."""

import itertools
from dataclasses import dataclass, field, replace

from pipeline.identity.records import OtherClaimant, ReadPage, StoredArticle, StoredReading
from pipeline.identity.resolution import resolve
from pipeline.identity.spellings import plain_address
from pipeline.urls import without_parameters


@dataclass
class MemoryPages:
    """Articles with their versions, and to which article each address led."""

    stored: dict[int, StoredArticle] = field(default_factory=dict)
    bodies: dict[int, object] = field(default_factory=dict)
    led_to: dict[str, int] = field(default_factory=dict)
    claims: dict[tuple[str, str], object] = field(default_factory=dict)
    counts: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    listings: set[str] = field(default_factory=set)
    edits: list[tuple[int, int]] = field(default_factory=list)
    separations: list = field(default_factory=list)
    _numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    # KnownPages

    def articles(self, urls):
        by_url = {article.url: article for article in self.stored.values()}
        found = {url: by_url.get(url) or self.stored.get(self.led_to.get(url)) for url in urls}
        return {url: article for url, article in found.items() if article}

    def texts(self, version_ids):
        return {number: self.bodies[number] for number in version_ids}

    def claimants(self, urls):
        found = []
        for (address, claimed), text in self.claims.items():
            home = self.articles([address]).get(address)
            if claimed in urls and (home is None or home.url != claimed):
                found.append(OtherClaimant(claimed, address, text))
        return found

    def unsuitable(self, urls):
        return {url: ("section", "is a list") for url in urls if url in self.listings}

    def same_text(self, digests):
        return {
            digest: [
                article
                for article in self.stored.values()
                if any(reading.digest == digest for reading in article.readings)
            ]
            for digest in digests
        }

    def beside(self, links):
        return {
            link: [
                (url, self.bodies[self.stored[number].readings[-1].version_id])
                for url, number in self.led_to.items()
                if url != link and plain_address(url) == plain_address(link)
            ]
            for link in links
        }

    # Loading

    def noise(self):
        return [name for (_, name), (same, other) in self.counts.items() if same and not other]

    def page(self, key, address, text, claims=(), link=None):
        name = without_parameters(address, self.noise())
        return ReadPage(key, address, link or address, name, tuple(claims), text)

    def load(self, *pages):
        """Resolve and store a batch; return the article number of each page."""
        result = resolve(pages, self)
        for each in result.separations:
            self._separate(each)
        for each in result.evidence:
            counts = self.counts.setdefault((each.host, each.parameter), [0, 0])
            counts[0] += each.same
            counts[1] += each.other
        for each in result.claims:
            text = next(page.text for page in pages if page.address == each.address)
            self.claims[each.address, each.claim.url] = text
        self.last = result
        return [self._store(page, result.identities[page.key]) for page in pages]

    def _store(self, page, url):
        article = next((each for each in self.stored.values() if each.url == url), None)
        article = article or StoredArticle(next(self._numbers), url, ())
        if page.address == url:
            article = replace(article, is_confirmed=True)
        if not any(reading.digest == page.text.digest for reading in article.readings):
            number = next(self._numbers)
            self.bodies[number] = page.text
            if article.readings:
                self.edits.append((article.readings[-1].version_id, number))
            reading = StoredReading(number, page.address, page.text.digest)
            article = replace(article, readings=(*article.readings, reading))
        self.stored[article.article_id] = article
        self.led_to[page.link] = article.article_id
        return article.article_id

    def _separate(self, each):
        self.separations.append(each)
        old = self.stored[each.article_id]
        self.edits = [edit for edit in self.edits if not {*edit} & {*each.version_ids}]
        if each.is_whole:
            self.stored[old.article_id] = replace(old, url=each.url, is_confirmed=True)
            return
        moved = tuple(r for r in old.readings if r.version_id in each.version_ids)
        kept = tuple(r for r in old.readings if r not in moved)
        self.stored[old.article_id] = replace(old, readings=kept)
        new = next((a for a in self.stored.values() if a.url == each.url), None)
        new = new or StoredArticle(next(self._numbers), each.url, ())
        self.stored[new.article_id] = replace(new, readings=(*new.readings, *moved))
        for url, number in self.led_to.items():
            if number == old.article_id and url == each.url:
                self.led_to[url] = new.article_id
