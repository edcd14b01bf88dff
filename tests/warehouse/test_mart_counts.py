"""Counts that are brought up to date say the same as counts of everything stored."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from pipeline.dedupe.groups import Membership
from pipeline.models import Annotation, Match, Mention, Quote, Speaker
from pipeline.stages.quotes import decide, undo
from pipeline.warehouse import mart_counts
from pipeline.warehouse.annotations import save_annotations
from pipeline.warehouse.duplicates import dedup_lock, save_groups, save_matches
from pipeline.warehouse.entities import resolve_names
from pipeline.warehouse.mart_counts import PAIRED_ENTITIES, count_all, count_changes
from pipeline.warehouse.marts import number_changes, refresh
from pipeline.warehouse.store import connect
from tests.warehouse.stories import NOON, begin, fetched, items, load_batch, loaded, story

OUTLETS = ("harbour", "valley")
NAMES = (
    ("Ida Marlow", "PERSON"),
    ("Marlow", "PERSON"),
    ("Jon Reyes", "PERSON"),
    ("Port Amber", "GPE"),
    ("PORT AMBER", "ORG"),
    ("Harbour Union", "ORG"),
)
TEXT = " ".join(f"{name} spoke, and {name} said that all was well." for name, _ in NAMES)
ENTITY_DAYS = """
with per_article as (
    select best_date, best_date_origin, source_key, article_id, is_original, entity_id,
        count(*) as mentions
    from mart.entity_mentions where not is_credit group by 1, 2, 3, 4, 5, 6
)
select p.best_date, p.entity_id, e.entity_type, e.entity_name, sum(mentions)::bigint,
    coalesce(sum(mentions) filter (where is_original), 0)::bigint, count(*),
    count(*) filter (where is_original), count(distinct source_key),
    count(distinct source_key) filter (where is_original),
    count(*) filter (where best_date_origin != 'published')
from per_article as p join news.entities as e using (entity_id)
group by 1, 2, 3, 4
"""
SPEAKER_DAYS = """
select best_date, speaker_name, entity_id, count(*), count(*) filter (where is_original),
    count(distinct article_id), count(distinct article_id) filter (where is_original),
    count(distinct source_key), count(distinct source_key) filter (where is_original),
    count(distinct article_id) filter (where best_date_origin != 'published')
from mart.all_attributions
where speaker_name is not null and cue_class = 'speech' and grade_reason is distinct from 'rejected'
group by 1, 2, 3
"""
PAIR_WEEKS = """
with named as (
    select distinct article_id, entity_id, entity_type, entity_name, best_date, is_original
    from mart.entity_mentions where not is_credit
)
select date_trunc('week', x.best_date)::date as week_date,
    x.entity_id as a, x.entity_type as type_a, x.entity_name as name_a,
    y.entity_id as b, y.entity_type as type_b, y.entity_name as name_b,
    count(*) as articles, count(*) filter (where x.is_original) as originals,
    max(x.best_date) as last_seen
from named as x join named as y on x.article_id = y.article_id and x.entity_id < y.entity_id
group by 1, 2, 3, 4, 5, 6, 7
having count(*) filter (where x.is_original) >= 2
"""
PAIRS = f"""
select a, name_a, b, name_b, sum(articles)::bigint, sum(originals)::bigint, max(last_seen), type_a,
    type_b, count(*)
from ({PAIR_WEEKS}) as weeks group by a, name_a, b, name_b, type_a, type_b
"""
WEEKS = """
select week_date, entity_id_a, entity_type_a, entity_name_a, entity_id_b, entity_type_b,
    entity_name_b, article_count, original_article_count, last_seen_date
from mart.weekly_co_mentions
"""
VOLUME = """
select best_date, source_key, count(*), count(*) filter (where is_original),
    count(*) filter (where is_wire_copy), count(*) filter (where is_wire_copy and is_original),
    count(*) filter (where version_no > 1),
    count(*) filter (where version_no > 1 and is_original), sum(word_count),
    coalesce(sum(word_count) filter (where is_original), 0),
    count(*) filter (where best_date_origin != 'published')
from mart.articles group by 1, 2
"""
AGENCY_COPIES = """
select best_date, source_key, origin_agency, count(*), count(*) filter (where is_original),
    count(*) filter (where credit_kind is null and credit_line is null),
    count(*) filter (where credit_kind is null and credit_line is null and is_original),
    sum(word_count), coalesce(sum(word_count) filter (where is_original), 0),
    count(*) filter (where best_date_origin != 'published')
from mart.articles where is_wire_copy and origin_agency is not null group by 1, 2, 3
"""
GRADES = """
select best_date, source_key, grade, grade_reason, count(*), count(*) filter (where is_original)
from mart.all_attributions group by 1, 2, 3, 4
"""
ARTICLE_SPEAKERS = """
select article_id, best_date, source_key, is_original, speaker_name, entity_id, count(*)::int
from mart.all_attributions
where speaker_name is not null and cue_class = 'speech' and grade_reason is distinct from 'rejected'
group by 1, 2, 3, 4, 5, 6
"""
SPREADS = """
with printed as (
    select a.duplicate_group_id, a.article_id, s.source_key, a.published_at,
        v.credit_kind is not null as is_credited,
        row_number() over (partition by a.duplicate_group_id order by
            coalesce(a.published_at, a.first_seen_at), a.is_group_original desc nulls last,
            a.article_id) as place
    from news.articles as a
    join news.article_versions as v using (article_id)
    join news.sources as s on a.source_id = s.source_id
    where v.is_current and a.duplicate_group_id is not null
),
outlets as (
    select duplicate_group_id, source_key, min(place) as place from printed group by 1, 2
)
select p.duplicate_group_id, min(article_id) filter (where place = 1),
    min(published_at) filter (where place = 1), max(published_at),
    case when count(published_at) > 1 then round(
        (extract(epoch from max(published_at) - min(published_at)) / 3600)::numeric, 1) end,
    count(*), count(distinct source_key), count(*) filter (where is_credited),
    (select array_agg(o.source_key order by o.place) from outlets as o
    where o.duplicate_group_id = p.duplicate_group_id)
from printed as p group by 1
"""
SPREADS_SHOWN = """
select duplicate_group_id, first_article_id, first_published_at, last_published_at, spread_hours,
    article_count, source_count, credited_count, source_keys
from mart.text_spread
"""
SYNDICATION = """
with pairs as (
    select r.jaccard, a.duplicate_group_id, least(a.article_id, b.article_id) as smaller_id,
        g.origin_agency, s.source_key as key_a, t.source_key as key_b,
        coalesce(a.published_at, a.first_seen_at) as at_a,
        coalesce(b.published_at, b.first_seen_at) as at_b,
        abs(extract(epoch from a.published_at - b.published_at)) as delay,
        (coalesce(a.published_at, a.first_seen_at), a.article_id)
        < (coalesce(b.published_at, b.first_seen_at), b.article_id) as is_a_first
    from news.text_reuse as r
    join news.articles as a on r.article_id_a = a.article_id
    join news.articles as b on r.article_id_b = b.article_id
    join news.sources as s on a.source_id = s.source_id
    join news.sources as t on b.source_id = t.source_id
    left join news.duplicate_groups as g on a.duplicate_group_id = g.duplicate_group_id
    left join news.duplicate_decisions as d
        on r.article_id_a = d.article_id_a and r.article_id_b = d.article_id_b
    where r.relation != 'partial' and a.source_id != b.source_id and d.article_id_a is null
)
select case when is_a_first then key_a else key_b end as origin,
    case when is_a_first then key_b else key_a end as reuse,
    count(*), count(distinct coalesce(duplicate_group_id, -smaller_id)),
    count(origin_agency),
    count(distinct coalesce(duplicate_group_id, -smaller_id)) filter (where origin_agency != ''),
    round(avg(jaccard)::numeric, 4), percentile_cont(0.5) within group (order by delay),
    max(greatest(at_a, at_b))
from pairs group by 1, 2
"""
SYNDICATION_SHOWN = """
select origin_source, reuse_source, article_count, original_article_count, wire_copy_count,
    original_wire_copy_count, round(mean_jaccard::numeric, 4),
    extract(epoch from median_delay)::float8, last_reused_at
from mart.syndication
"""
AGENCIES_SHOWN = "select * from mart.daily_agency_copies"
EXPECTED = {
    "select * from mart.daily_volume": VOLUME,
    AGENCIES_SHOWN: AGENCY_COPIES,
    "select * from mart.daily_quote_grades": GRADES,
    "select * from mart.article_speakers": ARTICLE_SPEAKERS,
    SPREADS_SHOWN: SPREADS,
    SYNDICATION_SHOWN: SYNDICATION,
    "select * from mart.daily_entity_mentions": ENTITY_DAYS,
    "select * from mart.daily_speaker_quotes": SPEAKER_DAYS,
    WEEKS: PAIR_WEEKS,
    "select * from mart.entity_co_mentions": PAIRS,
    "select * from news.counted_days": "select best_date, count(*), count(*) filter (where"
    " is_original) from mart.articles group by 1",
}
"""What a mart shows → the same from all that is stored."""


def rows(store, query):
    return sorted(store.execute(query).fetchall(), key=repr)


def shown(store):
    return {mart: rows(store, mart) for mart in EXPECTED}


def computed(store):
    return {mart: rows(store, query) for mart, query in EXPECTED.items()}


class Life:
    """What happens to a store, drawn by a seed."""

    def __init__(self, store, seed):
        self.store = store
        self.chance = random.Random(seed)
        self.number = 0

    def happen(self):
        acts = (
            [self.load] * 4
            + [self.annotate] * 4
            + [self.edit, self.regroup, self.ungroup, self.delete, self.merge, self.rename]
            + [self.correct, self.withdraw, self.move, self.resolve, self.forget_names]
            + [self.separate]
        )
        self.chance.choice(acts)()

    def articles(self):
        return [
            row[0] for row in self.store.execute("select article_id from news.articles order by 1")
        ]

    def load(self, number=None, text=TEXT):
        self.number += number is None
        outlet = self.chance.choice(OUTLETS)
        day = NOON - timedelta(days=self.chance.randrange(10), hours=self.chance.randrange(24))
        run = begin(self.store, f"run {self.chance.random()}")
        pairs = fetched(self.store, run, [number or self.number], outlet)
        stated = self.chance.choice([None, day.isoformat(), day.isoformat()])
        credit = self.chance.choice([{}, {}, {"agency": "AP", "credit_kind": "whole"}])
        article = story(number or self.number, text, outlet, published_at=stated, **credit)
        load_batch(self.store, run, f"{run}", items(pairs, [article], outlet=outlet))

    def edit(self):
        if self.number:
            self.load(self.chance.randint(1, self.number), f"{TEXT} {self.chance.random()}")

    def annotate(self):
        found = self.store.execute(
            "select article_version_id from news.article_versions where is_current order by 1"
        ).fetchall()
        for (version,) in self.chance.sample(found, min(len(found), 2)):
            mentions, quotes = [], []
            for name, label in self.chance.sample(NAMES, self.chance.randrange(1, len(NAMES))):
                start = TEXT.index(name)
                credit = self.chance.random() < 0.1
                mentions.append(
                    Mention(start, start + len(name), name, label, name, is_credit=credit)
                )
                if label == "PERSON":
                    said = TEXT.index("all was well", start)
                    quotes.append(
                        Quote(
                            "indirect",
                            ((said, said + 12),),
                            speakers=(Speaker(name, label),),
                            cue_class=self.chance.choice(["speech", "speech", "thought"]),
                        )
                    )
            mentions.sort(key=lambda each: each.start)
            annotation = Annotation(tuple(mentions), tuple(quotes))
            save_annotations(self.store, f"m{self.chance.random()}", [(version, annotation)])

    def regroup(self):
        found = self.articles()
        if len(found) > 1:
            members = self.chance.sample(found, 2)
            with dedup_lock(self.store):
                alike = self.chance.choice([0.5, 0.8, 0.9])
                match = Match(min(members), max(members), "duplicate", alike, 1.0, 0.9, 14)
                save_matches(self.store, [], [match])
                save_groups(self.store, members, [Membership(None, members[0], tuple(members))])

    def ungroup(self):
        with dedup_lock(self.store):
            save_groups(self.store, self.articles(), [])

    def separate(self):
        self.store.execute("delete from news.duplicate_decisions")
        self.store.execute(
            "insert into news.duplicate_decisions"
            " (article_id_a, article_id_b, decision, decided_by)"
            " select article_id_a, article_id_b, 'not_duplicate', 'ida' from news.text_reuse"
            " order by 1, 2 limit %s",
            (self.chance.randrange(3),),
        )

    def delete(self):
        found = self.articles()
        if found:
            gone = (self.chance.choice(found),)
            for statement in (
                "delete from news.pages where article_id = %s",
                "update ops.link_attempts set article_id = null where article_id = %s",
                "delete from news.articles where article_id = %s",
            ):
                self.store.execute(statement, gone)

    def merge(self):
        free = self.store.execute(
            "select entity_id from news.entities where merged_into_entity_id is null and not exists"
            " (select from news.entities as m where m.merged_into_entity_id = entities.entity_id)"
            " order by 1"
        ).fetchall()
        if len(free) > 1:
            (one,), (other,) = self.chance.sample(free, 2)
            self.store.execute(
                "update news.entities set merged_into_entity_id = %s where entity_id = %s",
                (one, other),
            )
        elif self.chance.random() < 0.5:
            self.store.execute("update news.entities set merged_into_entity_id = null")

    def rename(self):
        self.store.execute(
            "update news.entities set entity_name = entity_name || '!' where entity_id ="
            " (select min(entity_id) from news.entities)"
        )

    def correct(self):
        found = self.store.execute(
            "select article_id, quote_no from mart.all_attributions order by 1, 2"
        )
        quotes = found.fetchall()
        if quotes:
            article, number = self.chance.choice(quotes)
            speaker = self.chance.choice([None, ("Ida Marlow", "PERSON"), ("Bo Lind", "PERSON")])
            decide(str(article), str(number), speaker=speaker, reason="", decided_by="ida")

    def withdraw(self):
        found = self.store.execute(
            "select article_id, quote_no from mart.all_attributions"
            " where grade_reason = 'rejected' or speaker_method = 'decision' order by 1, 2"
        ).fetchall()
        if found:
            article, number = self.chance.choice(found)
            undo(str(article), str(number))

    def move(self):
        zone = self.chance.choice(["Pacific/Auckland", "America/Los_Angeles", None])
        self.store.execute("update news.sources set known_time_zone = %s", (zone,))

    def resolve(self):
        resolve_names(self.store)

    def forget_names(self):
        self.store.execute("delete from news.entity_mentions where mention_no = 1")


@pytest.fixture
def settled(store, store_dsn, monkeypatch):
    """The store, which the settings name."""
    from pipeline.settings import settings

    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    yield store
    settings.cache_clear()


@pytest.mark.parametrize("seed", range(4))
def test_counts_brought_up_to_date_are_those_of_everything_stored(settled, seed):
    life = Life(settled, seed)
    for _ in range(8):
        life.load()
        life.annotate()
    filled = set()
    for _ in range(8):
        for _ in range(life.chance.randrange(1, 6)):
            life.happen()
        refresh(settled)
        before = shown(settled)
        assert before == computed(settled)
        filled |= {mart for mart, found in before.items() if found}
    # Groups and agencies come and go.
    assert filled >= EXPECTED.keys() - {SPREADS_SHOWN, SYNDICATION_SHOWN, AGENCIES_SHOWN}
    count_all(settled)
    assert shown(settled) == before


def test_copies_of_an_agency_are_counted_by_what_the_others_of_the_group_credit(settled):
    """One of two copies names the agency: both count as its text, until it does so no more."""
    loaded(settled, [1, 2], text=TEXT)
    settled.execute(
        "update news.article_versions set agency = 'AP', credit_kind = 'whole',"
        " is_wire_copy = true where article_id = 1"
    )
    with dedup_lock(settled):
        match = Match(1, 2, "duplicate", 0.9, 1.0, 0.9, 14)
        save_matches(settled, [], [match])
        save_groups(settled, [1, 2], [Membership(None, 1, (1, 2))])
    settled.execute("update news.duplicate_groups set origin_agency = 'AP'")
    refresh(settled)
    copies = "select sum(wire_copy_count)::int from mart.daily_volume"
    assert shown(settled) == computed(settled)
    assert rows(settled, copies) == [(2,)]
    assert rows(settled, SPREADS_SHOWN)
    settled.execute("update news.article_versions set agency = null, is_wire_copy = false")
    refresh(settled)
    assert shown(settled) == computed(settled)


def test_nothing_new_touches_no_row(settled):
    life = Life(settled, 1)
    for _ in range(5):
        life.load()
        life.annotate()
    refresh(settled)
    where = "select xmin::text, ctid::text from news.entity_days"
    before = rows(settled, where)
    assert before
    refresh(settled)
    assert rows(settled, where) == before


def test_only_the_days_of_what_changed_are_written(settled):
    for number, day in ((1, "2026-11-02"), (2, "2026-11-12"), (3, "2026-11-20")):
        loaded(settled, [number], f"run {number}", text=TEXT, published_at=f"{day}T10:00:00Z")
    everyone = Annotation((Mention(0, 10, "Ida Marlow", "PERSON", "Ida Marlow"),))
    for (version,) in settled.execute("select article_version_id from news.article_versions"):
        save_annotations(settled, "m1", [(version, everyone)])
    resolve_names(settled)
    refresh(settled)
    where = "select best_date::text, xmin::text from news.entity_days"
    before = dict(rows(settled, where))
    assert len(before) == 3
    settled.execute(
        "update news.articles set published_at = '2026-11-13T10:00:00Z' where article_id = 2"
    )
    refresh(settled)
    after = dict(rows(settled, where))
    assert after.keys() == {"2026-11-02", "2026-11-13", "2026-11-20"}
    assert {day for day in after if before.get(day) == after[day]} == {"2026-11-02", "2026-11-20"}


def test_a_change_without_a_number_is_counted_with_its_number(settled):
    """What is committed between numbering and counting is left for the next publish, not lost."""
    loaded(settled, [1], text=TEXT)
    number_changes(settled)
    life = Life(settled, 1)
    life.annotate()
    count_changes(settled)
    refresh(settled)
    assert shown(settled) == computed(settled)


def test_two_publishers_count_once(settled, store_dsn):
    life = Life(settled, 3)
    for _ in range(6):
        life.load()
        life.annotate()
    number_changes(settled)
    with closing(connect(store_dsn)) as other, ThreadPoolExecutor(1) as pool:
        with settled.transaction():
            assert count_changes(settled).articles == 6
            waiting = pool.submit(count_changes, other)
        assert waiting.result(60).articles == 0
    assert shown(settled) == computed(settled)


def test_what_is_numbered_while_all_is_counted_is_for_the_next_publish(
    settled, store_dsn, monkeypatch
):
    life = Life(settled, 3)
    life.load()
    life.annotate()
    number_changes(settled)
    end = mart_counts._end

    def end_late(conn, until):
        with closing(connect(store_dsn)) as other:
            loaded(other, [901], "late", text="Ida Marlow met Jon Reyes in Port Amber.")
            number_changes(other)
        end(conn, until)

    monkeypatch.setattr(mart_counts, "_end", end_late)
    assert count_all(settled).articles == 1
    monkeypatch.undo()
    assert count_changes(settled).articles == 1
    assert shown(settled) == computed(settled)


def test_a_list_of_names_makes_pairs_of_those_named_most(settled):
    many = PAIRED_ENTITIES + 40
    names = [f"Person No {number:03}" for number in range(many)]
    text = " ".join(names)
    loaded(settled, [1, 2], text=text)
    mentions = tuple(
        Mention(text.index(name), text.index(name) + len(name), name, "PERSON", name)
        for name in names
    )
    for (version,) in settled.execute("select article_version_id from news.article_versions"):
        save_annotations(settled, "m1", [(version, Annotation(mentions))])
    refresh(settled)
    assert rows(settled, "select count(*) from mart.daily_entity_mentions") == [(many,)]
    pairs = PAIRED_ENTITIES * (PAIRED_ENTITIES - 1) // 2
    assert rows(settled, "select count(*) from mart.entity_co_mentions") == [(pairs,)]


def test_lift_compares_with_chance_and_partners_come_first_by_articles(settled):
    """Of four originals two name both; each is named in two: twice as often as by chance."""
    loaded(settled, [1, 2, 3, 4], text="Ida Marlow met Jon Reyes in Port Amber.")
    named = ((0, 10, "Ida Marlow", "PERSON"), (15, 24, "Jon Reyes", "PERSON"))
    amber = Mention(28, 38, "Port Amber", "GPE", "Port Amber")
    versions = settled.execute("select article_version_id from news.article_versions order by 1")
    for place, (version,) in enumerate(versions.fetchall()):
        people = tuple(Mention(start, end, name, kind, name) for start, end, name, kind in named)
        found = (*people, amber) if place < 2 else (amber,)
        save_annotations(settled, "m1", [(version, Annotation(found))])
    refresh(settled)
    weekly = settled.execute(
        "select entity_name_a, entity_name_b, original_article_count, lift"
        " from mart.weekly_co_mentions order by lift desc, 1"
    ).fetchall()
    assert weekly[0] == ("Ida Marlow", "Jon Reyes", 2, 2.0)
    assert {row[3] for row in weekly[1:]} == {1.0}
    (ida,) = settled.execute(
        "select entity_id from mart.dim_entity where entity_name = 'Ida Marlow'"
    ).fetchone()
    partners = "select entity_name, original_article_count, lift from mart.named_with(%s, %s, %s)"
    assert settled.execute(partners, (ida, "2026-11-01", 5)).fetchall() == [
        ("Jon Reyes", 2, 2.0),
        ("Port Amber", 2, 1.0),
    ]
    assert len(settled.execute(partners, (ida, "2026-11-01", 1)).fetchall()) == 1
    assert settled.execute(partners, (ida, "2026-12-01", 5)).fetchall() == []
