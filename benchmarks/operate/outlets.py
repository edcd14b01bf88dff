"""Invented outlets and what they would yield in health: daily and weekly shapes, bursts, holidays.

Nothing here is known to the detector. An outlet publishes at a rate that follows the hour and the
weekday of its country, a factor of the day, the country's holidays, bursts of news and a slow
drift; some publish several items at once. Each article has the small faults that the outlet has in
health: some without date, many without author, videos that are no articles.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS_A_DAY = 288
"""Ticks of five minutes."""
BINS_AN_HOUR = 12
HOLIDAYS = 3
"""Holidays of a country in the whole time."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_WEEKEND = {"paper": 0.45, "portal": 0.8, "agency": 0.7}
_PEAKS = {"paper": (6.5, 2.5, 17.0, 4.0), "portal": (9.0, 3.5, 16.0, 5.0), "agency": (11, 5, 15, 5)}
"""Hours and widths of the two busy times of a day."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """One outlet in health; shares are of its articles or pages."""

    number: int
    country: int
    zone: int
    """Hours ahead of UTC."""
    rate: float
    """Articles on a usual weekday."""
    hours: Floats
    """Share of the day's articles by hour of local time."""
    weekdays: Floats
    """Factor by weekday, Monday first."""
    steadiness: float
    """Shape of the gamma distribution of the day's factor; 10 is a standard deviation of 32 %."""
    at_once: float
    """Mean number of items that appear at once."""
    no_date: float
    no_author: float
    no_name: float
    broken_letters: float
    no_article: float
    paywalled: float
    failed: float
    words: float
    """Median words of an article."""
    lag_minutes: float
    """Median minutes from an item's stated time to its listing."""


def outlets_of(rng: np.random.Generator, count: int) -> list[Outlet]:
    """Return invented outlets, of five countries with their time zones."""
    return [_outlet(rng, number) for number in range(count)]


def _outlet(rng: np.random.Generator, number: int) -> Outlet:
    style = str(rng.choice(list(_PEAKS)))
    country = number % 5
    first, first_width, second, second_width = _PEAKS[style]
    at = np.arange(24) + 0.5
    hours = np.exp(-0.5 * ((at - first - rng.normal(0, 0.7)) / first_width) ** 2)
    hours += np.exp(-0.5 * ((at - second - rng.normal(0, 0.7)) / second_width) ** 2)
    hours += rng.uniform(0.01, 0.08)
    weekdays = np.array([1.0] * 5 + [_WEEKEND[style]] * 2) * rng.uniform(0.85, 1.15, 7)
    return Outlet(
        number=number,
        country=country,
        zone=(-5, 0, 1, 3, 8)[country],
        rate=float(np.exp(rng.uniform(np.log(2.0), np.log(120.0)))),
        hours=hours / hours.sum(),
        weekdays=weekdays,
        steadiness=float(rng.uniform(8, 25)),
        at_once=float(rng.choice([1.0, 1.0, 1.0, 1.5, 3.0])),
        no_date=float(rng.choice([0.005, 0.01, 0.05, 0.3])),
        no_author=float(rng.uniform(0.02, 0.7)),
        no_name=float(rng.uniform(0.005, 0.06)),
        broken_letters=float(rng.uniform(0.0005, 0.01)),
        no_article=float(rng.uniform(0.005, 0.2)),
        paywalled=float(rng.choice([0.002, 0.002, 0.02, 0.2])),
        failed=float(rng.uniform(0.001, 0.02)),
        words=float(np.exp(rng.uniform(np.log(180), np.log(900)))),
        lag_minutes=float(np.exp(rng.uniform(np.log(1), np.log(25)))),
    )


def usual_rate(outlet: Outlet, first_bin: int, bins: int) -> Floats:
    """Return the mean number of items a bin, from the hour and weekday alone; bin 0 is a Monday."""
    local = np.arange(first_bin, first_bin + bins) + outlet.zone * BINS_AN_HOUR
    hour = (local // BINS_AN_HOUR) % 24
    weekday = (local // BINS_A_DAY) % 7
    rates: Floats = outlet.rate * outlet.hours[hour] / BINS_AN_HOUR * outlet.weekdays[weekday]
    return rates


def lived_rate(
    rng: np.random.Generator, outlet: Outlet, days: int, holidays: dict[int, float]
) -> Floats:
    """Return the rate of each bin as it comes: with the days, bursts, holidays and drift."""
    bins = days * BINS_A_DAY
    rates = usual_rate(outlet, 0, bins)
    day = (np.arange(bins) + outlet.zone * BINS_AN_HOUR) // BINS_A_DAY + 1
    factors = rng.gamma(outlet.steadiness, 1 / outlet.steadiness, days + 3)
    for on, factor in holidays.items():
        factors[on + 1] *= factor
    rates = rates * factors[day]
    slope = rng.normal(0, 0.15)
    rates *= np.exp(slope * np.linspace(-0.5, 0.5, bins))
    for _ in range(rng.poisson(days / 14)):
        start = int(rng.integers(bins))
        rates[start : start + int(rng.uniform(3, 8) * BINS_AN_HOUR)] *= rng.uniform(2, 4)
    return rates


def arrivals(rng: np.random.Generator, outlet: Outlet, rates: Floats) -> Ints:
    """Return how many items appear in each bin; ``rates`` may have several rows."""
    groups = rng.poisson(rates / outlet.at_once)
    if outlet.at_once == 1.0:
        return groups
    more = rng.negative_binomial(np.maximum(groups, 1), 1 / outlet.at_once)
    total: Ints = groups + np.where(groups > 0, more, 0)
    return total


def healthy_totals(
    rng: np.random.Generator, outlet: Outlet, first_bin: int, bins: int, draws: int, step: int
) -> Ints:
    """Return running totals of what the outlet would yield from a bin on, a row for each draw.

    A draw has its own factors of the days and, at the rate at which they occur, holidays.

    Args:
        rng: random numbers.
        outlet: the outlet.
        first_bin: where to begin.
        bins: how far to go.
        draws: number of rows.
        step: bins in one column.
    """
    usual = usual_rate(outlet, first_bin, bins)
    local = np.arange(first_bin, first_bin + bins) + outlet.zone * BINS_AN_HOUR
    day = local // BINS_A_DAY - local[0] // BINS_A_DAY
    factors = rng.gamma(outlet.steadiness, 1 / outlet.steadiness, (draws, int(day[-1]) + 1))
    is_holiday = rng.random(factors.shape) < HOLIDAYS / 60
    factors *= np.where(is_holiday, rng.uniform(0.25, 0.5, factors.shape), 1.0)
    columns = bins // step
    rates = usual[: columns * step].reshape(columns, step).sum(axis=1)
    days = day[: columns * step : step]
    totals: Ints = arrivals(rng, outlet, rates * factors[:, days]).cumsum(axis=1)
    return totals
