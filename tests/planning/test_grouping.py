"""Due sources divided into tasks."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.planning.grouping import group_sources


@given(
    st.dictionaries(st.text("abc", min_size=1), st.integers(0, 900), max_size=60),
    st.integers(1, 500),
    st.integers(1, 30),
)
def test_each_source_is_in_one_group_and_groups_are_about_equal(requests, per_task, most):
    groups = group_sources(requests, per_task, most)
    assert sorted(key for group in groups for key in group) == sorted(requests)
    assert len(groups) <= most
    assert all(groups)
    loads = [sum(max(1, requests[key]) for key in group) for group in groups]
    if loads:
        assert max(loads) - min(loads) <= max(max(1, count) for count in requests.values())


def test_a_thousand_sources_are_as_many_tasks_as_run_at_once_and_a_few_are_one():
    assert len(group_sources({f"s{n}": 40 for n in range(1000)}, 200, 6)) == 6
    assert group_sources({"a": 3, "b": 5}, 200, 6) == [["b", "a"]]
    assert group_sources({}, 200, 6) == []
