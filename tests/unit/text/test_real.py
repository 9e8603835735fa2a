"""The reader on real postmortems, where they are at hand (they are not ours to ship)."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuelbed.readers.postmortem import read_text
from fuelbed.text.read import read
from tests.properties.test_document import check

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
FOLDERS = ("postmortems", "postmortems-unlabelled/dfds", "postmortems-unlabelled/chia")
FILES = sorted(f for name in FOLDERS for f in (DATA / name).glob("*.md") if f.name != "README.md")

pytestmark = pytest.mark.skipif(not FILES, reason="the real texts (../shared/data) are not here")


def test_every_text_is_read_and_exact() -> None:
    for f in FILES:
        text = read_text(f)
        d = read(text, f.name)
        check(d, text)
        assert d.kind not in ("empty", "template"), f.name
        assert d.findings == ()
        assert any(s.role not in ("title", "other") for s in d.sections), f.name


def test_most_texts_tell_times_and_actions() -> None:
    documents = [read(read_text(f), f.name) for f in FILES]
    assert sum(bool(d.moments) for d in documents) >= 0.85 * len(documents)
    assert sum(bool(d.items) for d in documents) >= 0.75 * len(documents)
    assert sum(d.date is not None for d in documents) >= 0.9 * len(documents)
