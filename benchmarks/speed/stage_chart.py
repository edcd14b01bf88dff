"""Draw how many cores a run uses over time, stage by stage, as an SVG that needs nothing else."""

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 900, 300
_LEFT, _TOP, _BOTTOM = 50, 60, 40
_COLOURS = {"Dateline": "#2b6cb0", "Postgres": "#dd8433"}
_STEP = 0.5
"""Seconds over which the use of the processor is averaged."""

Sample = tuple[float, Mapping[str, float]]


def draw(stages: Sequence[tuple[str, float, float]], samples: Sequence[Sample]) -> str:
    """Return the chart.

    Args:
        stages: name, begin and end of each stage, in order; seconds of any clock.
        samples: moments of the same clock, and the CPU seconds of each group of processes so far.
    """
    began, ended = stages[0][1], stages[-1][2]
    columns = _columns(samples, began, ended)
    most = max(1.0, *(sum(column.values()) for column in columns))
    across = (_WIDTH - _LEFT - 10) / (ended - began)
    up = (_HEIGHT - _TOP - _BOTTOM) / most
    floor = _HEIGHT - _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        ' font-family="sans-serif" font-size="11">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
    ]
    for place, (name, since, until) in enumerate(stages):
        left, width = _LEFT + (since - began) * across, (until - since) * across
        shade = "#f2f4f7" if place % 2 else "#e4e8ee"
        parts.append(
            f'<rect x="{left:.1f}" y="{_TOP}" width="{width:.1f}" height="{floor - _TOP}"'
            f' fill="{shade}"/>'
        )
        label = f"{escape(name)} {until - since:.1f} s"
        parts.append(
            f'<text transform="translate({left + width / 2:.1f} {_TOP - 4}) rotate(-20)">'
            f"{label}</text>"
        )
    for place, column in enumerate(columns):
        bottom = float(floor)
        for group, cores in column.items():
            height = cores * up
            bottom -= height
            parts.append(
                f'<rect x="{_LEFT + place * _STEP * across:.1f}" y="{bottom:.1f}"'
                f' width="{_STEP * across:.2f}" height="{height:.1f}" fill="{_COLOURS[group]}"/>'
            )
    for cores in range(int(most) + 1):
        parts.append(f'<text x="30" y="{floor - cores * up + 4:.1f}">{cores}</text>')
    for second in range(0, int(ended - began) + 1, 5):
        parts.append(f'<text x="{_LEFT + second * across:.1f}" y="{floor + 14}">{second} s</text>')
    keys = " ".join(
        f'<tspan fill="{colour}">&#9632;</tspan> {group}' for group, colour in _COLOURS.items()
    )
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 6}">cores in use: {keys}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _columns(samples: Sequence[Sample], began: float, ended: float) -> list[dict[str, float]]:
    """Return the cores in use by group in each step of time."""

    def at(moment: float) -> Mapping[str, float]:
        earlier = [spent for when, spent in samples if when <= moment]
        return earlier[-1] if earlier else samples[0][1]

    columns = []
    moment = began
    while moment < ended:
        before, after = at(moment), at(moment + _STEP)
        columns.append(
            {name: (after.get(name, 0.0) - before.get(name, 0.0)) / _STEP for name in _COLOURS}
        )
        moment += _STEP
    return columns
