"""Reading the corpora: their formats, on small files that the tests write."""

import gzip
import json
from pathlib import Path

import pytest

from training.corpora import gum, gum_phrases, polnear, tag_spans, worldwide

BLOCKS = [
    {"id": "as_1#0", "tokens": ["http://example.org/1"], "spaces": [0], "tags": ["O"]},
    {
        "id": "as_1#1",
        "tokens": ["Ines", "Halvorsen", "’s", "ferry", "left", "Oslo", "."],
        "spaces": [1, 0, 1, 1, 1, 0, 0],
        "tags": ["B-Person", "E-Person", "O", "O", "O", "S-Location", "O"],
    },
    {
        "id": "as_1#2",
        "tokens": ["(", "Peru", ")", ",", "she", "said", "."],
        "spaces": None,
        "tags": ["O", "S-Location", "O", "O", "O", "O", "O"],
    },
]


@pytest.fixture
def blocks(tmp_path: Path) -> Path:
    lines = "\n".join(json.dumps(block) for block in BLOCKS)
    (tmp_path / "dev.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    return tmp_path


def test_blocks_become_paragraphs_of_one_article(blocks: Path) -> None:
    (article,) = worldwide(blocks, "dev")
    assert article.text == "Ines Halvorsen’s ferry left Oslo.\n\n(Peru), she said.\n\n"
    assert [(article.text[start:end], label) for start, end, label in article.spans] == [
        ("Ines Halvorsen", "Person"),
        ("Oslo", "Location"),
        ("Peru", "Location"),
    ]


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("O O", []),
        ("S-Date S-Date", [(0, 1, "Date"), (1, 2, "Date")]),
        ("B-Misc I-Misc E-Misc O S-NORP", [(0, 3, "Misc"), (4, 5, "NORP")]),
    ],
)
def test_tag_spans(tags: str, spans: list[tuple[int, int, str]]) -> None:
    assert list(tag_spans(tags.split())) == spans


def test_a_role_ends_with_its_paragraph(tmp_path: Path) -> None:
    text = "“We sail. \n\n Today,” she said."
    start, end = 0, text.index(" she")
    attribution = {
        "source": [[end + 1, end + 4]],
        "cue": [[end + 5, end + 9]],
        "content": [[start, end]],
    }
    row = {"id": "a", "text": text, "attributions": [attribution]}
    (tmp_path / "dev.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    (article,) = polnear(tmp_path, "dev")
    assert [(text[start:end], label) for start, end, label in article.spans] == [
        ("she", "Source"),
        ("said", "Cue"),
        ("“We sail.", "Content"),
        ("Today,”", "Content"),
    ]


def test_gum_has_the_texts_of_free_genres_and_phrases_of_three_types(tmp_path: Path) -> None:
    phrase = {"start": 0, "end": 8, "type": "person"}
    event = {"start": 9, "end": 13, "type": "event"}
    rows = [
        {"id": "a", "genre": "news", "text": "Ida Holm left.", "entities": [phrase, event]},
        {"id": "b", "genre": "fiction", "text": "Roy Dane left.", "entities": [phrase]},
    ]
    lines = [json.dumps(row) for row in rows]
    (tmp_path / "news.train.jsonl").write_text(lines[0] + "\n", encoding="utf-8")
    (tmp_path / "other.train.jsonl.gz").write_bytes(gzip.compress(lines[1].encode()))
    assert [(each.id, each.task) for each in gum(tmp_path)] == [("a", "")]
    assert gum_phrases(tmp_path) == {"a": [(0, 8, "Person")]}
