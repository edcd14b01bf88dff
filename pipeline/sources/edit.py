"""Pause, resume and remove sources by editing their files; all other lines stay as they are.

A paused source has ``is_active = false``, with the day and the reason in a comment above it. The
file of a removed source is moved to ``removed/`` in the sources folder, which nothing reads.
"""

import os
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.sources.files import read_source, read_toml
from pipeline.sources.keys import known_keys
from pipeline.text import squeeze, visible

REMOVED = "removed"
"""Folder of removed source files, below the sources folder."""
_ACTIVE = re.compile(r"(?P<start>\s*is_active\s*=\s*)(?P<value>true|false)(?P<end>\s*(?:#.*)?)")
_PAUSED = re.compile(r"# paused \d{4}-\d\d-\d\d(?::.*)?")
_LONGEST_REASON = 300


def file_of(key: str, folder: Path) -> Path:
    """Return the file of a source, also of one that is unusable, by its key or file name.

    Raises:
        SourceError: no file has this key; names the known ones.
    """
    keys: dict[str, Path] = {}
    for path in sorted(folder.glob("*.toml")):
        keys.setdefault(_key_of(path), path)
    if key not in keys:
        raise SourceError(f"there is no source {key!r} in {folder}. {known_keys(key, keys)}")
    return keys[key]


def pause(path: Path, reason: str | None, today: date) -> None:
    """Pause a source; a second pause replaces the reason.

    Raises:
        SourceError: the file is no valid source, or cannot be written.
    """
    why = visible(squeeze(reason or ""))[:_LONGEST_REASON]
    comment = f"# paused {today.isoformat()}" + (f": {why}" if why else "")
    _rewrite(path, False, lambda lines: _with_activity(lines, "false", comment))


def resume(path: Path) -> None:
    """Resume a paused source and remove the comment that says why it was paused.

    Raises:
        SourceError: the file is no valid source, or cannot be written.
    """
    if not read_source(path).is_active:
        _rewrite(path, True, lambda lines: _with_activity(lines, "true", None))


def pause_reason(path: Path) -> str | None:
    """Return the comment that says since when and why a source is paused, or None."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    found = (line.strip() for line in lines if _PAUSED.fullmatch(line.strip()))
    return next((line.removeprefix("# ") for line in found), None)


def remove(path: Path) -> Path:
    """Move a source's file to the folder ``removed/`` and return its new place.

    Raises:
        SourceError: the file cannot be moved.
    """
    folder = path.parent / REMOVED
    try:
        folder.mkdir(exist_ok=True)
        place = folder / path.name
        number = 2
        while place.exists():
            place = folder / f"{path.stem}-{number}.toml"
            number += 1
        path.rename(place)
    except OSError as error:
        raise SourceError(f"{path} cannot be moved to {folder}: {error.strerror}.") from error
    return place


def removed_keys(folder: Path) -> set[str]:
    """Return the keys of the files that ``remove`` has moved away."""
    return {_key_of(path) for path in (folder / REMOVED).glob("*.toml")}


def _key_of(path: Path) -> str:
    try:
        key = read_toml(path).get("key")
    except SourceError:
        return path.stem
    return key if isinstance(key, str) else path.stem


def _with_activity(lines: list[str], value: str, comment: str | None) -> list[str]:
    """Return the lines with ``is_active`` set, below a comment that replaces an older one."""
    kept = [line for line in lines if not _PAUSED.fullmatch(line.strip())]
    above = [comment] if comment else []
    for place, line in enumerate(kept):
        found = _ACTIVE.fullmatch(line)
        if found:
            changed = f"{found['start']}{value}{found['end']}"
            return [*kept[:place], *above, changed, *kept[place + 1 :]]
    # The first line that is no comment: a key there belongs to no table, whatever follows.
    place = next(
        (n for n, line in enumerate(kept) if line.strip() and not line.strip().startswith("#")),
        len(kept),
    )
    return [*kept[:place], *above, f"is_active = {value}", *kept[place:]]


def _rewrite(path: Path, is_active: bool, change: Callable[[list[str]], list[str]]) -> None:
    """Change the lines of a file, which afterwards must say the same but for ``is_active``."""
    read_source(path)
    before = read_toml(path)
    text = path.read_bytes().decode("utf-8-sig")
    end = "\r\n" if "\r\n" in text else "\n"
    changed = end.join(change(text.removesuffix(end).split(end))) + end
    draft = _draft(changed, path)
    try:
        if read_toml(draft) != {**before, "is_active": is_active}:
            word = "true" if is_active else "false"
            raise SourceError(
                f"{path} cannot be changed safely. Write is_active = {word} into it by hand."
            )
        draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _draft(text: str, path: Path) -> Path:
    """Write a text beside a file, so that replacing the file is one step, and return its path."""
    try:
        handle, name = tempfile.mkstemp(".draft", f".{path.stem}-", path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror}.") from error
    return Path(name)
