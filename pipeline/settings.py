"""The settings of an installation, read from environment variables (``DATELINE_*``) only.

Everything that Dateline writes is below ``home``: the embedded server, the archive, Airflow's home,
logs. Deleting that folder removes it all.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline import __version__
from pipeline.errors import SettingsError
from pipeline.spans import parse_span

_OLDEST = timedelta(days=3650)
"""The longest age of ``revisit_after``: a time far beyond could not be stored."""


def _ages(text: str) -> tuple[timedelta, ...]:
    """Return the ages that a text such as "1h 6h 1d" lists, ascending."""
    found = [parse_span(word) for word in text.replace(",", " ").split()]
    ages = {age for age in found if age is not None}
    if None in found:
        raise ValueError("write ages such as 1h 6h 1d 14d")
    if ages and not timedelta(0) < min(ages) <= max(ages) <= _OLDEST:
        raise ValueError(f"write ages above 0 and up to {_OLDEST.days}d, such as 1h 6h 1d 14d")
    return tuple(sorted(ages))


_CODE = re.compile(r"[a-z]{2}")


def _codes(text: str) -> tuple[str, ...]:
    """Return the language codes that a text such as "en de" lists."""
    codes = tuple(dict.fromkeys(text.replace(",", " ").lower().split()))
    if not all(map(_CODE.fullmatch, codes)):
        raise ValueError("write language codes of ISO 639-1, such as en de")
    return codes


@dataclass(frozen=True, slots=True)
class NlpPipelines:
    """The spaCy pipelines that find names, by the language whose texts they read."""

    english: str | None = None
    """None for our own model, which finds quotes too."""
    others: tuple[tuple[str, str], ...] = ()
    """Language and pipeline, in the order of the languages."""


def _pipelines(text: str | None) -> NlpPipelines:
    """Return the pipelines that a text such as "fr=fr_core_news_md,de=de_core_news_md" names.

    A name or folder without a language is for English. It may itself contain commas, unless a part
    of the text names a language.
    """
    parts = [part.strip() for part in (text or "").split(",") if part.strip()]
    named = [(part[:2], part[3:].strip()) for part in parts if _NAMED_PIPELINE.match(part)]
    plain = [part for part in parts if not _NAMED_PIPELINE.match(part)]
    if not named:
        return NlpPipelines(text)
    by_language = dict(named)
    if len(by_language) < len(named) or len(plain) + ("en" in by_language) > 1:
        raise ValueError("write one pipeline for each language, such as fr=…,de=…")
    english = by_language.pop("en", plain[0] if plain else None)
    return NlpPipelines(english, tuple(sorted(by_language.items())))


_NAMED_PIPELINE = re.compile(r"[a-z]{2}=\s*\S")


class Settings(BaseSettings):
    """The settings; each field is read from the variable ``DATELINE_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_", frozen=True, extra="ignore")

    home: Path = Field(
        default=Path(".dateline"), description="folder of everything that Dateline stores"
    )
    dsn: str | None = Field(
        default=None,
        description="connection URI of a Postgres server of your own; else the embedded one",
    )
    sql_dsn: str | None = Field(
        default=None,
        description="login for dateline sql on that server, with reading rights only",
    )
    sql_timeout: float = Field(
        default=60.0, ge=0, description="seconds a query of dateline sql may take; 0 for no limit"
    )
    pg_bin: Path | None = Field(
        default=None, description="folder with initdb, postgres and pg_ctl for the embedded server"
    )
    sources: Path = Field(default=Path("sources"), description="folder of `<outlet>.toml` files")
    archive: str | None = Field(
        default=None, description="folder or s3:// URL of the WARC files; else `<home>/archive`"
    )
    archive_file_bytes: int = Field(
        default=1_000_000_000, gt=0, description="a WARC file of this size gets no more records"
    )
    archive_file_seconds: float = Field(
        default=3600.0, gt=0, description="a WARC file that was begun this long ago gets no more"
    )
    archive_days: int = Field(
        default=0,
        ge=0,
        description="`archive prune` removes WARC files older than this; 0 keeps them for ever",
    )
    user_agent: str = Field(
        default=f"Dateline/{__version__} (news archive bot; obeys robots.txt)",
        description="User-Agent header; add an address where you can be reached",
    )
    robots_token: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="name whose groups in robots.txt we obey; else the product in the User-Agent",
    )
    reservations: Literal["record", "obey"] = Field(
        default="record",
        description="pages that reserve their rights (noarchive, noindex, TDM, AI): record it, or "
        "obey: then they are not kept",
    )
    languages: str = Field(
        default="",
        description="languages whose articles are kept, such as en de; empty: all. A source's own "
        "wanted_languages win",
    )
    nlp_model: str | None = Field(
        default=None,
        description="spaCy pipelines (or their folders) that find names, such as "
        "fr=fr_core_news_md,de=de_core_news_md; one without a language is for English, where "
        "quotes stay with our model",
    )
    allow_private_addresses: bool = Field(
        default=False, description="fetch loopback and private hosts too"
    )
    proxy: str | None = Field(
        default=None,
        description="HTTP proxy of all requests, such as http://proxy.example:3128; a source's own "
        "proxy wins",
    )
    crawl_delay: float = Field(
        default=1.0,
        ge=0,
        description="minimum seconds between two requests to one host; a source's own value wins",
    )
    hosts_at_once: int = Field(
        default=32, ge=1, le=500, description="hosts that a process asks at the same time"
    )
    connect_timeout: float = Field(default=10.0, gt=0, description="seconds allowed for connecting")
    read_timeout: float = Field(
        default=20.0, gt=0, description="seconds without data while a response is read"
    )
    total_timeout: float = Field(
        default=60.0, gt=0, description="seconds allowed for one page, redirects included"
    )
    max_body_bytes: int = Field(
        default=10_000_000, gt=0, description="largest response body in bytes, decompressed"
    )
    max_redirects: int = Field(default=10, ge=0, description="most redirects followed for one page")
    revisit_after: str = Field(
        default="1h 6h 1d 3d 7d 14d",
        description="ages at which a stored article is requested again, in m, h or d; empty: never",
    )
    attempt_days: int = Field(
        default=90, gt=0, description="days for which the attempts of links and documents are kept"
    )
    fetch_batch: int = Field(
        default=200, gt=0, description="requests of one fetch task, while there are few tasks"
    )
    fetch_minutes: float = Field(
        default=4.0,
        gt=0,
        description="after this time a fetch task leaves the rest to the next run",
    )
    fetch_tasks: int = Field(
        default=6, ge=1, le=30, description="fetch tasks at the same time, over all workers"
    )
    cpu_tasks: int | None = Field(
        default=None,
        ge=1,
        description="extract and annotate tasks at the same time, over all workers; by default one "
        "per core, of all workers together",
    )
    curate_batch: int = Field(
        default=300, gt=0, description="most pages per extract or annotate task"
    )
    extract_seconds: float = Field(
        default=20.0, gt=0, description="seconds that reading one page may take"
    )
    annotate_seconds: float = Field(
        default=60.0, gt=0, description="seconds that annotating one article may take"
    )
    page_memory_bytes: int = Field(
        default=2_000_000_000,
        gt=0,
        description="memory at which the process that works on a page is ended (Linux)",
    )
    broker: SecretStr | None = Field(
        default=None,
        description="Celery's broker, such as redis://host:6379/0: tasks then run where `dateline "
        "worker` runs, instead of on the scheduler's machine",
    )
    schedule: str = Field(
        default="*/5 * * * *", description="cron line, in UTC, by which Airflow asks what is due"
    )
    log_days: int = Field(
        default=14, ge=0, description="days for which Airflow's task logs are kept; 0 for ever"
    )
    log_file_bytes: int = Field(
        default=20_000_000,
        gt=0,
        description="size at which logs/airflow.log and logs/links.jsonl are rotated",
    )
    log_files: int = Field(
        default=5, ge=0, description="rotated parts that are kept of each of these logs"
    )
    link_log: bool = Field(
        default=True, description="write logs/links.jsonl, a line for each link that was decided"
    )
    airflow_days: int = Field(
        default=30, ge=0, description="days for which Airflow's own database is kept; 0 for ever"
    )
    alerts: SecretStr | None = Field(
        default=None,
        description="where alerts go, with blanks between: smtp://…, smtps://…, https://…, file:…; "
        "see docs/operations.md",
    )
    alerts_file: Path | None = Field(
        default=None, description="file with such addresses, one a line, for those that are secret"
    )
    quiet_hours: str | None = Field(
        default=None,
        description="hours in which only severe alerts are sent, such as 22:00-07:00 Europe/Berlin "
        "(UTC where no zone is given)",
    )
    ui_url: str | None = Field(
        default=None,
        description="address of Airflow's UI, for the links in alerts; `up` sets it to its own",
    )
    runbook_url: str = Field(
        default="docs/operations.md", description="where alerts point to for what to do"
    )
    slow_run_hours: float = Field(
        default=3.0,
        gt=0,
        description="a run that goes on for longer is an alert; backfill and reprocess may take "
        "eight times as long",
    )
    heartbeat_url: SecretStr | None = Field(
        default=None,
        description="address that is asked after each publish, so that somebody notices when none "
        "comes (a dead man's switch)",
    )
    heartbeat_url_file: Path | None = Field(
        default=None, description="file with that address, where it is secret"
    )
    heartbeat_method: Literal["GET", "POST"] = Field(
        default="GET", description="how that address is asked: GET or POST"
    )
    log_level: str = Field(
        default="INFO", description="least severity logged: DEBUG, INFO, WARNING or ERROR"
    )
    log_format: str = Field(
        default="auto", description="console, json, or auto: console on a terminal"
    )

    @field_validator("revisit_after")
    @classmethod
    def _check_ages(cls, value: str) -> str:
        _ages(value)
        return value

    @field_validator("languages")
    @classmethod
    def _check_languages(cls, value: str) -> str:
        _codes(value)
        return value

    @field_validator("nlp_model")
    @classmethod
    def _check_pipelines(cls, value: str | None) -> str | None:
        _pipelines(value)
        return value

    @property
    def wanted_languages(self) -> tuple[str, ...]:
        """The codes of ``languages``; none for every language."""
        return _codes(self.languages)

    @property
    def nlp_pipelines(self) -> NlpPipelines:
        """The spaCy pipelines of ``nlp_model`` by language."""
        return _pipelines(self.nlp_model)

    @property
    def revisit_plan(self) -> tuple[timedelta, ...]:
        """The ages of ``revisit_after``, ascending."""
        return _ages(self.revisit_after)

    @property
    def home_folder(self) -> Path:
        """The absolute home folder."""
        return self.home.expanduser().absolute()

    @property
    def archive_url(self) -> str:
        """The folder or URL of the WARC files: ``DATELINE_ARCHIVE``, else ``<home>/archive``."""
        return self.archive or str(self.home_folder / "archive")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: a variable has an unusable value; the message names both.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "DATELINE_" + "_".join(str(part) for part in first["loc"]).upper()
        said = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}={first['input']!r}: {said}. Correct or unset it.") from error
