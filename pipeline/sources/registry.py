"""The registry: outlets that ship with Dateline, to be enabled by their keys.

``sources/registry/<country>.toml`` holds one table per outlet, under its key. The first lines of
each file say where its addresses come from; nobody has tried them, so ``dateline source check
--registry`` does it for the operator. Enabling an outlet copies it into the sources folder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SettingsError, SourceError
from pipeline.models import Source
from pipeline.sources.files import checked_source, read_toml, source_toml, write_new
from pipeline.sources.keys import known_keys

_PACKAGE = Path(__file__).parents[1]
_ENABLED = (
    "From Dateline's registry ({name}). Its addresses come from a public list and were not tried:\n"
    "`dateline source check {key}` does it. Edit freely."
)


@dataclass(frozen=True, slots=True)
class Registry:
    """The outlets of the registry by key, and the errors of what could not be read."""

    outlets: Mapping[str, Source]
    places: Mapping[str, Path]
    """The file of each outlet."""
    problems: tuple[SourceError, ...]

    def chosen(
        self, keys: Sequence[str] = (), country: str | None = None, language: str | None = None
    ) -> list[Source]:
        """Return the outlets with these keys, or all, of a country and a language where given.

        Raises:
            SourceError: the registry has no such outlet, country or language; names those it has.
        """
        for name, wanted in (("country", country), ("language", language)):
            there = {getattr(outlet, name) for outlet in self.outlets.values()}
            if wanted is not None and wanted not in there:
                known = ", ".join(sorted(filter(None, there)))
                raise SourceError(
                    f"the registry has no outlet of {name} {wanted}. It has {known or 'none'}."
                )
        for key in keys:
            if key not in self.outlets:
                raise SourceError(
                    f"the registry has no outlet {key!r}. {known_keys(key, self.outlets)} "
                    "`dateline source registry` lists all."
                )
        named = [self.outlets[key] for key in keys] if keys else list(self.outlets.values())
        return [
            outlet
            for outlet in named
            if country in (None, outlet.country) and language in (None, outlet.language)
        ]


def registry_folder() -> Path:
    """Return ``sources/registry/`` beside the package in a checkout, else the wheel's copy.

    Raises:
        SettingsError: neither exists, so the installation is broken.
    """
    places = [_PACKAGE.parent / "sources" / "registry", _PACKAGE / "_bundled" / "registry"]
    for place in places:
        if place.is_dir():
            return place
    raise SettingsError(f"no folder {places[0]} or {places[1]}: install Dateline again.")


def read_registry(folder: Path) -> Registry:
    """Read every ``*.toml`` of a folder in name order; an outlet with an error is left out."""
    outlets: dict[str, Source] = {}
    places: dict[str, Path] = {}
    problems: list[SourceError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            tables = read_toml(path)
        except SourceError as error:
            problems.append(SourceError(f"{error} No outlet of this file can be enabled."))
            continue
        for key, values in tables.items():
            try:
                outlets[key] = _outlet(key, values, path, places)
                places[key] = path
            except SourceError as error:
                problems.append(error)
    return Registry(outlets, places, tuple(problems))


def _outlet(key: str, values: object, path: Path, taken: Mapping[str, Path]) -> Source:
    where = f"{path}: [{key}]"
    if not isinstance(values, dict):
        raise SourceError(f"{where} is no table of an outlet. Write it below a line [key].")
    if key in taken:
        raise SourceError(f"{where} is taken by {taken[key].name}. Give another key.")
    return checked_source({**values, "key": key}, where, path.parent)


def enable(outlet: Source, place: Path, folder: Path) -> Path:
    """Copy an outlet of the registry into the sources folder and return the new file.

    Raises:
        SourceError: the sources folder has a file of that name.
    """
    comment = _ENABLED.format(name=place.name, key=outlet.key)
    there = "Edit it; to have the registry's again, remove it first (`dateline source remove`)."
    return write_new(source_toml(outlet, comment), folder / f"{outlet.key}.toml", there)
