"""The one walk below a folder: what `review`, `corpus` and `attribution` share, and where they differ on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuelbed.cli._review_files import Settings, postmortems
from fuelbed.corpus.gather import paths
from fuelbed.readers.postmortems import PACKAGES, find_postmortems, folders, is_markdown

FILES = ("b.md", "a.MARKDOWN", "c.txt", ".hidden.md", "README.md", ".git/x.md", "vendor/v.md", "z/y.md", "case/case.yaml", "case/postmortem.md", "case/more/n.md")  # fmt: skip  # one list


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n", encoding="utf-8")
    return tmp_path


def test_folders_are_walked_in_the_order_of_their_names(root: Path) -> None:
    found = [(at.relative_to(root).as_posix(), files) for at, _, files in folders(root, PACKAGES)]
    assert found == [
        (".", ["README.md", "a.MARKDOWN", "b.md", "c.txt"]),
        ("case", ["case.yaml", "postmortem.md"]),
        ("case/more", ["n.md"]),
        ("z", ["y.md"]),
    ]
    assert [n for n in ("a.md", "a.Markdown", "a.mdx", "md") if is_markdown(n)] == ["a.md", "a.Markdown"]


def test_whoever_walks_may_go_no_further_down(root: Path) -> None:
    seen = []
    for at, inner, _ in folders(root):
        seen.append(at.name)
        inner[:] = [n for n in inner if n == "vendor"]
    assert seen == [root.name, "vendor"]


def test_what_each_command_finds(root: Path) -> None:
    def named(found: list[Path]) -> list[str]:
        return [p.relative_to(root).as_posix() for p in found]

    everything = ["README.md", "a.MARKDOWN", "b.md", "case/postmortem.md", "case/more/n.md", "z/y.md"]
    assert named(postmortems([root], Settings((), none=True))) == everything
    assert named([found for found, _ in paths([root])]) == [
        "README.md",
        "a.MARKDOWN",
        "b.md",
        "case/case.yaml",
        "case/more/n.md",
        "z/y.md",
    ]
    # a case holds what lies in it, a README is no account, and no folder is taken for one of packages
    assert named([f.path for f in find_postmortems([root])]) == ["a.MARKDOWN", "b.md", "case/case.yaml", "vendor/v.md", "z/y.md"]
