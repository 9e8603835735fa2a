"""Gates over named events: the form of a static fault tree that every solver and writer reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Gate", "Network"]


@dataclass(frozen=True, slots=True)
class Gate:
    """`op` is and, or, atleast (of which `k`), xor (of two), not or pass (of one); `args` name gates or events."""

    op: str
    args: tuple[str, ...]
    k: int = 0


@dataclass(frozen=True, slots=True)
class Network:
    """Named gates over events: a name without a gate is an event. No gate may depend on itself."""

    gates: Mapping[str, Gate]
    top: str

    def upward(self) -> list[str]:
        """The gates below and with the top, children before parents."""
        out: list[str] = []
        seen: set[str] = set()
        todo = [(self.top, False)]
        while todo:
            name, done = todo.pop()
            if done:
                out.append(name)
            elif name not in seen and name in self.gates:
                seen.add(name)
                todo.append((name, True))
                todo.extend((a, False) for a in self.gates[name].args)
        return out

    def pruned(self) -> Network:
        """The gates that the top reads, and no others."""
        return Network({g: self.gates[g] for g in self.upward()}, self.top)

    def events(self) -> list[str]:
        """The names that gates read and that are none, each once."""
        return list(dict.fromkeys(a for g in self.gates.values() for a in g.args if a not in self.gates))

    def parents(self) -> dict[str, list[str]]:
        """The gates that read each name; a gate that reads it twice comes twice."""
        out: dict[str, list[str]] = {}
        for g in self.upward():
            for a in self.gates[g].args:
                out.setdefault(a, []).append(g)
        return out

    def cut_at(self, gate: str) -> Network:
        """The network in which `gate` is an event, to be forced."""
        return Network({g: f for g, f in self.gates.items() if g != gate}, self.top)

    def negates(self) -> bool:
        return any(self.gates[g].op in ("not", "xor") for g in self.upward())
