"""Faults of an answer: collected, each with the path to the value, and no more of them than anybody reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from fuelbed.core.hints import visible

__all__ = ["Fault", "Faults", "Path", "TooMany"]

Path = tuple[str | int, ...]
_MOST = 200


class TooMany(Exception):
    """There are too many faults for more to help."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`path` leads to the value (or to what it is missing in)."""

    path: Path
    code: str
    message: str
    cure: str

    @property
    def pointer(self) -> str:
        """RFC 6901."""
        return visible("".join("/" + str(p).replace("~", "~0").replace("/", "~1") for p in self.path) or "/")

    def line(self) -> str:
        return visible(f"{self.pointer}: {self.message} {self.cure}")


@dataclass(slots=True)
class Faults:
    found: list[Fault] = field(default_factory=list)

    def __call__(self, path: Path, code: str, message: str, cure: str) -> None:
        """Raises `TooMany` at the last one."""
        self.found.append(Fault(path, code, visible(message, 300), visible(cure, 300)))
        if len(self.found) >= _MOST:
            raise TooMany
