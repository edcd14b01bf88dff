"""The checks of ``sql/checks``: they pass on a sound run and name what is wrong."""

from pipeline.models import Annotation, Link, Mention
from pipeline.warehouse.annotations import save_annotations
from pipeline.warehouse.marts import run_checks
from tests.warehouse.stories import begin, count, loaded, planned, story_url


def test_checks_pass_on_a_sound_run(store):
    loaded(store, [1, 2])
    results = run_checks(store, begin(store))
    assert {result.check_name for result in results} >= {"outcomes_add_up", "one_current_version"}
    assert [result for result in results if not result.passed] == []
    assert count(store, "ops.check_results where is_passed") == len(results)


def test_checks_name_what_is_wrong(store):
    (version,) = loaded(store, [1]).new_versions
    wrong = Annotation(mentions=(Mention(0, 3, "Tha", "PERSON", "Tha"),))
    save_annotations(store, "m1", [(version, wrong)])
    run_id = begin(store)
    planned(store, run_id, [Link(story_url(9, "valley"), "valley", "feed")])
    results = {each.check_name: each for each in run_checks(store, run_id)}
    assert results["outcomes_add_up"].findings == (
        "source valley: 1 of 1 links without an outcome",
    )
    (finding,) = results["offsets_give_back_the_words"].findings
    assert "'Tha' at 0, the text has 'The'" in finding
    quality = store.execute(
        "select failed_checks, loaded_count, undecided_count from mart.run_quality"
    )
    assert quality.fetchone() == (["offsets_give_back_the_words", "outcomes_add_up"], 1, 1)
