"""The arithmetic of ``docs/scaling.md``, from the figures that ``docs/recorded/`` holds."""

import re
from dataclasses import dataclass
from pathlib import Path

RECORDED = Path(__file__).parents[1] / "docs" / "recorded"
SECONDS_A_DAY = 86_400
_STAGES = ("fetch", "read and load", "clean again", "copies", "names and quotes")
_SERIAL = ("clean again", "copies")
"""Stages of which one task at a time runs, over all workers: the pool ``dateline_dedupe``."""
_ARTICLES_A_MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Costs:
    """What an article costs, from the two runs that ``docs/speed.md`` shows."""

    seconds: dict[str, float]
    """Processor seconds of each stage for one article, its Postgres included."""
    postgres: float
    """Processor seconds of Postgres for one article, under Airflow."""
    database_bytes: float
    """Bytes in Postgres for one article, after retention."""
    archive_bytes: float

    @property
    def parallel(self) -> float:
        """Processor seconds of the stages that any number of workers share."""
        return sum(cost for stage, cost in self.seconds.items() if stage not in _SERIAL)

    @property
    def serial(self) -> float:
        """Processor seconds of the stages that run one task at a time."""
        return sum(self.seconds[stage] for stage in _SERIAL)


def costs() -> Costs:
    """Read the recorded figures."""
    run = (RECORDED / "end_to_end.txt").read_text(encoding="utf-8")
    pages = int(re.search(r"loaded (\d+)", run)[1])
    stages = {
        stage: float(re.search(rf"^{stage}\s+\S+\s+(\S+)", run, re.MULTILINE)[1]) / pages
        for stage in _STAGES
    }
    airflow = (RECORDED / "airflow_run.txt").read_text(encoding="utf-8")
    postgres = float(re.search(r"^Postgres .*?([\d.]+) CPU-s", airflow, re.MULTILINE)[1])
    links = int(re.search(r"^(\d+) links", airflow, re.MULTILINE)[1])
    growth = (RECORDED / "growth.md").read_text(encoding="utf-8")
    together = re.findall(r"^\| \*\*together\*\* .*\*\*([\d.]+)\*\* \|$", growth, re.MULTILINE)
    database, archive = (float(each) * 1e9 / _ARTICLES_A_MILLION for each in together)
    return Costs(stages, postgres / links, database, archive)


def stage_table() -> str:
    """Return the cost of each stage as a table."""
    found = costs()
    lines = ["| stage | CPU-ms an article | runs on |", "|---|---|---|"]
    for stage, cost in found.seconds.items():
        where = "one worker at a time" if stage in _SERIAL else "all workers"
        lines.append(f"| {stage} | {1000 * cost:.1f} | {where} |")
    lines.append(
        f"| Postgres, under Airflow, of all stages | {1000 * found.postgres:.1f} | its server |"
    )
    return "\n".join(lines)


def load_table(articles_a_day: int) -> str:
    """Return what a number of articles a day asks of workers, Postgres and disks, as a table."""
    found = costs()
    rate = articles_a_day / SECONDS_A_DAY
    rows = {
        "articles a second, in the mean": f"{rate:.1f}",
        "cores of workers that are busy all day": f"{rate * found.parallel:.1f}",
        "the same at three times the mean (the busiest hours)": f"{3 * rate * found.parallel:.1f}",
        "share of the day in which the task *dedupe* runs": f"{100 * rate * found.serial:.0f} %",
        "cores of Postgres that are busy all day": f"{rate * found.postgres:.2f}",
        "Postgres, GB a day": f"{articles_a_day * found.database_bytes / 1e9:.1f}",
        "Postgres, TB a year": f"{365 * articles_a_day * found.database_bytes / 1e12:.1f}",
        "archive, GB a day": f"{articles_a_day * found.archive_bytes / 1e9:.1f}",
        "archive, TB a year": f"{365 * articles_a_day * found.archive_bytes / 1e12:.1f}",
    }
    lines = [f"| {articles_a_day:,} articles a day | computed |", "|---|---|"]
    return "\n".join([*lines, *(f"| {what} | {value} |" for what, value in rows.items())])


def capacity_table(workers: int, cores: int) -> str:
    """Return what a number of workers could do if nothing but processors held them, as a table."""
    found = costs()
    by_cores = workers * cores / found.parallel
    by_dedupe = 1 / found.serial
    rows = {
        f"{workers} workers of {cores} cores, by their processors": by_cores,
        "the task *dedupe*, one at a time on one core": by_dedupe,
        "Postgres with 8 cores": 8 / found.postgres,
    }
    lines = ["| held by | articles a second | a day |", "|---|---|---|"]
    lines += [
        f"| {what} | {rate:.0f} | {rate * SECONDS_A_DAY / 1e6:.1f} million |"
        for what, rate in rows.items()
    ]
    return "\n".join(lines)
