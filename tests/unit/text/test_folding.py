"""Letters that only fold to ours: patterns without case match them, and no look-up may then fail."""

from __future__ import annotations

import pytest

from fuelbed.engines.lint import check
from fuelbed.text.read import read
from fuelbed.text.understand import understand

TEXT = """# Disk full, service restarted

Date: 12 September 2024, 10:15 UTC

## Timeline
- 10:15 the disk was full, alerts did not fire
- 10:20 we rolled back, the risk was known

## Root cause
The kiosk service was restarted by human error, it took 30 seconds. There is no limit on disk usage.

## Action items
- Restart the service, investigate the disk (owner: Kim, due: 2024-10-01)
- Disable retries
- Set a limit on disk usage
- Skip missing keys, document it
- Implementation of a limit, investigation of the disk
"""


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("s", "ſ"), ("k", "\u212a"), ("i", "İ"), ("i", "ı"), ("S", "ſ"), ("K", "\u212a"), ("å", "\u212b"), ("ss", "ß")],
)
def test_no_letter_that_folds_stops_the_reader(ours: str, theirs: str) -> None:
    check(understand(read(TEXT.replace(ours, theirs), "a.md")))
    for n in range(0, len(TEXT), 7):  # and one of them alone
        check(understand(read(TEXT[:n] + TEXT[n:].replace(ours, theirs, 1), "a.md")))


def test_a_verb_written_with_a_long_s_is_that_verb() -> None:
    plain, long = (understand(read(t, "a.md")).actions for t in (TEXT, TEXT.replace("Restart", "Reſtart")))
    assert [a.cls for a in plain] == [a.cls for a in long]
