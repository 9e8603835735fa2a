"""Faults of `attribution`, each with its place; and what is read where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuelbed.core.errors import InputError
from fuelbed.readers.case import parse_case
from tests.golden.test_attribution import CASE, TEXT

LINE = CASE.count("\n") + 2  # of the first key of the section


@pytest.mark.parametrize(
    ("section", "code", "words"),
    [
        ("  story: {cookies: [Lunch]}", "FB188", "no factor is called `cookies`"),
        ("  owners: {cookies: web}", "FB188", "no factor is called `cookies`"),
        ("  scopes: {login_burst: people}", "FB015", "`people` is not a value of `scopes`"),
        ("  ours: [web]", "FB188", "no factor has the owner `web`"),
        ("  story: {login_burst: [Breakfast was late]}", "FB189", "the narrative does not say “Breakfast was late”"),
        ("  without: [Epilogue]", "FB189", "the narrative has no heading “Epilogue”"),
        ("  story: {login_burst: ['  ']}", "FB189", "there are no words to look for"),
        ("  story: {login_burst: {a: b}}", "FB013", "is a list of words of the narrative"),
        ("  storry: {}", "FB014", "has no `storry`"),
    ],
)
def test_one_fault(tmp_path: Path, section: str, code: str, words: str) -> None:
    (tmp_path / "postmortem.md").write_text(TEXT, encoding="utf-8")
    with pytest.raises(InputError) as e:
        parse_case(f"{CASE}attribution:\n{section}\n", root=tmp_path)
    (f,) = e.value.findings
    assert (f.code, f.span.line if f.span else 0) == (code, LINE)
    assert words in f.message
    assert f.cure


def test_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "postmortem.md").write_text(
        TEXT.replace("Lunch was late", "Lunch **was** [late](http://a.b/c)"), encoding="utf-8"
    )
    section = "  story: {login_burst: lunch was Late}\n  owners: {login_burst: web}\n  ours: [web]\n  without: [Background]\n"
    a = parse_case(f"{CASE}attribution:\n{section}", root=tmp_path).attribution
    assert a.story == {"login_burst": ("lunch was Late",)}
    assert (a.owners, a.ours, a.without) == ({"login_burst": "web"}, ("web",), ("Background",))
    assert parse_case(CASE).attribution.ours == ()
