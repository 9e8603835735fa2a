"""Gates over named events: the form of a static fault tree that every solver and writer reads."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.records import Record

__all__ = ["Gate", "Network"]


class Gate(Record):
    """`op` is and, or, atleast (of which `k`), xor (of two), not or pass (of one); `args` name gates or events."""

    __slots__ = ("args", "k", "op")

    def __init__(self, op: str, args: tuple[str, ...], k: int = 0) -> None:
        self.op = op
        self.args = args
        self.k = k


class Network(Record):
    """Named gates over events: a name without a gate is an event. No gate may depend on itself."""

    __slots__ = (
        "gates",
        "top",
    )

    def __init__(self, gates: Mapping[str, Gate], top: str) -> None:
        self.gates = gates
        self.top = top

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

    def negates(self) -> bool:
        return any(self.gates[g].op in ("not", "xor") for g in self.upward())
