"""A source as the TOML text that an operator goes on editing."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.records import Source
from pipeline.sources.files import read_source

_NOTES: Mapping[str, str] = {
    "sections": "pages whose article links are followed",
    "hosts": "further hosts that count as this outlet's own",
    "crawl_delay": "least seconds between two requests; robots.txt may ask for more",
    "max_links": "links taken a run, newest first",
    "time_zone": "for times that a page states without an offset",
    "is_active": "false rests the source without forgetting it",
}


def source_toml(source: Source, comment: str) -> str:
    """Return a source as TOML, fields at their defaults left out; ``comment`` is its first line."""
    lines = [f"# {comment}"]
    for field in fields(source):
        value = getattr(source, field.name)
        default = None if field.default is MISSING else field.default
        if value != default:
            note = f"  # {_NOTES[field.name]}" if field.name in _NOTES else ""
            lines.append(f"{field.name} = {_toml(value)}{note}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """Write a value; JSON's strings, numbers and booleans are TOML's too."""
    if not isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    items = [json.dumps(item, ensure_ascii=False) for item in value]
    short = f"[{', '.join(items)}]"
    return short if len(items) < 2 else "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def write_new(text: str, path: Path) -> Path:
    """Write a source file that was not there, checked first; never over another.

    Raises:
        SourceError: the file is there already, cannot be written, or would not be read.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise SourceError(
            f"{path} is there already. Edit it, or give another name with --key."
        ) from error
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror}.") from error
    try:
        read_source(path)
    except SourceError:
        path.unlink()
        raise
    return path
