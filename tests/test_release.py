"""What a release promises: one version everywhere, and docs that link to what exists."""

import hashlib
import re
import tomllib
from email.message import Message
from importlib.metadata import metadata, requires, version
from importlib.util import find_spec
from pathlib import Path

import pytest

from deploy.audit import NOT_AUDITED, audited
from deploy.licences import alternatives, is_refused, refused_packages, run_time_packages
from deploy.release import (
    ReleaseError,
    changelog_section,
    checksums,
    name_missing_licences,
    tagged_version,
)
from pipeline import __version__
from pipeline.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "docs" / "decisions").glob("*.md"),
]
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
ANCHOR = re.compile(r"\]\((?!https?://)([^)#\s]*)#([^)\s]+)\)")


def test_the_package_and_the_project_have_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == __version__


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page):
    missing = [
        target
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert missing == []


def headings(page):
    """Return the anchors of a page's headings, as a forge makes them: `## A task fails`."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_anchors_of_a_page_are_headings(page):
    found = ANCHOR.findall(page.read_text(encoding="utf-8"))
    missing = [
        f"{target}#{anchor}"
        for target, anchor in found
        if (target.endswith(".md") or not target)
        and anchor not in headings(page.parent / target if target else page)
    ]
    assert missing == []


def test_the_picture_of_the_architecture_explains_every_package():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.+?) \|", text, re.M))))
    assert {path.parent.name for path in (ROOT / "pipeline").glob("*/__init__.py")} <= explained


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    listed = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {page.name for page in folder.glob("[0-9]*.md")}


def test_a_release_needs_the_tag_of_its_version():
    assert tagged_version("v1.2.3", "1.2.3") == "1.2.3"
    for tag in ("v1.2.4", "1.2.3", ""):
        with pytest.raises(ReleaseError, match=r"pyproject.toml has version 1.2.3: tag the commit"):
            tagged_version(tag, "1.2.3")


def test_the_notes_of_a_release_are_its_part_of_the_changelog():
    text = "# Changelog\n\n## 1.1.0 (2026-12-01)\n\n- More.\n- Less.\n\n## 1.0.0\n\n- First.\n"
    assert changelog_section(text, "1.1.0") == "- More.\n- Less.\n"
    assert changelog_section(text, "1.0.0") == "- First.\n"
    with pytest.raises(ReleaseError, match=r"has no part '## 1.1'"):
        changelog_section(text, "1.1")
    with pytest.raises(ReleaseError, match="write the day"):
        changelog_section("## 2.0.0 (unreleased)\n\n- New.\n", "2.0.0")


def test_checksums_are_those_of_the_files(tmp_path):
    (tmp_path / "b.whl").write_bytes(b"b")
    (tmp_path / "a.tar.gz").write_bytes(b"a")
    (tmp_path / "SHA256SUMS").write_text("old")
    wanted = [(hashlib.sha256(each).hexdigest(), each) for each in (b"a", b"b")]
    assert checksums(tmp_path) == (f"{wanted[0][0]}  a.tar.gz\n{wanted[1][0]}  b.whl\n")


def test_no_run_time_dependency_is_gpl():
    packages = run_time_packages()
    assert {"spacy", "psycopg", "obstore", "celery", "kubernetes"} <= set(packages)
    assert not {"pytest", "moto", "scrapy"} & set(packages)
    assert refused_packages() == []


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ([("License-Expression", "Apache-2.0")], False),
        ([("License-Expression", "GPL-3.0-or-later")], True),
        ([("License-Expression", "MIT OR GPL-2.0-only")], False),
        ([("License-Expression", "LGPL-3.0-only")], False),
        ([("License", "AGPL v3")], True),
        (
            [("Classifier", "License :: OSI Approved :: GNU General Public License v3 (GPLv3)")],
            True,
        ),
        (
            [
                ("Classifier", "License :: OSI Approved :: Artistic License"),
                ("Classifier", "License :: OSI Approved :: GNU General Public License v2 (GPLv2)"),
            ],
            False,
        ),
        (
            [("Classifier", "License :: OSI Approved :: GNU Lesser General Public License v3")],
            False,
        ),
        ([("Name", "x")], True),
    ],
)
def test_a_licence_is_refused_where_nothing_but_gpl_is_offered(fields, refused):
    message = Message()
    for name, value in fields:
        message[name] = value
    assert is_refused(alternatives(message)) == refused


def test_the_language_model_declares_its_licence():
    assert metadata("en-dateline-news")["License-Expression"] == "Apache-2.0"


def test_the_lock_names_the_public_index_only():
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    sources = {package["source"].get("registry") for package in lock["package"]}
    assert sources == {None, "https://pypi.org/simple"}
    files = [
        file["url"]
        for package in lock["package"]
        for file in [*package.get("wheels", []), package.get("sdist")]
        if file
    ]
    assert files
    assert all(url.startswith("https://files.pythonhosted.org/") for url in files)


@pytest.mark.parametrize(
    "extra", ["airflow", "celery", "kubernetes", "s3", "metrics", "parquet", "docs"]
)
def test_each_extra_is_installed_without_a_name_of_ours_on_the_index(extra, monkeypatch):
    from pipeline import extras

    assert extras.how_to_install(extra) == f"uv sync --inexact --extra {extra}"
    monkeypatch.setattr(extras, "__file__", "/usr/lib/python3/site-packages/pipeline/extras.py")
    hint = extras.how_to_install(extra)
    assert hint.startswith('pip install "')
    assert "dateline" not in hint
    assert ";" not in hint
    if extra in {"celery", "kubernetes"}:
        assert '"apache-airflow<3.4,>=3.3.2"' in hint


def test_what_old_resolvers_miss_is_named():
    """Pip 23 does not find the extra ``html_clean`` of lxml, which justext asks for."""
    assert any(line.startswith("lxml-html-clean") for line in requires("dateline"))


@pytest.fixture
def kubernetes():
    """The text of the values for Airflow's chart, and what it says."""
    yaml = pytest.importorskip("yaml")
    text = (ROOT / "deploy" / "helm" / "values.yaml").read_text(encoding="utf-8")
    return text, yaml.safe_load(text)


def test_the_values_for_kubernetes_name_settings_that_exist(kubernetes):
    text, values = kubernetes
    named = set(re.findall(r"\bDATELINE_[A-Z_]+", text))
    assert named <= {f"DATELINE_{name.upper()}" for name in Settings.model_fields}
    entrypoint = (ROOT / "config" / "container_entrypoint.sh").read_text(encoding="utf-8")
    others = {each["name"] for each in values["env"]} - named - {"AWS_REGION"}
    assert others == {"AIRFLOW_BASE_URL"}
    assert "$" + "{AIRFLOW_BASE_URL:-" in entrypoint
    assert "NEVER RUN" in text


def test_the_values_for_kubernetes_fit_the_image(kubernetes):
    _, values = kubernetes
    assert values["defaultAirflowTag"] == values["images"]["airflow"]["tag"] == __version__
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"useradd --create-home --uid {values['uid']} --gid {values['gid']}" in docker
    assert f"AIRFLOW_HOME={values['airflowHome']} " in docker
    for name in ("dags", "plugins"):
        folder = values["config"]["core"][f"{name}_folder"]
        assert f"AIRFLOW__CORE__{name.upper()}_FOLDER={folder} " in docker


def test_the_values_for_kubernetes_set_options_that_airflow_has(kubernetes):
    yaml = pytest.importorskip("yaml")
    airflow = find_spec("airflow")
    if airflow is None:
        pytest.skip("the extra 'airflow' is not installed: uv sync --extra airflow")
    templates = Path(airflow.submodule_search_locations[0]) / "config_templates"
    known = yaml.safe_load((templates / "config.yml").read_text(encoding="utf-8"))
    chosen = kubernetes[1]["config"]
    # An option of the package for Celery, and one that only the scheduler's code names.
    elsewhere = {
        ("celery", "worker_concurrency"),
        ("scheduler", "num_stuck_in_queued_retries"),
    }
    named = {(section, option) for section, options in chosen.items() for option in options}
    assert {
        (section, option)
        for section, option in named - elsewhere
        if option not in known[section]["options"]
    } == set()
    assert kubernetes[1]["airflowVersion"] == version("apache-airflow")


def test_the_bill_of_materials_names_licences_that_metadata_tell_in_other_words():
    pytest.importorskip("openlineage_sql", reason="the extra 'metrics' is not installed")
    named = [{"license": {"id": "MIT"}}]
    components = [{"name": "openlineage_sql"}, {"name": "other", "licenses": named}]
    name_missing_licences(components)
    assert components[0]["licenses"] == [{"license": {"name": "Apache-2.0"}}]
    assert components[1]["licenses"] == named


FAULT = {"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}
SKIPPED = {"name": "b", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "code", "line"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "1 of 1 packages asked about, 0 known"),
        ([{"name": "a", "version": "1", "vulns": [FAULT]}], 1, "a 1: PYSEC-2026-1, mended in 1.1"),
        ([{"name": "a", "version": "1", "vulns": []}, SKIPPED], 0, "not known there: b"),
        ([SKIPPED, SKIPPED], NOT_AUDITED, "not audited: the database of known faults knows none"),
    ],
)
def test_an_audit_that_asked_about_nothing_is_no_good_news(packages, code, line):
    found, lines = audited({"dependencies": packages})
    assert found == code
    assert any(each.startswith(line) for each in lines)
