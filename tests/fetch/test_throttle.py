"""Request slots per host, with a clock and a sleep of the test's own."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.fetcher import Request
from pipeline.fetch.session import Environment
from pipeline.fetch.throttle import MemoryThrottle
from pipeline.models import Source


class Clock:
    """A clock that advances only in ``sleep``."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


def test_a_host_is_free_at_once_and_then_a_delay_after_each_answer():
    clock = Clock()
    throttle = MemoryThrottle(clock)
    first = throttle.reserve("a", 2.0, 60.0)
    assert (first.wait, first.token is not None) == (0.0, True)
    assert throttle.reserve("b", 2.0, 60.0).wait == 0.0
    clock.now += 5  # the server takes its time
    throttle.release("a", first.token)
    second = throttle.reserve("a", 2.0, 60.0)
    assert second.wait == 2.0
    throttle.release("a", second.token)
    clock.now += 60
    assert throttle.reserve("a", 2.0, 60.0).wait == 0.0


def test_an_occupied_host_has_no_slot_until_its_request_ends_or_its_time_is_over():
    clock = Clock()
    throttle = MemoryThrottle(clock)
    lost = throttle.reserve("a", 1.0, 30.0)
    busy = throttle.reserve("a", 1.0, 30.0)
    assert busy.token is None
    assert busy.wait > 0
    clock.now += 30.5
    after = throttle.reserve("a", 1.0, 30.0)
    assert after.token is not None
    throttle.release("a", lost.token)  # late: the host is another's now
    assert throttle.reserve("a", 1.0, 30.0).token is None


@given(
    st.lists(st.tuples(st.floats(0, 5), st.floats(0, 3), st.floats(0, 9)), max_size=30),
)
def test_a_slot_is_never_closer_than_the_delay_to_the_end_of_the_request_before(steps):
    clock = Clock()
    throttle = MemoryThrottle(clock)
    ended = None
    for passes, delay, takes in steps:
        clock.now += passes
        slot = throttle.reserve("a", delay, 60.0)
        clock.now += slot.wait
        assert ended is None or clock.now >= ended + delay - 1e-9
        clock.now += takes
        throttle.release("a", slot.token)
        ended = clock.now


def test_a_paused_host_has_no_slot_until_the_pause_is_over():
    clock = Clock()
    throttle = MemoryThrottle(clock)
    running = throttle.reserve("a", 1.0, 60.0)
    throttle.pause("a", 100.0)
    throttle.release("a", running.token)  # the request that brought the pause ends
    slot = throttle.reserve("a", 1.0, 60.0)
    assert (slot.token, slot.is_paused, slot.wait) == (None, True, 100.0)
    clock.now += 100.5
    assert throttle.reserve("a", 1.0, 60.0).token is not None


def test_one_of_many_threads_gets_the_slot():
    throttle = MemoryThrottle(lambda: 0.0)
    slots = []
    threads = [
        threading.Thread(target=lambda: slots.append(throttle.reserve("a", 1.0, 60.0)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(slot.token is not None for slot in slots) == 1


def fetch_three(site, make_fetcher, source, **values) -> list[float]:
    clock = Clock()
    fetcher = make_fetcher(environment=Environment(clock=clock, sleep=clock.sleep), **values)
    for number in range(3):
        site.page(f"/{number}")
        assert fetcher.fetch(f"{site.url}/{number}", source=source).outcome is None
    return clock.slept


def test_the_crawl_delay_of_robots_txt_is_kept(site, make_fetcher):
    site.robots("User-agent: *\nCrawl-delay: 2.5\n")
    assert fetch_three(site, make_fetcher, None)[-2:] == [2.5, 2.5]


def test_crawl_delay_is_capped(site, make_fetcher):
    site.robots("User-agent: *\nCrawl-delay: 86400\n")
    assert fetch_three(site, make_fetcher, None)[-1] == 120.0


def test_the_delay_of_the_source_overrides_the_setting(site, make_fetcher):
    assert fetch_three(site, make_fetcher, None, crawl_delay=3.0) == [0.0, 3.0, 3.0, 3.0]
    source = Source("s", "S", homepage=site.url, crawl_delay=0.5)
    assert fetch_three(site, make_fetcher, source, crawl_delay=3.0) == [0.0, 0.5, 0.5, 0.5]


def test_the_larger_delay_of_robots_txt_and_source_applies(site, make_fetcher):
    site.robots("User-agent: *\nCrawl-delay: 1\n")
    slow = Source("s", "S", homepage=site.url, crawl_delay=4.0)
    assert fetch_three(site, make_fetcher, slow)[-1] == 4.0
    quick = Source("s", "S", homepage=site.url, crawl_delay=0.1)
    assert fetch_three(site, make_fetcher, quick)[-1] == 1.0


def test_one_host_is_asked_one_page_at_a_time(site, make_site, make_fetcher):
    sites = [site, make_site(), make_site()]
    busy = {each.port: 0 for each in sites}
    most = dict(busy)
    lock = threading.Lock()

    def counted(handler) -> None:
        port = handler.server.server_port
        with lock:
            busy[port] += 1
            most[port] = max(most[port], busy[port])
        pause.wait(0.01)
        with lock:
            busy[port] -= 1
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")

    pause = threading.Event()
    for each in sites:
        each.raw("/a", counted)
    requests = [Request(n, f"{sites[n % 3].url}/a?{n}") for n in range(30)]
    seen = {request.key: reply.outcome for request, reply in make_fetcher().fetch_all(requests)}
    assert seen == dict.fromkeys(range(30))
    assert set(most.values()) == {1}
