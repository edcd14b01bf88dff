"""What a page reserves stands beside its fetch."""

from pipeline.models import Link, Response
from pipeline.warehouse.fetches import FetchRow, record_fetches
from tests.warehouse.stories import NOON, begin, planned, story_url


def test_reservations_are_stored_for_each_page(store):
    run_id = begin(store, "run-1")
    links = [Link(story_url(number), "harbour", "feed") for number in (1, 2)]
    rows = [
        FetchRow.of(
            each.attempt_id,
            "harbour",
            Response(each.link.url, each.link.url, NOON, 200, reservations=reserved),
            None,
        )
        for each, reserved in zip(
            planned(store, run_id, links, NOON), [("noarchive", "tdm"), ()], strict=True
        )
    ]
    record_fetches(store, run_id, rows)
    found = store.execute("select reservations from news.fetches order by fetch_id").fetchall()
    assert found == [(["noarchive", "tdm"],), (None,)]
