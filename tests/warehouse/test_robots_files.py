"""robots.txt files in Postgres: one request for all processes, and a row for each failure."""

from pipeline.outcomes import Outcome
from pipeline.warehouse.robots import PostgresRobotsStore


def test_a_second_process_asks_no_robots_txt_that_a_first_one_read(store, site, make_fetcher):
    site.robots("User-agent: *\nDisallow: /no\n")
    site.page("/yes")
    for _ in range(2):
        fetcher = make_fetcher(robots=PostgresRobotsStore(store))
        assert fetcher.fetch(site.url + "/no").outcome is Outcome.ROBOTS_DENIED
        assert fetcher.fetch(site.url + "/yes").outcome is None
    assert site.paths.count("/robots.txt") == 1


def test_what_is_read_back_is_what_was_put(store, site, make_fetcher):
    robots = PostgresRobotsStore(store)
    assert robots.get(site.url) is None
    site.robots("Disallow: \x00 /\xff")
    make_fetcher(robots=robots).fetch(site.url + "/a")
    file = robots.get(site.url)
    assert file is not None
    assert (file.status, file.outcome, file.reason) == (200, None, None)
    assert file.body == "Disallow: \x00 /\xff".encode()
    assert file.read_at == file.fetched_at < file.expires_at


def test_a_robots_txt_that_could_not_be_read_leaves_a_row_and_keeps_the_copy(
    store, site, make_fetcher
):
    robots = PostgresRobotsStore(store)
    site.robots("User-agent: *\nDisallow: /no\n")
    make_fetcher(robots=robots).fetch(site.url + "/yes")
    store.execute(
        "update ops.robots_files set fetched_at = fetched_at - interval '1 day',"
        " expires_at = expires_at - interval '2 days', read_at = read_at - interval '1 day'"
    )
    site.robots("", 503)
    site.page("/yes")
    fetcher = make_fetcher(robots=robots)
    assert fetcher.fetch(site.url + "/no").outcome is Outcome.ROBOTS_DENIED
    assert fetcher.fetch(site.url + "/yes").outcome is None
    row = store.execute(
        "select http_status, outcome, reason, body is not null, read_at < fetched_at"
        " from ops.robots_files"
    ).fetchone()
    assert row[:2] == (503, "robots_unreachable")
    assert "HTTP 503" in row[2]
    assert row[3:] == (True, True)
