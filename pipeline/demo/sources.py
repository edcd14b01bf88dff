"""Describes the demo outlets as Dateline sources: records, and the TOML files of ``sources/``."""

from pathlib import Path
from urllib.parse import urljoin

from pipeline.demo.copydesk import Outlet
from pipeline.records import Source
from pipeline.sources.write import source_toml

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


def write_source(source: Source, folder: Path) -> Path:
    """Write ``<key>.toml`` into a folder, the file replaced if it is there."""
    path = folder / f"{source.key}.toml"
    about = f"{source.name}: an outlet of the bundled demo site, entirely invented."
    path.write_text(source_toml(source, about), encoding="utf-8")
    return path
