"""Filters of a backfill, and its line of progress."""

from datetime import UTC, date, datetime

import pytest

from pipeline.backfill.progress import Progress
from pipeline.backfill.scope import Scope, checked_scope, month_days
from pipeline.errors import UsageError
from pipeline.models import Source

ENGLISH = (
    "The council of the town met on Friday to talk about the ferry, which has been out of use for"
    " most of the year, and the mayor said that it was time for a new one to be built by the state"
    " and not by the town, because the money for it was not there."
)
GERMAN = (
    "Der Rat der Stadt hat sich am Freitag getroffen, um über die Fähre zu sprechen, die seit fast"
    " einem Jahr nicht mehr fährt, und der Bürgermeister sagte, dass es Zeit für eine neue sei, die"
    " das Land und nicht die Stadt bezahlen solle, weil das Geld dafür nicht da ist."
)
OUTLET = Source("post", "The Post", language="fr")


def page(text, lang="", script=""):
    return f"<html{lang}><head><script>{script}</script></head><p>{text}</p></html>".encode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (page(ENGLISH), "en"),
        (page(GERMAN), "de"),
        (page(GERMAN, ' lang="en"'), "de"),
        (page(ENGLISH, script=GERMAN * 3), "en"),
        (page("Kurz.", ' lang="de-CH"'), "de"),
        (page("Kurz."), "fr"),
        (b"", "fr"),
    ],
)
def test_the_language_of_a_page(body, code):
    wanted = Scope(languages=frozenset({code}))
    others = Scope(languages=frozenset({"en", "de", "fr"} - {code}))
    assert wanted.takes_language(body, "text/html; charset=utf-8", OUTLET)
    assert not others.takes_language(body, "text/html; charset=utf-8", OUTLET)
    assert Scope().takes_language(body, None, OUTLET)


def test_days_are_whole_and_in_utc():
    scope = checked_scope((), (), date(2024, 5, 2), date(2024, 5, 3))
    times = ["2024-05-01T23:59:59Z", "2024-05-02T00:00:00Z", "2024-05-03T23:59:59Z"]
    times += ["2024-05-04T01:00:00+02:00", "2024-05-04T00:00:00Z"]
    covered = [scope.covers(datetime.fromisoformat(each)) for each in times]
    assert covered == [False, True, True, True, False]
    assert Scope().covers(datetime(1999, 1, 1, tzinfo=UTC))


def test_a_scope_that_cannot_be_is_refused():
    with pytest.raises(UsageError, match="swap them"):
        checked_scope((), (), date(2024, 5, 2), date(2024, 5, 1))
    with pytest.raises(UsageError, match="'english' is not a language code"):
        checked_scope((), ("english",), None, None)


@pytest.mark.parametrize("month", ["2024-13", "2024", "May 2024", "2016-07", ""])
def test_a_month_that_cannot_be_is_refused(month):
    with pytest.raises(UsageError, match=r"not a month|CC-NEWS begins"):
        month_days(month)


def test_a_month_has_its_days():
    assert month_days("2023-12") == (date(2023, 12, 1), date(2023, 12, 31))


def test_progress_names_share_rate_and_time_left():
    now = [0.0]
    progress = Progress(files=4, total=1000, done_before=200, clock=lambda: now[0])
    assert progress.line() == "file 1 of 4, 20 %: 0 pages of 0 records"
    now[0], progress.done, progress.records, progress.pages, progress.files_done = (
        10,
        200,
        600,
        30,
        1,
    )
    assert progress.line() == "file 2 of 4, 40 %: 30 pages of 600 records, 60/s, 30 s left"
    progress.done = 800
    assert progress.line() == "file 2 of 4, 100 %: 30 pages of 600 records, 60/s"
