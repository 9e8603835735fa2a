"""Settings of the review: what they say, where faults stand, where they are looked for, and that no pattern is slow."""

from __future__ import annotations

import json
import time
import tomllib
from pathlib import Path

import jsonschema
import pytest

from fuelbed.core.errors import InputError
from fuelbed.core.settings import matches
from fuelbed.readers.settings import find_settings, read_settings, settings_schema

CODES = ("PM101", "PM401", "PM402", "PM803")
GOOD = """\
# of this team
[review]
select = ["PM4", "pm101"]
ignore = ["PM402"]
extend-select = ["PM803"]
preview = false
fail-on = "warning"
baseline = "known/postmortems.json"
exclude = ["drafts/**", "*.tmp.md"]

[review.per-file-ignores]
"old/*.md" = ["PM803"]

[review.kinds]
"advisories/**" = "advisory"
"""


def write(folder: Path, text: str, name: str = "fuelbed.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str, name: str = "fuelbed.toml") -> list[tuple[str, int, int, str, str]]:
    with pytest.raises(InputError) as e:
        read_settings(write(folder, text, name), CODES)
    return [(f.code, f.span.line, f.span.column, f.message, f.cure) for f in e.value.findings if f.span]


def test_what_they_say(tmp_path: Path) -> None:
    s = read_settings(write(tmp_path, GOOD), CODES)
    assert (s.select, s.ignore, s.extend_select) == (("PM4", "PM101"), ("PM402",), ("PM803",))
    assert (s.preview, s.fail_on, s.baseline) == (False, "warning", "known/postmortems.json")
    assert s.left_out("old/2024.md") == ("PM402", "PM803")
    assert s.left_out("new/2024.md") == ("PM402",)
    assert s.kind("advisories/2024/a.md") == "advisory"
    assert s.kind("a.md") is None
    jsonschema.Draft202012Validator(settings_schema()).validate(tomllib.loads(GOOD))


def test_pyproject_has_the_same_in_a_table_of_its_own(tmp_path: Path) -> None:
    text = '[project]\nname = "x"\n\n[tool.fuelbed.review]\nignore = ["PM803"]\nselct = ["PM4"]\n'
    ((code, line, column, _, cure),) = faults(tmp_path, text, "pyproject.toml")
    assert (code, line, column, cure) == ("FB181", 6, 1, "Did you mean `select`?")
    assert read_settings(write(tmp_path, text.replace("selct", "select"), "pyproject.toml"), CODES).select == ("PM4",)


def test_every_fault_at_once_with_its_place(tmp_path: Path) -> None:
    text = """\
[review]
select = ["PM4", "PM999"]
 fail-on = "always"
preview = "yes"
baseline = "../elsewhere.json"
exclude = "drafts"
[review.kinds]
"a/*" = "advise"
[reviews]
"""
    got = faults(tmp_path, text)
    assert [(c, line, column) for c, line, column, _, _ in got] == [
        ("FB183", 2, 18), ("FB182", 3, 2), ("FB182", 4, 1), ("FB182", 5, 1), ("FB182", 6, 1), ("FB182", 8, 1), ("FB181", 9, 1),
    ]  # fmt: skip  # one line of places
    assert got[-1][4] == "Did you mean `review`?"
    assert "`fail-on` is one of note, warning, error, never, not" in got[1][3]


def test_places_in_inline_and_dotted_tables(tmp_path: Path) -> None:
    assert faults(tmp_path, 'review = {fail-on = "x"}\n')[0][:3] == ("FB182", 1, 11)
    assert faults(tmp_path, 'review.fail-on = "x"\n')[0][:3] == ("FB182", 1, 1)
    assert faults(tmp_path, 'review."per-file-ignores"."a.md" = ["PM7"]\n')[0][:3] == ("FB183", 1, 37)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[review]\n# , fail-on = "x"\nselect = ["PM4"] # fail-on = 3\nfail-on = "zz"\n', (4, 1)),
        ('[review]\nexclude = ["""\nfail-on = "a"\n"""]\nfail-on = "zz"\n', (5, 1)),
        ('[review]\nselect = [\n  "PM4", # "PM999"\n  "PM999",\n]\n', (4, 3)),
        ('[review]\nexclude = ["a, fail-on = 1", "[review]"]\n"fail-on"="q"\n', (3, 1)),
        ('[review.per-file-ignores]\n"a = b.md" = ["PM999"]\n', (2, 15)),
        ("[review . kinds]\n'a]b.c/*' = \"x\"\n", (2, 1)),
        ('[review]\nextend-ignore = ["PM402", "PM999"]\n', (2, 27)),
        ('[review]\nper-file-ignores = { "a.md" = ["PM4"], "b.md" = ["PM999"] }\n', (2, 50)),
    ],
)
def test_places_beside_comments_and_texts_that_look_like_settings(tmp_path: Path, text: str, place: tuple[int, int]) -> None:
    ((_, *got, _, _),) = faults(tmp_path, text)
    assert tuple(got) == place


@pytest.mark.parametrize(
    ("text", "line"),
    [("[review]\nselect = [", 2), ("[review\n", 1), ("x = 1\nx = 2\n", 2), ("[" * 2000, 1), ("a=[" + "[" * 5000, 1)],
)
def test_no_toml_is_one_fault_with_a_line(tmp_path: Path, text: str, line: int) -> None:
    ((code, at, _, message, _),) = faults(tmp_path, text)
    assert (code, at) == ("FB180", line)
    assert message.startswith("this is no TOML: ")


@pytest.mark.parametrize(
    "value", ["../known.json", "/tmp/known.json", "a/../../known.json", "link", "link/known.json", "a\\u0000b"]
)
def test_what_is_written_stays_in_the_folder(tmp_path: Path, value: str) -> None:
    """The settings may be a stranger's, and a baseline or an answer that is not there is written."""
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    for key in ("baseline", "answers"):
        ((code, line, _, message, _),) = faults(folder, f'[review]\n{key} = "{value}"\n')
        assert (code, line) == ("FB182", 2)
        assert "in the folder of the settings" in message
        assert getattr(read_settings(write(folder, f'[review]\n{key} = "known/a"\n'), CODES), key) == "known/a"


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "fuelbed.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        read_settings(tmp_path / "fuelbed.toml", CODES)


def test_the_nearest_is_found_and_the_search_ends_at_the_repository(tmp_path: Path) -> None:
    inner = tmp_path / "repo" / "docs" / "post"
    inner.mkdir(parents=True)
    write(tmp_path, GOOD)
    assert find_settings(inner / "a.md") == tmp_path / "fuelbed.toml"
    (tmp_path / "repo" / ".git").mkdir()
    assert find_settings(inner / "a.md") is None
    write(tmp_path / "repo", "[project]\nname = 'x'\n", "pyproject.toml")
    assert find_settings(inner / "a.md") is None, "a project without a table for Fuelbed"
    write(tmp_path / "repo", "[tool.fuelbed.review]\n", "pyproject.toml")
    assert find_settings(inner / "a.md") == tmp_path / "repo" / "pyproject.toml"
    write(inner, "")
    assert find_settings(inner) == inner / "fuelbed.toml"


@pytest.mark.parametrize(
    ("glob", "path", "want"),
    [
        ("*.md", "a/b/c.md", True), ("a/*.md", "a/c.md", True), ("a/*.md", "a/b/c.md", False), ("a/**/c.md", "a/c.md", True),
        ("a/**/c.md", "a/x/y/c.md", True), ("**/drafts/**", "x/drafts/y.md", True), ("drafts", "x/drafts/y.md", True),
        ("drafts/", "drafts/y.md", True), ("a/b", "x/a/b", False), ("./a/?.md", "a/c.md", True), ("[!a].md", "b.md", True),
        ("[z-a].md", "b.md", False), ("", "b.md", False), ("a**b.md", "axxb.md", True),
    ],
)  # fmt: skip  # a table
def test_globs(glob: str, path: str, want: bool) -> None:
    assert matches(glob, path) is want


def test_a_hostile_glob_is_cheap() -> None:
    start = time.process_time()
    matches("*a" * 60 + "/" + "**/" * 200 + "b", ("a" * 200 + "/") * 200 + "c")
    assert time.process_time() - start < 2


def test_a_schema_that_a_checker_takes() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(settings_schema())))
