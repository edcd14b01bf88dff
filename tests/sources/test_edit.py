"""Pausing, resuming and removing: the operator's own lines and comments survive."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.sources.edit import file_of, pause, pause_reason, remove, resume
from pipeline.sources.files import read_source

TODAY = date(2026, 11, 20)
PLAIN = '# Mine.\n\nname = "H"  # their name\nhomepage = "https://h.example/"\n'


def written(folder, text, name="herald.toml"):
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN + "is_active = true   # false pauses the source\n",
        PLAIN + "# paused 2025-01-01: an old reason\nis_active = false\n# the end\n",
        PLAIN + 'group = """\nmany\nlines"""\n',
        PLAIN + 'feeds = [\n  "https://h.example/feed", # main\n]',
        "\ufeff" + PLAIN,
    ],
)
def test_a_pause_and_a_resume_keep_all_other_lines(tmp_path, text):
    path = written(tmp_path, text)
    before = read_source(path)
    pause(path, "the server\nmoves", TODAY)
    paused = read_source(path)
    assert not paused.is_active
    assert pause_reason(path) == "paused 2026-11-20: the server moves"
    pause(path, None, TODAY)
    assert pause_reason(path) == "paused 2026-11-20"
    resume(path)
    assert read_source(path).is_active
    assert pause_reason(path) is None
    own = [line for line in text.lstrip("\ufeff").splitlines() if "paused" not in line]
    own = [line for line in own if "is_active" not in line]
    assert [line for line in path.read_text().splitlines() if "is_active" not in line] == own
    assert {**vars_of(before), "is_active": True} == vars_of(read_source(path))
    assert list(tmp_path.iterdir()) == [path]


def vars_of(source):
    return {name: getattr(source, name) for name in source.__slots__}


def test_resuming_an_active_source_changes_nothing(tmp_path):
    path = written(tmp_path, PLAIN)
    resume(path)
    assert path.read_text() == PLAIN


def test_a_file_that_cannot_be_edited_safely_stays_as_it_is(tmp_path):
    text = 'name = "H"\nhomepage = "https://h.example/"\ngroup = """\nis_active = true\n"""\n'
    path = written(tmp_path, text)
    with pytest.raises(SourceError, match="by hand"):
        pause(path, None, TODAY)
    assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


@given(st.text(max_size=400))
def test_no_reason_makes_a_file_invalid(tmp_path_factory, reason):
    path = written(tmp_path_factory.mktemp("s"), PLAIN)
    pause(path, reason, TODAY)
    assert not read_source(path).is_active
    resume(path)
    assert read_source(path).is_active


def test_removed_files_are_kept_beside_each_other(tmp_path):
    places = [remove(written(tmp_path, f"# {number}\n{PLAIN}")) for number in range(3)]
    assert [place.relative_to(tmp_path).as_posix() for place in places] == [
        "removed/herald.toml",
        "removed/herald-2.toml",
        "removed/herald-3.toml",
    ]
    assert places[2].read_text().startswith("# 2")


def test_a_source_is_found_by_its_key_and_a_broken_one_by_its_file_name(tmp_path):
    named = written(tmp_path, PLAIN + 'key = "post"\n')
    broken = written(tmp_path, "broken", "broken.toml")
    assert file_of("post", tmp_path) == named
    assert file_of("broken", tmp_path) == broken
    with pytest.raises(SourceError, match="Known are: broken, post"):
        file_of("herald", tmp_path)
