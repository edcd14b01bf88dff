"""What the annotator finds in 39 texts of the demo site, as one digest for each text."""

import hashlib
import json
from pathlib import Path

from pipeline.annotate.annotator import Annotator
from pipeline.annotate.model_version import RULES_VERSION
from pipeline.demo import expected

FILE = Path(__file__).parent / "annotations.json"
TEXTS = 39
AT_THE_EDGE = "/news/the-night-of-the-thirteenth-75557.html"
"""A page with a span so near its threshold that the rounding of the processor decides."""


def digests():
    """Return the digest of names, quotes and speakers by page.

    Confidences are left out: their last digits differ from processor to processor.
    """
    pages = [page for page in expected().articles if page.paragraphs and page.path != AT_THE_EDGE][
        :TEXTS
    ]
    texts = ["\n\n".join(page.paragraphs) for page in pages]
    found = Annotator.load().annotate(texts, [page.title for page in pages])
    return {
        f"{page.outlet}{page.path}": digest(annotation)
        for page, annotation in zip(pages, found, strict=True)
    }


def digest(annotation):
    names = [(m.start, m.end, m.label, m.name, m.role) for m in annotation.mentions]
    quotes = [
        (q.kind, q.content, q.cue, q.source, q.cue_class, [(s.name, s.role) for s in q.speakers])
        for q in annotation.quotes
    ]
    whole = json.dumps([names, quotes, annotation.outcome], ensure_ascii=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def recorded():
    return json.loads(FILE.read_text(encoding="utf-8"))


def record():
    """Write the digests to their file.

    Raises:
        SystemExit: the results differ and the rules version is the recorded one.
    """
    found = digests()
    if FILE.exists():
        before = recorded()
        if before["texts"] != found and before["rules_version"] == RULES_VERSION:
            raise SystemExit(
                f"the annotator's results differ from those of rules version {RULES_VERSION}: "
                "raise RULES_VERSION in pipeline/annotate/model_version.py, or correct the change"
            )
    content = {"rules_version": RULES_VERSION, "texts": found}
    FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
