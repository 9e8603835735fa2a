"""Reading a postmortem's file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fuelbed.core.codes import CODES
from fuelbed.core.errors import InputError
from fuelbed.readers.postmortem import MAX_BYTES, read_text


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a", "a.b.rst"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_name_and_three_encodings(tmp_path: Path, name: str, encoding: str) -> None:
    (tmp_path / name).write_bytes("Café 🔥\r\n".encode(encoding))
    assert read_text(tmp_path / name) == "Café 🔥\r\n"


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [(b"ok\nca\xe9", "FB003", 2), (b"a\n\nb\0", "FB003", 3), (b"\x89PNG\r\n\x1a\n\0\0\xff", "FB003", 1), (b"\xff\xfea", "FB003", 1), (b"a" * (MAX_BYTES + 1), "FB082", 1)],
)  # fmt: skip  # one table
def test_what_is_no_text(tmp_path: Path, data: bytes, code: str, line: int) -> None:
    (tmp_path / "a.md").write_bytes(data)
    with pytest.raises(InputError) as e:
        read_text(tmp_path / "a.md")
    (finding,) = e.value.findings
    assert finding.code == code
    assert finding.code in CODES
    assert finding.cure
    assert finding.span is not None
    assert finding.span.line == line


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "missing.md", tmp_path / "pipe", Path("a\0b")):
        with pytest.raises(InputError) as e:
            read_text(path)
        assert [f.code for f in e.value.findings] == ["FB081"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x", encoding="utf-8")
    (tmp_path / "b.md").symlink_to(tmp_path / "a.md")
    assert read_text(tmp_path / "b.md") == "x"


def test_an_empty_file_is_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"")
    assert read_text(tmp_path / "a.md") == ""
