"""`python -m bench.realserver`, for where there is no `./dev`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "src")]

from bench.realserver.main import main  # noqa: E402  # the path comes first

sys.exit(main(sys.argv[1:]))
