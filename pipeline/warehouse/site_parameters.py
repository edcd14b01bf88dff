"""What was learnt about the query parameters of hosts (``pipeline/identity/parameters.py``)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from psycopg import Connection

from pipeline.identity.parameters import ParameterEvidence
from pipeline.identity.spellings import plain_host
from pipeline.text import storable
from pipeline.urls import without_parameters

_LONGEST_NAME = 200
"""Bytes of a parameter's name; a longer one is no name."""


def noise_parameters(conn: Connection, urls: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the parameters that were learnt to be noise, by the plain host of these URLs."""
    found = conn.execute(
        "select host, parameter from news.site_parameters"
        " where host = any(%s) and learnt_at is not null",
        (sorted({plain_host(url) for url in urls}),),
    )
    names: dict[str, set[str]] = defaultdict(set)
    for host, parameter in found:
        names[host].add(parameter)
    return {host: frozenset(each) for host, each in names.items()}


def evidence_of(conn: Connection, host: str) -> dict[str, ParameterEvidence]:
    """Return what was learnt about the parameters of a plain host, by name."""
    found = conn.execute(
        "select parameter, same_count, other_count from news.site_parameters where host = %s",
        (host,),
    )
    return {name: ParameterEvidence(host, name, same, other) for name, same, other in found}


def without_noise(url: str, noise: Mapping[str, frozenset[str]]) -> str:
    """Return a canonical URL without the parameters that ``noise_parameters`` returned."""
    names = noise.get(plain_host(url)) if "?" in url else None
    return without_parameters(url, names) if names else url


def store_evidence(conn: Connection, evidence: Sequence[ParameterEvidence]) -> None:
    """Add what the pages of a batch say about parameters."""
    known = [each for each in evidence if len(each.parameter.encode()) <= _LONGEST_NAME]
    conn.execute(
        """
        insert into news.site_parameters as p (host, parameter, same_count, other_count, learnt_at)
        select e.host, e.parameter, e.same, e.other,
            case when e.same > 0 and e.other = 0 then now() end
        from unnest(%s::text[], %s::text[], %s::int[], %s::int[]) as e(host, parameter, same, other)
        order by e.host, e.parameter
        on conflict (host, parameter) do update set
            same_count = p.same_count + excluded.same_count,
            other_count = p.other_count + excluded.other_count,
            learnt_at = case
                when p.other_count + excluded.other_count = 0
                    and p.same_count + excluded.same_count > 0
                then coalesce(p.learnt_at, now())
            end,
            last_seen_at = now()
        """,
        (
            [storable(each.host) for each in known],
            [storable(each.parameter) for each in known],
            [each.same for each in known],
            [each.other for each in known],
        ),
    )
