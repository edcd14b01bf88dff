"""Bylines into names, and every row of the table of byline words."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.line_rules.bylines import (
    author_names,
    cased_name,
    clean_authors,
    contributors_in,
    handle_in,
    is_name,
    is_of_others,
    is_organisation,
    is_publishing_house,
    is_role,
    organisations_in,
)
from pipeline.models import Contributor, ContributorRole
from pipeline.tables import read_rows

WORDS = list(read_rows("pipeline.line_rules", "byline_words.tsv", columns=4))
NAMED = ("before", "made", "label", "genre", "place")
"""Kinds of words that a byline has beside a name, which is read without them."""
WORKS = get_args(ContributorRole)


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ines Moor", ("Ines Moor",)),
        ("Interview: Ines Moor | Foto: Per Aasen", ("Ines Moor",)),
        ("Penulis: Rina Wulandari", ("Rina Wulandari",)),
        ("كتب: محمد علي", ("محمد علي",)),
        ("Super User", ()),
        ("View all posts by Ines Moor →", ("Ines Moor",)),
        ("Submitted by Ines Moor on Mon, 09/01/2025 - 08:00", ("Ines Moor",)),
        ("By Ines Moor and Per Aasen, Political Editor", ("Ines Moor", "Per Aasen")),
        ("INES MOOR", ("Ines Moor",)),
        ("Ines Moor | Lakeshore News | Updated: Feb 13, 2024 10:15", ("Ines Moor",)),
        ("By Ines Moor, Lakeshore News Service", ("Ines Moor",)),
        ("Ines Moor (Brevik) & Per Aasen", ("Ines Moor", "Per Aasen")),
        ("2 Minutes Ago Ines Moor", ()),
        ("By Zoë BrännströmHarbour2 comments", ("Zoë Brännström",)),
        ("Ines McAvoy and Per FitzRoy", ("Ines McAvoy", "Per FitzRoy")),
        ("Jim VanderMeer and Mara SubbaRao", ("Jim VanderMeer", "Mara SubbaRao")),
        ("Zoë BrännströmReporter", ("Zoë Brännström",)),
        ("Zoë BrännströmFollow", ("Zoë Brännström",)),
        ("Zoë BrännströmNovember", ("Zoë Brännström",)),
        ("Zoë BrännströmReuters", ("Zoë Brännström",)),
        ("By INES MOOR Associated Press", ("Ines Moor",)),
        ("INES MOOR and PER AASEN The Associated Press", ("Ines Moor", "Per Aasen")),
        ("By Ines Moor Associated Press Writer", ("Ines Moor",)),
        ("Ines Moor Reuters", ("Ines Moor",)),
        ("Ines M. Reuters", ("Ines M. Reuters",)),
        ("JANE O'NEILL", ("Jane O'Neill",)),
        ("JAN VAN DER BERG", ("Jan van der Berg",)),
        ("ROB MCDONALD", ("Rob McDonald",)),
        ("Ines Moor, Per Aasen & Lu Ray in Cairo", ("Ines Moor", "Per Aasen", "Lu Ray")),
        ("Glen Moor And Per Aasen For The Post On Friday", ("Glen Moor", "Per Aasen")),
        ("PER AASEN AND INES MOOR", ("Per Aasen", "Ines Moor")),
        ("John Q. Roe, Jr.", ("John Q. Roe Jr.",)),
        ("Dr. Ines Moor, PhD", ("Dr. Ines Moor",)),
        ("Abdullah bin Salem al-Rashid", ("Abdullah bin Salem al-Rashid",)),
        ("Maria de la Cruz", ("Maria de la Cruz",)),
        ("José Ortega y Gasset", ("José Ortega y Gasset",)),
        ("Ines Moor, Per Aasen, and Lu Ray, Lakeshore Post", ("Ines Moor", "Per Aasen", "Lu Ray")),
        ("Ana Gómez, Luis Pérez, y Lu Ray", ("Ana Gómez", "Luis Pérez", "Lu Ray")),
        ("Kim Min-seo", ("Kim Min-seo",)),
        ("Min Aasen", ("Min Aasen",)),
        ("Byby INES MOOR and PER AASEN", ("Ines Moor", "Per Aasen")),
        ("By By Ines Moor", ("Ines Moor",)),
        ("By Ines Moor Illustration by Per Aasen", ("Ines Moor",)),
        ("by Lakeshore Guild, founded in May by Lu Harbour. Click Here", ()),
        ("About The Author", ()),
        ("김철수 기자", ("김철수",)),
        ("Por Ana Gómez y Luis Pérez", ("Ana Gómez", "Luis Pérez")),
        ("von Ines Moor und Per Aasen", ("Ines Moor", "Per Aasen")),
        ("Von Trapp", ("Von Trapp",)),
        ("von der Leyen", ("von der Leyen",)),
        ("Eine Kolumne von Ines Moor", ("Ines Moor",)),
        ("Мария Петрова и Иван Сидоров", ("Мария Петрова", "Иван Сидоров")),
        ("山田太郎", ("山田太郎",)),
        ("作者：王小明", ("王小明",)),
        ("محمد علي", ("محمد علي",)),
        ("Moor, Ines", ("Ines Moor",)),
        ("ByInes Moor", ("Ines Moor",)),
        ("Ruvela", ("Ruvela",)),
        ("AFP, MANILA", ("AFP",)),
        ("By Ines Moor, New York", ("Ines Moor",)),
        ("Ines Moor Staff Writer", ("Ines Moor",)),
        ("Senior Political Correspondent Ines Moor", ("Ines Moor",)),
        ("Ines Moor 12 May 2024", ("Ines Moor",)),
        ("Published 10:15 by Ines Moor", ("Ines Moor",)),
        ("Ines Moor ines.moor@lakeshore.example @inesmoor", ("Ines Moor",)),
        ("Ines Moor is a reporter", ()),
        ("Staff Writer", ()),
        ("News Reporter", ()),
        ("By Digital Producer", ()),
        ("By Community Manager", ()),
        ("By Ines Moor, Former Port Consultant", ("Ines Moor",)),
        ("Full Bio", ()),
        ("Externe Anbieter", ()),
        ("Reuters Staff", ("Reuters Staff",)),
        ("Von Redaktion", ("Redaktion",)),
        ("By Ines K. Moor CPP, PSP", ("Ines K. Moor",)),
        ("By Per Aasen III", ("Per Aasen III",)),
        ("By Yusuf ben Amir", ("Yusuf ben Amir",)),
        ("Von Karl von und zu Tarn und Ines Moor", ("Karl von und zu Tarn", "Ines Moor")),
        ("Otieno wa Tarn", ("Otieno wa Tarn",)),
        ("Seán Ó tSaoir", ("Seán Ó tSaoir",)),
        ("王小明, 李雷", ("王小明", "李雷")),
        ("محمد علي، سارة أحمد", ("محمد علي", "سارة أحمد")),
        ("Από τον Νίκο Τάρνο", ("Νίκο Τάρνο",)),
        ("<b>Ines Moor</b>", ("Ines Moor",)),
        ("Reuters", ("Reuters",)),
        ("https://news.example/author/ines", ()),
        ("", ()),
    ],
)
def test_bylines_become_names(byline, names):
    assert author_names(byline) == names


@pytest.mark.parametrize(
    "line",
    [
        "Ines Moor",
        "Łucja Żak",
        "Øyvind Åsen",
        "Ludwig van der Velde",
        "Omar bin Tarn",
        "Νίκος Τάρνος",
        "Мария Петрова",
    ],
)
def test_names_of_any_alphabet_with_particles_are_names(line):
    assert is_name(line)


@pytest.mark.parametrize(
    "line", ["What happens next?", "łucja żak", "Sound of the sea", "Read More"]
)
def test_other_lines_are_no_names(line):
    assert not is_name(line)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("ines moor", "Ines Moor"),
        ("maria de la cruz", "Maria de la Cruz"),
        ("ludwig van der velde", "Ludwig van der Velde"),
        ("the harbour", "the harbour"),
        ("ines84", "ines84"),
        ("Ines de Moor", "Ines de Moor"),
    ],
)
def test_a_field_in_lower_case_gets_capitals(field, name):
    assert cased_name(field) == name


def test_organisations_are_authors_only_if_no_person_is_named():
    assert clean_authors(["Lakeshore News", "Ines Moor"]) == ("Ines Moor",)
    assert clean_authors(["Lakeshore News"]) == ("Lakeshore News",)


def test_each_name_is_returned_once():
    assert clean_authors(["Ines Moor", "By INÈS MOOR", "Moor"]) == ("Ines Moor",)


def test_those_who_did_other_work_are_contributors():
    lines = ["Ines Moor; Photographs by PER AASEN and Lu Ray", "Text: Ines Moor, Foto: Kim Berg"]
    people = [
        ("Per Aasen", "photographer"),
        ("Lu Ray", "photographer"),
        ("Kim Berg", "photographer"),
    ]
    assert contributors_in(lines) == tuple(Contributor(*each) for each in people)
    assert clean_authors(lines) == ("Ines Moor",)


def test_organisations_can_be_read_alone():
    assert organisations_in(["Ines Moor, AP", "Lakeshore News"]) == ("AP", "Lakeshore News")


@pytest.mark.parametrize(
    ("byline", "handle"),
    [("von ferry84", "ferry84"), ("By newsfox", "newsfox"), ("admin", None), ("Ines Moor", None)],
)
def test_a_byline_of_one_word_is_a_pen_name(byline, handle):
    assert handle_in(byline) == handle


@pytest.mark.parametrize(("kind", "language", "words", "example"), WORDS)
def test_every_word_does_in_its_example_what_its_kind_says(kind, language, words, example):
    assert any(word in example.lower() for word in words.split("|"))
    if kind == "role":
        assert is_role(example)
    elif kind in ("body", "body_part"):
        assert is_organisation(example)
    elif kind in ("never", "never_first"):
        assert author_names(example) == ()
    elif kind == "surname":
        assert author_names(example) == (example,)
        assert not is_organisation(example)
    elif kind == "house":
        assert is_publishing_house(example)
    elif kind in WORKS:
        (found,) = contributors_in([example])
        assert found.role == kind
    elif kind == "other_work":
        assert is_of_others(example)
        assert author_names(example) == contributors_in([example]) == ()
    elif kind == "particle":
        assert author_names(example) == (example,)
    else:
        assert kind in NAMED
        names = (
            ("Ines Moor",),
            ("Мария Петрова",),
            ("محمد علي",),
            ("王小明",),
            ("山田太郎",),
            ("김철수",),
            ("मीरा जोशी",),
            ("נועה שגיא",),
            ("วรรณา ศรีทอง",),
            ("Νίκος Τάρνος",),
        )
        assert author_names(example) in names


@given(st.text(max_size=320))
def test_any_text_can_be_read_as_a_byline(byline):
    names = author_names(byline)
    assert all(name == " ".join(name.split()) and name for name in names)
