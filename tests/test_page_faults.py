"""Which exceptions are one page's own, and which stop a stage."""

import pytest

from pipeline.errors import ModelError, SettingsError, StageFault
from pipeline.page_faults import PageFaults

HARBOUR = "https://harbour.example/news/"
VALLEY = "https://valley.example/news/"


def broken():
    try:
        return {}["no such column"]
    except KeyError as error:
        return error


def broken_elsewhere():
    try:
        return {}["no such column"]
    except KeyError as error:
        return error


def add(faults, *urls, error=broken):
    for url in urls:
        faults.add(error(), url)


def pages(base, count):
    return [f"{base}{number}" for number in range(count)]


def test_four_pages_of_two_hosts_are_their_own_fault():
    add(PageFaults("load"), *pages(HARBOUR, 2), *pages(VALLEY, 2))


def test_many_pages_of_one_host_are_their_own_fault():
    add(PageFaults("load"), *pages(HARBOUR, 50))


def test_five_pages_of_two_hosts_stop_the_stage_with_all_that_is_known():
    with pytest.raises(StageFault) as caught:
        add(PageFaults("load"), *pages(HARBOUR, 4), VALLEY)
    said = str(caught.value)
    assert "\n" not in said
    for words in (
        "load stopped",
        "KeyError: 'no such column'",
        f"{__file__}:",
        "in broken",
        "5 pages of 2 hosts",
        VALLEY,
        "run the same command again",
    ):
        assert words in said


def test_one_page_that_fails_in_several_steps_counts_once():
    add(PageFaults("load"), *pages(HARBOUR, 3), *[VALLEY] * 5)


def test_another_exception_or_another_place_is_counted_apart():
    faults = PageFaults("load")
    add(faults, *pages(HARBOUR, 4))
    add(faults, VALLEY, error=broken_elsewhere)
    add(faults, VALLEY, error=lambda: ValueError("no traceback"))


def test_a_place_that_is_given_replaces_the_line_of_code():
    faults = PageFaults("load")
    for number, url in enumerate([*pages(HARBOUR, 10), *pages(VALLEY, 10)]):
        faults.add(broken(), url, f"constraint {number}")


@pytest.mark.parametrize("kind", [ImportError, ModuleNotFoundError, SettingsError, ModelError])
def test_a_fault_of_the_installation_stops_the_stage_on_the_first_page(kind):
    with pytest.raises(StageFault, match=rf"{kind.__name__}: no lxml.*1 page of 1 host,"):
        PageFaults("extract").add(kind("no lxml"), HARBOUR)


def test_expected_exceptions_never_stop_a_stage():
    add(PageFaults("reprocess", expected=(KeyError,)), *pages(HARBOUR, 9), *pages(VALLEY, 9))
