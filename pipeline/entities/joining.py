"""Decide which names of a family are one entity, by how many texts use each.

Everything here is computed from counts and names, never from keys or the order of loading, so that
a store comes out the same however its articles came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.annotate.labels import LABELS

APART_SHARE, APART_VERSIONS = 0.25, 3
"""Share and number of a name's texts from which a person, a title or a language of that name is
something else than its namesake: "Jordan" the country and "Jordan" the player."""
OTHER_THINGS = frozenset({"PERSON", "WORK_OF_ART"})
"""Classes whose names are those of other things too."""
ALWAYS_APART = frozenset({"LANGUAGE"})
"""Classes that are never another: Hausa is a people and a language."""
SURE_ACRONYM = 2 / 3
"""Share of the texts explaining an acronym that must give it one long form."""
SHORTENED = frozenset({"ORG", "EVENT", "LAW", "MISC", "FAC", "PRODUCT"})
"""Classes whose names are shortened to initials."""


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """A name with a class, and how many texts use it so."""

    entity_id: int
    entity_type: str
    normalized_name: str
    version_count: int


def representatives(members: Sequence[NamedEntity]) -> dict[int, NamedEntity]:
    """Return entity id → the member that stands for it, for all members of a family.

    The class with most texts stands for all, and in it the spelling with most texts. A person or a
    title that has enough texts of its own stays apart, and so do languages.
    """
    groups = _groups(members)
    result = {}
    for group in groups:
        best = _most_used(group)
        result.update({member.entity_id: best for member in group})
    return result


def _groups(members: Sequence[NamedEntity]) -> list[list[NamedEntity]]:
    total = sum(member.version_count for member in members)
    by_type: dict[str, list[NamedEntity]] = {}
    for member in members:
        by_type.setdefault(member.entity_type, []).append(member)
    apart = [kind for kind in by_type if _is_apart(kind, by_type[kind], total)]
    rest = [member for member in members if member.entity_type not in apart]
    return [*(by_type[kind] for kind in apart), *([rest] if rest else [])]


def _is_apart(kind: str, members: Iterable[NamedEntity], total: int) -> bool:
    count = sum(member.version_count for member in members)
    enough = count >= APART_VERSIONS and count >= APART_SHARE * total
    return kind in ALWAYS_APART or (kind in OTHER_THINGS and enough)


def _most_used(members: Sequence[NamedEntity]) -> NamedEntity:
    by_type: dict[str, int] = {}
    for member in members:
        by_type[member.entity_type] = by_type.get(member.entity_type, 0) + member.version_count
    kind = max(by_type, key=lambda each: (by_type[each], -_place(each)))
    of_kind = [member for member in members if member.entity_type == kind]
    return min(of_kind, key=lambda each: (-each.version_count, each.normalized_name))


def _place(kind: str) -> int:
    return LABELS.index(kind) if kind in LABELS else len(LABELS)


def long_form(explained: Mapping[str, int]) -> str | None:
    """Return the family that an acronym means, or None where texts disagree.

    Args:
        explained: family of a long form → texts that use the acronym for it.
    """
    total = sum(explained.values())
    if not explained or total <= 0:
        return None
    best = min(explained, key=lambda family: (-explained[family], family))
    return best if explained[best] >= SURE_ACRONYM * total else None
