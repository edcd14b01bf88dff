"""Decide which names are one entity: by how many texts use each, and by what people decided.

Everything here is computed from counts, names and decisions, never from keys or the order of
loading, so that a store comes out the same however its articles came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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


def _groups(members: Sequence[NamedEntity]) -> list[list[NamedEntity]]:
    """Return the names of a family by what they mean.

    A person or a title that has enough texts of its own stays apart, and so do languages.
    """
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


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided about names, by entity id."""

    means: Mapping[int, int] = field(default_factory=dict)
    """Name → the name that stands for it and for the names that it is joined with."""
    split: Collection[int] = ()
    """Names that leave their family."""
    blocked: Collection[int] = ()
    shown: Mapping[int, str] = field(default_factory=dict)
    """Name → what is shown for it."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What was computed for a name."""

    entity_id: int
    stands_for_it: int | None
    """The entity that stands for it; None where it stands for itself."""
    reason: str | None
    """Why: class, spelling, acronym or decision."""
    is_blocked: bool
    shown_name: str | None
    """What people decided to show for it, where it stands for itself."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Names that are one by what texts say."""

    best: NamedEntity
    target: int | None
    """The name outside or inside of the group that its names mean; None for its best."""
    reason: str | None
    """Why: acronym or decision."""
    is_blocked: bool
    shown_name: str | None


def join_names(
    families: Mapping[str, Sequence[NamedEntity]], meant: Mapping[str, str], decided: Decided
) -> list[Joined]:
    """Return who stands for each name of these families.

    A decision about a name holds for all names of its group, but for those with a decision of their
    own. Of two that contradict each other the one about the name with most texts counts. Decisions
    are followed to the end, so their order does not matter.

    Args:
        families: family → its names.
        meant: family of an acronym → family of its long form.
        decided: what people decided.
    """
    members = {each.entity_id: each for group in families.values() for each in group}
    means = {one: other for one, other in decided.means.items() if {one, other} <= members.keys()}
    group_of: dict[int, _Group] = {}
    for family, names in families.items():
        long = families.get(meant.get(family, ""), ())
        for group in _divided(names, decided.split):
            made = _group(group, long, means, decided)
            group_of.update({each.entity_id: made for each in group})
    return [_joined(each, members, means, group_of) for each in members.values()]


def _divided(names: Iterable[NamedEntity], split: Collection[int]) -> list[list[NamedEntity]]:
    """Return the groups of a family: those that texts make, and apart the names that were split.

    Where all classes of a spelling were split they stay together.
    """
    parts: dict[str | None, list[NamedEntity]] = {}
    for each in names:
        key = each.normalized_name if each.entity_id in split else None
        parts.setdefault(key, []).append(each)
    return [group for part in parts.values() for group in _groups(part)]


def _group(
    names: Sequence[NamedEntity],
    long: Sequence[NamedEntity],
    means: Mapping[int, int],
    decided: Decided,
) -> _Group:
    best = _most_used(names)  # the class with most texts, and in it the spelling with most texts
    is_blocked = any(each.entity_id in decided.blocked for each in names)
    target, reason = None, None
    if deciding := [each for each in names if each.entity_id in means]:
        target, reason = means[min(deciding, key=_by_use).entity_id], "decision"
    elif long and best.entity_type in SHORTENED and best.entity_id not in decided.split:
        target, reason = min(long, key=_by_use).entity_id, "acronym"
    named = [each for each in names if each.entity_id in decided.shown]
    shown = decided.shown[min(named, key=_by_use).entity_id] if named else None
    return _Group(best, None if is_blocked else target, reason, is_blocked, shown)


def _by_use(name: NamedEntity) -> tuple[int, str, str]:
    return (-name.version_count, name.normalized_name, name.entity_type)


def _joined(
    name: NamedEntity,
    members: Mapping[int, NamedEntity],
    means: Mapping[int, int],
    group_of: Mapping[int, _Group],
) -> Joined:
    """Follow decisions and acronyms from a name to the one that stands for it."""
    path, reasons = [name.entity_id], set()
    while True:
        at = path[-1]
        group = group_of[at]
        target = None if group.is_blocked else means.get(at, group.target)
        if target is None:
            best = group.best.entity_id
            break
        if target == at:
            best = at
            break
        reasons.add("decision" if at in means else group.reason)
        if target in path:
            # Decisions that were no circle became one as families joined: most texts decide.
            circle = path[path.index(target) :]
            best = min((members[each] for each in circle), key=_by_use).entity_id
            break
        path.append(target)
    standing = group_of[best]
    if best == name.entity_id:
        return Joined(best, None, None, standing.is_blocked, standing.shown_name)
    if "decision" in reasons or "acronym" in reasons:
        reason = "decision" if "decision" in reasons else "acronym"
    else:
        reason = "spelling" if members[best].entity_type == name.entity_type else "class"
    return Joined(name.entity_id, best, reason, standing.is_blocked, None)
