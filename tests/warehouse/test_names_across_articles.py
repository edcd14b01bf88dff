"""One name is one entity across the store, whatever the order in which its articles came."""

import random
from dataclasses import dataclass

import pytest

from pipeline.models import Annotation, Mention, Quote, Speaker
from pipeline.warehouse.annotations import (
    copy_annotations,
    delete_annotations,
    save_annotations,
)
from pipeline.warehouse.entities import resolve_names
from pipeline.warehouse.marts import refresh
from tests.warehouse.stories import count, loaded

MODEL = "m1"


@dataclass(frozen=True)
class Article:
    """An article by what it names."""

    number: int
    outlet: str
    day: str
    names: tuple[tuple[str, str, str], ...]
    """Class, words, name."""
    credits: tuple[str, ...] = ()


def person(words, name=None):
    return ("PERSON", words, name or words)


ARTICLES = [
    Article(1, "harbour", "2026-11-10", (person("Donald Tarn"), ("ORG", "RPA", "RPA"))),
    Article(2, "harbour", "2026-11-11", (person("Tarn"), ("MISC", "RPA", "RPA"))),
    Article(3, "harbour", "2026-11-18", (person("Tarn"), ("MISC", "RPA", "RPA"))),
    Article(4, "valley", "2026-11-11", (person("Tarn"), person("Volodymyr Zelenskyy"))),
    Article(5, "valley", "2026-11-12", (person("Ida Tarn"), person("Volodymyr Zelensky"))),
    Article(6, "valley", "2026-11-13", (person("Melania Tarn"), person("Zelensky"))),
    Article(
        7, "harbour", "2026-11-12", (("MISC", "Covid", "Covid"), ("MISC", "Covid-19", "Covid-19"))
    ),
    Article(
        8,
        "valley",
        "2026-11-12",
        (("MISC", "coronavirus", "coronavirus"), person("Volodymyr Zelensky")),
    ),
    Article(9, "harbour", "2026-11-12", (("ORG", "SSD", "Strategic Stability Dialogue"),)),
    Article(10, "valley", "2026-11-20", (("EVENT", "SSD", "SSD"), ("ORG", "UNICEF", "UNICEF"))),
    Article(
        11, "harbour", "2026-11-20", (("ORG", "Unicef", "Unicef"), ("GPE", "TORVESK", "TORVESK"))
    ),
    Article(12, "valley", "2026-11-21", (("GPE", "Torvesk", "Torvesk"),), ("Getty Images",)),
]


def store_article(store, article):
    """Store and annotate an article; return its version."""
    names = [*article.names, *(("ORG", each, each) for each in article.credits)]
    text = f"Text {article.number} names " + ", ".join(words for _, words, _ in names) + "."
    mentions = []
    for number, (label, words, name) in enumerate(names):
        at = text.index(words, 10)
        mentions.append(
            Mention(at, at + len(words), words, label, name, None, number >= len(article.names))
        )
    speakers = [Speaker(name, label) for label, _, name in article.names if label == "PERSON"]
    quotes = tuple(
        Quote("indirect", ((0, 4),), speakers=(speaker,), confidence=0.5) for speaker in speakers
    )
    report = loaded(
        store,
        [article.number],
        f"run-{article.number}-{random.random()}",
        outlet=article.outlet,
        text=text,
        published_at=f"{article.day}T08:00:00+00:00",
    )
    (version,) = report.new_versions
    save_annotations(store, MODEL, [(version, Annotation(tuple(mentions), quotes))])
    return version


def meanings(store):
    """Return article and words → the name and class that are meant, and for quotes the speakers."""
    mentions = store.execute(
        "select canonical_url, surface_text, entity_name, entity_type"
        " from mart.entity_mentions join mart.articles using (article_id)"
    ).fetchall()
    speakers = store.execute(
        "select canonical_url, speaker_name, 'speaker', '' from mart.all_attributions"
    ).fetchall()
    return sorted(mentions + speakers)


@pytest.fixture
def named(store):
    for article in ARTICLES:
        store_article(store, article)
    resolve_names(store)
    return store


def meant(store, number, words):
    found = store.execute(
        "select e.entity_name, e.entity_type from mart.entity_mentions as e"
        " join mart.articles using (article_id)"
        " where surface_text = %s and canonical_url like %s",
        (words, f"%%/{number}"),
    ).fetchall()
    assert len(set(found)) == 1, found
    return found[0]


def test_a_bare_surname_is_the_only_person_of_its_outlets_week(named):
    assert meant(named, 2, "Tarn") == ("Donald Tarn", "PERSON")
    assert meant(named, 6, "Zelensky")[0] == "Volodymyr Zelensky"


def test_a_bare_surname_stays_apart_in_another_week_or_beside_two_people(named):
    assert meant(named, 3, "Tarn") == ("Tarn", "PERSON")
    assert meant(named, 4, "Tarn") == ("Tarn", "PERSON")


def test_speakers_are_resolved_as_mentions_are(named):
    (name,) = named.execute(
        "select speaker_name from mart.all_attributions where canonical_url like '%/2'"
    ).fetchone()
    assert name == "Donald Tarn"


def test_a_second_person_of_the_surname_takes_the_answer_back(named):
    other = Article(20, "harbour", "2026-11-13", (person("Roy Tarn"),))
    store_article(named, other)
    resolve_names(named)
    assert meant(named, 2, "Tarn") == ("Tarn", "PERSON")


def test_one_name_has_one_class_and_one_spelling(named):
    assert meant(named, 1, "RPA") == ("RPA", "MISC")
    assert meant(named, 4, "Volodymyr Zelenskyy") == meant(named, 5, "Volodymyr Zelensky")
    assert meant(named, 7, "Covid") == meant(named, 8, "coronavirus") == meant(named, 7, "Covid-19")
    assert meant(named, 10, "UNICEF") == meant(named, 11, "Unicef") == ("UNICEF", "ORG")
    assert meant(named, 11, "TORVESK") == ("Torvesk", "GPE")


def test_an_acronym_is_what_another_article_explains(named):
    assert meant(named, 10, "SSD") == ("Strategic Stability Dialogue", "ORG")


def test_the_evidence_can_be_read(named):
    found = named.execute(
        "select named_as_type, version_count, merge_reason from mart.entity_names"
        " where entity_name = 'RPA' order by version_count"
    ).fetchall()
    assert found == [("ORG", 1, "class"), ("MISC", 2, None)]


def test_names_in_credits_are_marked_and_not_counted(named):
    refresh(named)
    assert meant(named, 12, "Getty Images") == ("Getty Images", "ORG")
    counted = named.execute(
        "select count(*) from mart.daily_entity_mentions where entity_name = 'Getty Images'"
    ).fetchone()
    assert counted == (0,)
    evidence = named.execute(
        "select version_count from news.entities where entity_name = 'Getty Images'"
    ).fetchone()
    assert evidence == (0,)


def test_a_second_call_changes_nothing(named):
    assert count(named, "news.names_to_resolve") == 0
    before = meanings(named)
    resolve_names(named)
    assert meanings(named) == before


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_loading_does_not_matter(store, seed):
    """Articles come in any order, with publishing between them, and some are annotated again."""
    expected = None
    for order in (0, seed + 1):
        store.execute("delete from news.articles")
        store.execute("update ops.links set article_id = null")
        rng = random.Random(order)
        articles = list(ARTICLES)
        rng.shuffle(articles)
        versions = []
        for article in articles:
            versions.append(store_article(store, article))
            if rng.random() < 0.4:
                resolve_names(store)
        again = rng.sample(versions, 4)
        annotate_again(store, again)
        resolve_names(store)
        found = meanings(store)
        assert expected in {None, tuple(found)}
        expected = tuple(found)
    assert store.execute("select min(version_count) from news.entities").fetchone() >= (0,)


def annotate_again(store, versions):
    """Delete and write the annotations of versions, as reprocessing does."""
    for version in versions:
        rows = store.execute(
            "select m.start_char, m.end_char, m.surface_text, m.entity_type, e.entity_name,"
            " m.role_text, m.is_credit from news.entity_mentions as m join news.entities as e"
            " on e.entity_id = coalesce(m.named_entity_id, m.entity_id)"
            " where article_version_id = %s order by mention_no",
            (version,),
        ).fetchall()
        mentions = tuple(Mention(*row) for row in rows)
        quotes = tuple(
            Quote("indirect", ((0, 4),), speakers=(Speaker(m.name, "PERSON"),), confidence=0.5)
            for m in mentions
            if m.label == "PERSON"
        )
        save_annotations(store, MODEL, [(version, Annotation(mentions, quotes))])


def test_counts_follow_deletions(named):
    versions = named.execute("select article_version_id from news.article_versions").fetchall()
    delete_annotations(named, [version for (version,) in versions])
    assert named.execute("select sum(version_count) from news.entities").fetchone() == (0,)
    assert named.execute("select sum(version_count) from news.entity_acronyms").fetchone() == (0,)
    resolve_names(named)


def test_a_copy_of_a_text_gets_the_names_and_not_their_meaning(named):
    """The same text in the other outlet, where two people have the surname."""
    (text, title) = named.execute(
        "select body_text, title from mart.articles where canonical_url like '%/2'"
    ).fetchone()
    report = loaded(
        named,
        [30],
        "run-copy",
        outlet="valley",
        text=text,
        title=title,
        published_at="2026-11-12T08:00:00+00:00",
    )
    copied = copy_annotations(named, MODEL, report.new_versions)
    assert copied.versions == tuple(report.new_versions)
    resolve_names(named)
    assert meant(named, 30, "Tarn") == ("Tarn", "PERSON")


def test_names_of_older_rules_join_at_the_next_call(named):
    before = meanings(named)
    named.execute(
        "update news.entities set family_rules = 0, family_key = null, surname_key = null,"
        " is_bare_surname = null, merged_into_entity_id = null, merge_reason = null"
    )
    resolve_names(named)
    assert meanings(named) == before


def test_a_name_of_ten_thousand_characters_and_marks_of_direction(store):
    long = "Tarn " * 2_000
    names = (person("Ida\u200f Holm", "Ida\u200f Holm"), ("ORG", long.strip(), long.strip()))
    store_article(store, Article(1, "harbour", "2026-11-10", names))
    store_article(store, Article(2, "harbour", "2026-11-11", (person("Ida Holm"),)))
    resolve_names(store)
    ids = store.execute(
        "select count(distinct entity_id) from mart.entity_mentions where entity_type = 'PERSON'"
    ).fetchone()
    assert ids == (1,)
