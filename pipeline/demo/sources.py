"""Describes the demo outlets as Dateline sources: records, and the TOML files of ``sources/``."""

import json
from dataclasses import fields
from pathlib import Path
from urllib.parse import urljoin

from pipeline.demo.copydesk import Outlet
from pipeline.records import Source

CRAWL_DELAY = 0.05
"""Seconds; robots.txt of the outlets asks for 0.1, which wins."""


def source_of(outlet: Outlet, homepage: str) -> Source:
    """Return an outlet as a source, its doors as absolute URLs under the home page."""
    sections = tuple(map(outlet.section_path, outlet.sections)) if outlet.section_pages else ()
    feeds, sitemaps, pages = (
        tuple(urljoin(homepage, path) for path in paths)
        for paths in (outlet.feeds, outlet.sitemaps, sections)
    )
    return Source(
        key=outlet.key,
        name=outlet.name,
        homepage=homepage,
        feeds=feeds,
        sitemaps=sitemaps,
        sections=pages,
        time_zone=outlet.time_zone,
        crawl_delay=CRAWL_DELAY,
        allow_private_addresses=True,
    )


def source_toml(source: Source) -> str:
    """Return a source as TOML, fields at their defaults left out."""
    lines = [f"# {source.name}: an outlet of the bundled demo site, entirely invented."]
    for field in fields(source):
        value = getattr(source, field.name)
        if value != field.default:
            lines.append(f"{field.name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    # JSON's strings, numbers, booleans and arrays of strings are TOML's as well.
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def write_source(source: Source, folder: Path) -> Path:
    """Write ``<key>.toml`` into a folder, the file replaced if it is there."""
    path = folder / f"{source.key}.toml"
    path.write_text(source_toml(source), encoding="utf-8")
    return path
