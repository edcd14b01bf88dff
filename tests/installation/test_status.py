"""`dateline status` and `dateline doctor` through the command line, on a store of their own."""

import json

import pytest

pytestmark = pytest.mark.postgres


def a_publish(conn, age):
    run = conn.execute(
        "insert into ops.runs (dag_id, airflow_run_id, code_version)"
        " values ('publish', 'one', '0') returning run_id"
    ).fetchone()[0]
    conn.execute(
        "insert into ops.publishes (run_id, status, looked_from, looked_until, started_at,"
        " finished_at)"
        " select %s, 'succeeded', t, t, t, t from (select now() - %s::interval as t) as x",
        (run, age),
    )
    return run


def test_an_empty_installation_needs_nobody(ask):
    code, [facts], _ = ask("status")
    assert code == 0
    assert facts["problems"] == []
    assert (facts["articles"], facts["waiting_pages"]) == (0, 0)
    assert facts["last_publish"] == "never"
    assert facts["free_bytes_home"] > 0


@pytest.mark.parametrize(("age", "code"), [("10 minutes", 0), ("2 hours", 1)])
def test_an_old_publish_needs_a_person_when_asked(ask, conn, age, code):
    a_publish(conn, age)
    assert ask("status")[0] == 0
    found, [facts], _ = ask("status", "--max-age", "30m")
    assert found == code
    assert len(facts["problems"]) == code


def test_a_store_that_never_published_is_too_old(ask):
    assert ask("status", "--max-age", "1d")[0] == 1


def test_an_age_that_cannot_be_read_is_a_usage_error(ask):
    code, _, said = ask("status", "--max-age", "soon")
    assert code == 2
    assert "30m" in said


def test_a_store_that_does_not_answer_needs_a_person(ask):
    code, [facts], _ = ask("status", DATELINE_DSN="postgresql://nobody@127.0.0.1:9/none")
    assert code == 1
    assert facts["postgres"] == "no answer"


def test_a_clock_that_was_set_back_needs_a_person(ask, conn):
    a_publish(conn, "-1 day")
    conn.execute("update ops.runs set started_at = now() + interval '1 day'")
    code, [facts], _ = ask("status", "--max-age", "30m")
    assert code == 1
    assert (facts["last_publish"], facts["clock"]) == ("24 h ahead", "set back")
    assert any("began 24 h ahead of now" in each for each in facts["problems"])
    found = doctor(ask("doctor")[1])
    assert not found["times"]["is_well"]
    assert "Airflow's UI" in found["times"]["remedy"]


def test_what_to_do_is_said_in_full_where_the_reason_is_long(ask, tmp_path):
    home = tmp_path / ("a folder of a long name " * 4) / "home"
    environ = {"DATELINE_DSN": "", "DATELINE_HOME": str(home)}
    [facts] = ask("status", **environ)[1]
    assert facts["problems"][0].endswith("set DATELINE_DSN to a server of your own.")
    assert doctor(ask("doctor", **environ)[1])["postgres"]["said"].endswith("of your own.")


def test_a_failed_check_needs_a_person(ask, conn):
    a_publish(conn, "1 minute")
    conn.execute(
        "insert into ops.check_results (publish_id, check_name, severity, is_passed)"
        " select publish_id, 'outcomes_add_up', 'error', false from ops.publishes"
    )
    code, [facts], _ = ask("status")
    assert code == 1
    assert facts["failed_checks"] == "outcomes_add_up"


def test_airflow_that_was_started_and_is_gone_needs_a_person(ask, tmp_path):
    record = tmp_path / "home" / "airflow" / "running.json"
    record.parent.mkdir()
    record.write_text(json.dumps({"pid": 1, "started": 1.0, "url": "http://127.0.0.1:8080"}))
    code, [facts], _ = ask("status")
    assert code == 1
    assert "up --detach" in facts["problems"][0]


def test_parts_that_die_again_and_again_need_a_person(ask, tmp_path):
    file = tmp_path / "home" / "airflow" / "restarts.jsonl"
    file.parent.mkdir()
    now = "2999-01-01T00:00:00+00:00"
    lines = [json.dumps({"at": now, "component": "scheduler", "exit_code": -9})] * 5
    file.write_text("\n".join([*lines, "half a li"]))
    code, [facts], _ = ask("status")
    assert code == 1
    assert facts["restarts_24h"] == 5


def doctor(found):
    return {each["subject"]: each for each in found}


def test_the_doctor_finds_an_empty_installation_well(ask):
    code, found, said = ask("doctor")
    assert code == 0, (found, said)
    assert {"python", "disk", "archive", "postgres", "clock", "schema", "runs"} <= set(
        doctor(found)
    )
    assert all(each["is_well"] for each in found)


def test_the_doctor_names_what_is_wrong_and_how_to_mend_it(ask, conn, tmp_path):
    (tmp_path / "home" / "sources" / "bad.toml").write_text("name = ")
    (tmp_path / "home" / "sources" / "lost.toml").write_text(
        'name = "Lost"\nhomepage = "http://no-such-host.invalid/"\n'
    )
    conn.execute(
        "insert into ops.runs (dag_id, airflow_run_id, code_version, started_at)"
        " values ('curate', 'killed', '0', now() - interval '1 day')"
    )
    keys = tmp_path / "home" / "airflow" / "secrets.json"
    keys.parent.mkdir()
    keys.write_text("{}")
    keys.chmod(0o644)
    code, found, _ = ask("doctor")
    assert code == 1
    wrong = {name: each for name, each in doctor(found).items() if not each["is_well"]}
    assert set(wrong) == {"sources", "names", "runs", "keys"}
    assert "bad.toml" in wrong["sources"]["said"]
    assert "no-such-host.invalid" in wrong["names"]["said"]
    assert "curate" in wrong["runs"]["said"]
    assert wrong["keys"]["remedy"] == f"chmod 600 {keys}"


def test_the_doctor_says_what_to_do_where_postgres_is_away(ask):
    code, found, _ = ask("doctor", DATELINE_DSN="postgresql://nobody@127.0.0.1:9/none")
    assert code == 1
    assert "DATELINE_DSN" in doctor(found)["postgres"]["remedy"]


def test_the_doctor_calls_a_run_slow_where_the_alert_does(ask, conn):
    conn.execute(
        "insert into ops.runs (dag_id, airflow_run_id, code_version, started_at)"
        " values ('backfill', 'long', '0', now() - interval '10 hours')"
    )
    assert doctor(ask("doctor")[1])["runs"]["is_well"]
    found = doctor(ask("doctor", DATELINE_SLOW_RUN_HOURS="1")[1])["runs"]
    assert not found["is_well"]
    assert "of backfill goes on for over 8 hours" in found["said"]


def test_no_examination_of_the_doctor_stops_the_others(ask, conn, tmp_path):
    (tmp_path / "home" / "sources").rmdir()
    conn.execute("drop table ops.runs cascade")
    code, found, said = ask("doctor")
    assert code == 1, said
    wrong = {name: each for name, each in doctor(found).items() if not each["is_well"]}
    assert set(wrong) == {"sources", "postgres"}
    assert "DATELINE_SOURCES" in wrong["sources"]["said"]
    assert "ops.runs" in wrong["postgres"]["said"]
    assert {"names", "clock", "airflow"} <= set(doctor(found))
