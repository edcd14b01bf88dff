"""The door of the room: texts in, annotations out, in bounded batches and in order.

An annotation holds the names of one text and its quotes with their speakers. Knows no HTML, no
Postgres and no other articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from typing import TYPE_CHECKING

from pipeline.annotate.labels import OTHERS, TAGGER
from pipeline.annotate.lean import import_spacy
from pipeline.annotate.model_version import OWN_MODEL_NAMES, model_version
from pipeline.annotate.names.coreference import Chains, chain_mentions, with_full_names
from pipeline.annotate.names.mentions import clean_mentions
from pipeline.annotate.quotes.confidence import confidence
from pipeline.annotate.quotes.cues import cue_class
from pipeline.annotate.quotes.finder import QuoteFinder
from pipeline.annotate.quotes.quotation_marks import Quotations
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.annotate.speakers.resolver import SpeakerResolver
from pipeline.errors import ModelError
from pipeline.language import is_english
from pipeline.models import Annotation, Mention, Quote, Span
from pipeline.outcomes import Outcome
from pipeline.text import one_line

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from pipeline.annotate.tagging.tagger import TaggedSpans, Tagger, TokenSpan

BATCH_CHARACTERS = 200_000
"""Text tagged at once: about 50 articles, whose windows fill the encoder's batches well."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a tagger found in one text, as characters; entity labels are ours."""

    entities: tuple[CharSpan, ...] = ()
    attribution: tuple[CharSpan, ...] = ()


def annotate_spans(
    text: str, read: Read, title_names: Iterable[tuple[str, str]] = ()
) -> Annotation:
    """Make names, quotes and speakers of the spans that a tagger found in a text."""
    layout = Layout(text)
    spans = clean_mentions(text, read.entities)
    chains = with_full_names(layout, chain_mentions(layout, spans, list(title_names)))
    return Annotation(mentions=_mentions(text, chains), quotes=_quotes(layout, read, chains))


def _mentions(text: str, chains: Chains) -> tuple[Mention, ...]:
    return tuple(
        Mention(span.start, span.end, text[span.start : span.end], span.label, entity.name, role)
        for span, entity, role in zip(chains.spans, chains.of, chains.roles, strict=True)
    )


def _quotes(layout: Layout, read: Read, chains: Chains) -> tuple[Quote, ...]:
    quotations = Quotations(layout)
    finder = QuoteFinder(layout, quotations, chains.spans)
    attributions = finder.find(read.attribution)
    resolver = SpeakerResolver(layout, chains, quotations.spans())
    quotes = []
    for item in attributions:
        speakers, speaker_confidence = resolver.resolve(item)
        kind = finder.kind_of(item)
        quotes.append(
            Quote(
                kind=kind,
                content=_places(item.content),
                cue=_places(item.cue),
                source=_places(item.source),
                cue_class=cue_class(" ".join(layout.text[s.start : s.end] for s in item.cue), kind),
                speakers=tuple(speakers),
                confidence=confidence(
                    layout.text, item, kind, speaker_confidence if speakers else None
                ),
            )
        )
    return tuple(quotes)


def _places(spans: Iterable[CharSpan]) -> tuple[Span, ...]:
    return tuple((span.start, span.end) for span in spans)


@dataclass
class Annotator:
    """A loaded model; one for a process, reused for all its texts."""

    nlp: Language
    tagger: Tagger | None
    version: str
    uses_own_entities: bool = True

    @classmethod
    def load(cls, nlp_model: str | None = None) -> Annotator:
        """Load our model, or an installed spaCy pipeline whose names then replace ours.

        Raises:
            ModelError: neither can be loaded; says what to install.
        """
        from pipeline.annotate.tagging.tagger import Tagger

        if nlp_model in OWN_MODEL_NAMES:
            return cls(_blank(), Tagger.load(), model_version())
        try:
            tagger: Tagger | None = Tagger.load()
        except ModelError:
            # Somebody else's pipeline still finds the names; quotes need our tagger.
            tagger = None
        return cls(_installed(nlp_model), tagger, model_version(nlp_model), uses_own_entities=False)

    def annotate(
        self, texts: Iterable[str], titles: Iterable[str | None] | None = None
    ) -> Iterator[Annotation]:
        """Annotate texts in their order, reading ahead no more than a batch."""
        pairs = zip(texts, chain(titles or (), repeat(None)), strict=False)
        for batch in _batches(pairs):
            yield from self._annotate_batch(batch)

    def _annotate_batch(self, batch: list[tuple[str, str | None]]) -> Iterator[Annotation]:
        readable = [is_english(text) for text, _ in batch]
        wanted = [pair for pair, good in zip(batch, readable, strict=True) if good]
        reads = self._read([_headed(text, title) for text, title in wanted])
        done = zip(wanted, reads, strict=True)
        for good in readable:
            if not good:
                yield Annotation(outcome=Outcome.NOT_ENGLISH, model_version=self.version)
                continue
            (text, title), read = next(done)
            yield self._one(text, title or "", read)

    def _one(self, text: str, title: str, read: Read) -> Annotation:
        names = [
            (title[span.start : span.end], span.label)
            for span in read.entities
            if span.end <= len(title)
        ]
        start = len(_headed("", title))
        body = Read(_behind(start, read.entities), _behind(start, read.attribution))
        found = annotate_spans(text, body, names)
        return Annotation(found.mentions, found.quotes, found.outcome, self.version)

    def _read(self, texts: list[str]) -> list[Read]:
        from pipeline.annotate.tagging.tagger import TaggedSpans

        if self.uses_own_entities:
            docs = [self.nlp.make_doc(text) for text in texts]
        else:
            docs = list(self.nlp.pipe(texts))
        tagged = self.tagger.tag(docs) if self.tagger else [TaggedSpans() for _ in docs]
        return [self._as_read(doc, spans) for doc, spans in zip(docs, tagged, strict=True)]

    def _as_read(self, doc: Doc, spans: TaggedSpans) -> Read:
        return read_doc(doc, spans) if self.uses_own_entities else read_others(doc, spans)


def _headed(text: str, title: str | None) -> str:
    """Put the headline before its text: the model learned on articles that begin with theirs."""
    return f"{title}\n\n{text}" if title else text


def _behind(start: int, spans: Iterable[CharSpan]) -> tuple[CharSpan, ...]:
    """Return the spans from a place on, counted from there."""
    return tuple(
        span._replace(start=span.start - start, end=span.end - start)
        for span in spans
        if span.start >= start
    )


def read_doc(doc: Doc, spans: TaggedSpans) -> Read:
    """Turn the tagger's token spans into characters, its classes into our labels."""
    return Read(
        tuple(_characters(doc, span, TAGGER[span.label]) for span in spans.entities),
        tuple(_characters(doc, span, span.label) for span in spans.attribution),
    )


def read_others(doc: Doc, spans: TaggedSpans) -> Read:
    """Take the names that another pipeline has put into the Doc, and the tagger's attributions."""
    entities = (
        CharSpan(entity.start_char, entity.end_char, OTHERS[entity.label_])
        for entity in doc.ents
        if entity.label_ in OTHERS
    )
    return Read(tuple(entities), read_doc(doc, spans).attribution)


def _characters(doc: Doc, span: TokenSpan, label: str) -> CharSpan:
    last = doc[span.end - 1]
    return CharSpan(doc[span.start].idx, last.idx + len(last), label, span.score)


def _batches(
    pairs: Iterable[tuple[str, str | None]],
) -> Iterator[list[tuple[str, str | None]]]:
    batch: list[tuple[str, str | None]] = []
    size = 0
    for pair in pairs:
        batch.append(pair)
        # One more each, so that a batch of empty texts ends too.
        size += len(_headed(*pair)) + 1
        if size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@lru_cache(maxsize=1)
def _blank() -> Language:
    spacy = import_spacy()

    from pipeline.annotate.tagging.tokenizer import guard

    return guard(spacy.blank("en"))


def _installed(name: str) -> Language:
    spacy = import_spacy()

    from pipeline.annotate.tagging.tokenizer import guard

    try:
        return guard(spacy.load(name))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"DATELINE_NLP_MODEL={name!r} cannot be loaded: {one_line(str(error)).rstrip('.')}; "
            f"name a pipeline that is installed in this environment or the folder of one, or "
            f"unset the setting to use Dateline's own model"
        ) from error
