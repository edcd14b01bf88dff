"""Annotate texts: find the names in each text, and its quotes with their speakers.

``Annotator`` is the entry point. It takes texts in any number and yields one annotation for each,
in order and in bounded batches. The steps for one text: the tagger, or an installed spaCy pipeline,
finds spans (``tagging``); ``annotate_spans`` makes mentions and entities (``names``), quotes
(``quotes``) and speakers (``speakers``) of them by rules. Our tagger reads English; texts in
another language get the names that an installed pipeline for it finds, and no quotes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, repeat
from typing import TYPE_CHECKING

from pipeline.annotate.labels import LABEL_OF_CLASS, LABEL_OF_PIPELINE
from pipeline.annotate.model_version import OWN_MODEL_NAMES, model_version
from pipeline.annotate.names.coreference import Chains, chain_mentions, with_full_names
from pipeline.annotate.names.credits import credited
from pipeline.annotate.names.mentions import clean_mentions
from pipeline.annotate.quotes.confidence import Features, confidence, features
from pipeline.annotate.quotes.cues import cue_class
from pipeline.annotate.quotes.finder import QuoteFinder
from pipeline.annotate.quotes.grades import grade, loses_name
from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.quotes.quotation_marks import Quotations
from pipeline.annotate.quotes.reporting import is_attested, speaks_for_itself
from pipeline.annotate.quotes.statements import StatementReader
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.annotate.speakers.resolver import SpeakerResolver
from pipeline.errors import ModelError
from pipeline.language import language_of
from pipeline.models import Annotation, Mention, Quote, Span
from pipeline.outcomes import AnnotationOutcome
from pipeline.text import one_line

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from pipeline.annotate.tagging.tagger import TaggedSpans, Tagger, TokenSpan

_Given = tuple[str, str | None, str | None]
"""A text, its headline and its language, as far as they are known."""

BATCH_CHARACTERS = 200_000
"""Characters of the texts in a batch: about 50 articles."""


@dataclass(frozen=True, slots=True)
class TaggedText:
    """The spans found in one text, as characters; entity labels are those of ``labels``."""

    entities: tuple[CharSpan, ...] = ()
    attribution: tuple[CharSpan, ...] = ()


def annotate_spans(
    text: str, tagged: TaggedText, title_names: Iterable[tuple[str, str]] = ()
) -> Annotation:
    """Return the names, quotes and speakers of a text, by rules from the spans found in it.

    Args:
        text: the article's text.
        tagged: the spans of names and of parts of attributions.
        title_names: (name, label) of the names in the headline, which help to complete short ones.
    """
    layout = Layout(text)
    chains = _chains(layout, tagged, title_names)
    quotes = tuple(quote for quote, _ in _quotes(layout, tagged, chains))
    return Annotation(mentions=_mentions(text, chains), quotes=quotes)


def quotes_with_features(text: str, tagged: TaggedText) -> list[tuple[Quote, Features]]:
    """Return the quotes of a text with what their confidences are computed from, to fit these."""
    layout = Layout(text)
    return _quotes(layout, tagged, _chains(layout, tagged))


def _chains(
    layout: Layout, tagged: TaggedText, title_names: Iterable[tuple[str, str]] = ()
) -> Chains:
    spans = clean_mentions(layout.text, tagged.entities)
    return with_full_names(layout, chain_mentions(layout, spans, list(title_names)))


def _mentions(text: str, chains: Chains) -> tuple[Mention, ...]:
    marks = credited(text, chains.spans)
    return tuple(
        _mention(text, span, entity.name, role, is_credit)
        for span, entity, role, is_credit in zip(
            chains.spans, chains.of, chains.roles, marks, strict=True
        )
    )


def _mention(text: str, span: CharSpan, name: str, role: str | None, is_credit: bool) -> Mention:
    surface = text[span.start : span.end]
    return Mention(span.start, span.end, surface, span.label, name, role, is_credit)


def _quotes(layout: Layout, tagged: TaggedText, chains: Chains) -> list[tuple[Quote, Features]]:
    quotations = Quotations(layout)
    finder = QuoteFinder(layout, quotations, chains.spans)
    attributions = finder.find(tagged.attribution)
    resolver = SpeakerResolver(layout, chains, quotations.spans())
    statements = StatementReader(layout, quotations)
    quotes = [_quote(layout.text, item, finder, resolver, statements) for item in attributions]
    if not speaks_for_itself(layout.text, quotations.spans(), [quote for quote, _ in quotes]):
        return quotes
    return [(_counted_unless_attested(layout.text, quote), known) for quote, known in quotes]


def _counted_unless_attested(text: str, quote: Quote) -> Quote:
    """Return a quote of a text that speaks for itself: one for counting if nothing attests it."""
    if quote.grade == "C" or is_attested(text, quote):
        return quote
    return replace(quote, grade="C", grade_reason="no_name")


def _quote(
    text: str,
    item: Attribution,
    finder: QuoteFinder,
    resolver: SpeakerResolver,
    statements: StatementReader,
) -> tuple[Quote, Features]:
    """Return the quote of an attribution and its features.

    Its speaker is resolved, so attributions must come in reading order.
    """
    found = resolver.resolve(item)
    kind = finder.kind_of(item)
    cue = cue_class(" ".join(text[span.start : span.end] for span in item.cue), kind)
    lost = finder.lost_mark_of(item)
    objection = statements.objection(item, kind, cue, found.method != "unknown")
    known = features(text, item, kind, found.method, objection)
    likely = confidence(known)
    if loses_name(kind, found.method, found.confidence):
        found = found._replace(speakers=[], method="unknown")
    graded, reason = grade(kind, objection, likely, found.method, found.confidence, lost)
    quote = Quote(
        kind=kind,
        content=_offsets(item.content),
        cue=_offsets(item.cue),
        source=_offsets(item.source),
        cue_class=cue,
        speakers=tuple(found.speakers),
        confidence=likely,
        speaker_method=found.method,
        speaker_evidence=found.evidence,
        grade=graded,
        grade_reason=reason,
        lost_mark=lost,
    )
    return quote, known


def _offsets(spans: Iterable[CharSpan]) -> tuple[Span, ...]:
    return tuple((span.start, span.end) for span in spans)


@dataclass
class Annotator:
    """A loaded model; a process needs one for all its texts."""

    nlp: Language
    tagger: Tagger | None
    version: str
    uses_own_entities: bool = True
    """Whether names come from our tagger; otherwise from ``nlp``."""
    others: Mapping[str, Language] = field(default_factory=dict)
    """Pipelines of other languages than English."""

    @classmethod
    def load(
        cls, nlp_model: str | None = None, others: Iterable[tuple[str, str]] = ()
    ) -> Annotator:
        """Load our model and the installed spaCy pipelines that are named.

        Args:
            nlp_model: the name or folder of the pipeline for English, whose names replace those of
                our model; None for our own.
            others: languages other than English, and their pipelines.

        Raises:
            ModelError: the model or a pipeline cannot be loaded; says what to install.
        """
        pipelines = {language: _installed(name) for language, name in others}
        return replace(cls._load_english(nlp_model), others=pipelines)

    @classmethod
    def _load_english(cls, nlp_model: str | None) -> Annotator:
        from pipeline.annotate.tagging.tagger import Tagger

        if nlp_model in OWN_MODEL_NAMES:
            return cls(_blank(), Tagger.load(), model_version())
        try:
            tagger: Tagger | None = Tagger.load()
        except ModelError:
            # The other pipeline still finds the names; without our tagger there are no quotes.
            tagger = None
        return cls(_installed(nlp_model), tagger, model_version(nlp_model), uses_own_entities=False)

    def annotate(
        self,
        texts: Iterable[str],
        titles: Iterable[str | None] | None = None,
        languages: Iterable[str | None] | None = None,
    ) -> Iterator[Annotation]:
        """Yield the annotations of texts in their order; at most a batch of texts is read ahead.

        A text in a language without a pipeline gets the outcome ``no_pipeline`` and nothing else.

        Args:
            texts: the texts.
            titles: their headlines.
            languages: what is known of their languages; the text itself goes before.
        """
        triples = zip(
            texts,
            chain(titles or (), repeat(None)),
            chain(languages or (), repeat(None)),
            strict=False,
        )
        for batch in _batches(triples):
            yield from self._annotate_batch(batch)

    def _annotate_batch(self, batch: list[_Given]) -> Iterator[Annotation]:
        read_as = [_read_as(text, language) for text, _, language in batch]
        found = {
            language: iter(self._tag(language, [_with_title(*each[:2]) for each in given]))
            for language, given in _by_language(batch, read_as).items()
            if language == "en" or language in self.others
        }
        for (text, title, _), language in zip(batch, read_as, strict=True):
            if language in found:
                yield self._annotation(text, title or "", next(found[language]))
            else:
                outcome = AnnotationOutcome.NO_PIPELINE
                yield Annotation(outcome=outcome, model_version=self.version)

    def _annotation(self, text: str, title: str, tagged: TaggedText) -> Annotation:
        """Annotate a text; ``tagged`` has the spans of its headline and the text."""
        title_names = [
            (title[span.start : span.end], span.label)
            for span in tagged.entities
            if span.end <= len(title)
        ]
        start = len(_with_title("", title))
        body = TaggedText(
            _spans_from(start, tagged.entities), _spans_from(start, tagged.attribution)
        )
        found = annotate_spans(text, body, title_names)
        return Annotation(found.mentions, found.quotes, found.outcome, self.version)

    def _tag(self, language: str, texts: list[str]) -> list[TaggedText]:
        from pipeline.annotate.tagging.tagger import TaggedSpans

        if language != "en":
            found = self.others[language].pipe(texts)
            return [text_from_pipeline(doc, TaggedSpans()) for doc in found]
        if self.uses_own_entities:
            docs = [self.nlp.make_doc(text) for text in texts]
        else:
            docs = list(self.nlp.pipe(texts))
        tagged = self.tagger.tag(docs) if self.tagger else [TaggedSpans() for _ in docs]
        as_characters = text_from_tagger if self.uses_own_entities else text_from_pipeline
        return [as_characters(doc, spans) for doc, spans in zip(docs, tagged, strict=True)]


def _with_title(text: str, title: str | None) -> str:
    """Return a text after its headline, since the model was trained on articles with headlines."""
    return f"{title}\n\n{text}" if title else text


def _spans_from(start: int, spans: Iterable[CharSpan]) -> tuple[CharSpan, ...]:
    """Return the spans that begin at ``start`` or later, with offsets counted from there."""
    return tuple(
        span._replace(start=span.start - start, end=span.end - start)
        for span in spans
        if span.start >= start
    )


def text_from_tagger(doc: Doc, spans: TaggedSpans) -> TaggedText:
    """Return the tagger's token spans as characters, its classes as our labels."""
    return TaggedText(
        tuple(_characters(doc, span, LABEL_OF_CLASS[span.label]) for span in spans.entities),
        tuple(_characters(doc, span, span.label) for span in spans.attribution),
    )


def text_from_pipeline(doc: Doc, spans: TaggedSpans) -> TaggedText:
    """Return the names that another pipeline set in the Doc, and the tagger's attributions."""
    entities = (
        CharSpan(entity.start_char, entity.end_char, LABEL_OF_PIPELINE[entity.label_])
        for entity in doc.ents
        if entity.label_ in LABEL_OF_PIPELINE
    )
    return TaggedText(tuple(entities), text_from_tagger(doc, spans).attribution)


def _characters(doc: Doc, span: TokenSpan, label: str) -> CharSpan:
    last = doc[span.end - 1]
    return CharSpan(doc[span.start].idx, last.idx + len(last), label, span.score)


def _read_as(text: str, known: str | None) -> str:
    """Return the language as which a text is read: English where nobody says which it is."""
    if known and known != "en":
        return known
    return language_of(text) or "en"


def _by_language(batch: list[_Given], read_as: list[str]) -> dict[str, list[_Given]]:
    groups: dict[str, list[_Given]] = {}
    for each, language in zip(batch, read_as, strict=True):
        groups.setdefault(language, []).append(each)
    return groups


def _batches(given: Iterable[_Given]) -> Iterator[list[_Given]]:
    batch: list[_Given] = []
    size = 0
    for each in given:
        batch.append(each)
        # Each text counts one more, so that endless empty texts fill a batch too.
        size += len(_with_title(*each[:2])) + 1
        if size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@lru_cache(maxsize=1)
def _blank() -> Language:
    import spacy

    from pipeline.annotate.tagging.tokenizer import prepare

    return prepare(spacy.blank("en"))


def _installed(name: str) -> Language:
    import spacy

    from pipeline.annotate.tagging.tokenizer import prepare

    try:
        return prepare(spacy.load(name))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"the pipeline {name!r} of DATELINE_NLP_MODEL cannot be loaded: "
            f"{one_line(str(error)).rstrip('.')}; name a pipeline that is installed in this "
            f"environment or the folder of one, or unset the setting to use Dateline's own model"
        ) from error
