"""Captures put into the history of an article, in any order, as if fetched in order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.warehouse.history import Edit, edits_with_page, place_of, version_order

START = datetime(2026, 11, 20, 8, tzinfo=UTC)


class Article:
    """Captures of one article: texts are letters, and the versions' ids their code points."""

    def __init__(self):
        self.edits: list[Edit] = []
        self.seen: dict[datetime, str] = {}
        self.current = 0

    def load(self, text, at):
        version = ord(text)
        last = max(self.seen, default=None)
        if last is None or at > last:
            if last is not None and version != self.current:
                self.edits.append(Edit(self.current, version, at))
            self.current = version
        else:
            place = place_of(self.edits, self.current, min(self.seen), at)
            if version != place.version_id:
                end = place.after[0].seen_at if place.after else last + timedelta(1)
                again = min((each for each in self.seen if at < each < end), default=None)
                self.edits = edits_with_page(
                    place, version, at, again, lambda one, other: one != other
                )
        self.seen[at] = text


@given(
    st.text("abc", min_size=1, max_size=7).flatmap(
        lambda texts: st.tuples(st.just(texts), st.permutations(range(len(texts))))
    )
)
def test_any_order_gives_the_history_of_captures_in_order(given_captures):
    texts, order = given_captures
    in_order, in_any_order = Article(), Article()
    times = [START + timedelta(hours=number) for number in range(len(texts))]
    for number in range(len(texts)):
        in_order.load(texts[number], times[number])
    for number in order:
        in_any_order.load(texts[number], times[number])
    assert sorted(in_any_order.edits, key=lambda edit: edit.seen_at) == in_order.edits
    assert in_any_order.current == in_order.current


def test_a_version_is_moved_to_its_place_by_time():
    versions = [(7, START), (8, START + timedelta(2)), (9, START + timedelta(1))]
    assert version_order(versions, 10, START - timedelta(1)) == [10, 7, 8, 9]
    assert version_order(versions, 10, START + timedelta(1.5)) == [7, 8, 9, 10]
    assert version_order(versions, 8, START - timedelta(3)) == [8, 7, 9]
    assert version_order([], 1, START) == [1]
