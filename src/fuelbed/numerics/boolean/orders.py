"""Static structures too large for one diagram in one order: simplified, cut into modules, each with a portfolio of variable orders.

Three steps (`static/parts.py` takes them):

1. simplify: pass-through gates and constants go, gates of one kind that only their parent reads are folded into it, equal gates are
   shared. Without NOT, the events that alone cause the top are taken out: f = e1 or .. or ek or f(e = 0).
2. modules: a gate whose events occur nowhere else is solved apart and stands as one event above (Y. Dutuit, A. Rauzy, "A linear-time
   algorithm to find modules of fault trees", IEEE Trans. Reliability 45(3), 1996), also events with the same parents, all of one
   kind. Its probability is multiplied up and its cut sets are multiplied out. Only monotone gates, so that a false module needs no
   true event: then a minimal solution of the whole is one of the rest with a minimal solution put in for every true module.
3. portfolio: each variable order under a node budget, then again under a larger one; the first that fits is taken. The order is a
   choice of the code for the structure at hand: none is best everywhere, and on Aralia's das9207 large subtrees first takes a
   hundred times the nodes of gates first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from fuelbed.core.errors import BudgetError
from fuelbed.core.networks import Gate, Network
from fuelbed.numerics.boolean.bdd import Bdd
from fuelbed.numerics.boolean.force import moved

__all__ = [
    "BUDGETS",
    "Gate",
    "Network",
    "build",
    "fix",
    "group_siblings",
    "modules",
    "moved_orders",
    "orders",
    "part",
    "simplify",
]

_FEW, _ROUNDS = 24, 20
BUDGETS = (8_000, 32_000, 512_000, 2_500_000)


# --- simplification


def simplify(network: Network) -> Network:
    """The same function, smaller; see the module's text. A top that is constant or an event comes out as a gate all the same."""
    while True:
        before = network
        network = _fold(network, {})
        if not network.negates():
            network = _lift_single_events(network)
        if network == before:
            return network


def fix(network: Network, known: Mapping[str, bool]) -> Network:
    """The network with some events known, simplified."""
    return simplify(_fold(network, known))


def _fold(network: Network, known: Mapping[str, bool]) -> Network:
    """Constants, pass-through gates, nested gates of one kind and equal gates folded away; `known` fixes events."""
    read_by = {a: len(g) for a, g in network.parents().items()}
    values: dict[str, bool] = dict(known)
    alias: dict[str, str] = {}
    shared: dict[Gate, str] = {}
    gates: dict[str, Gate] = {}
    for name in network.upward():
        gate = network.gates[name]
        args = [alias.get(a, a) for a in gate.args]
        folded = _fold_gate(Gate(gate.op, tuple(args), gate.k), values)
        if isinstance(folded, bool):
            values[name] = folded
            continue
        if folded.op in ("and", "or"):
            flat: list[str] = []
            for a in folded.args:
                inner = gates.get(a)
                flat.extend(inner.args if inner is not None and inner.op == folded.op and read_by.get(a) == 1 else [a])
            folded = Gate(folded.op, tuple(dict.fromkeys(flat)))
        if folded.op == "pass" or (folded.op in ("and", "or") and len(folded.args) == 1):
            alias[name] = folded.args[0]
        else:
            alias[name] = shared.setdefault(Gate(folded.op, tuple(sorted(folded.args)), folded.k), name)
        if alias[name] == name:
            gates[name] = folded
        else:
            read_by[alias[name]] = read_by.get(alias[name], 0) + read_by.get(name, 0)
    top = alias.get(network.top, network.top)
    if top in values:
        return Network({top: Gate("and" if values[top] else "or", ())}, top)
    if top not in gates:
        return Network({network.top: Gate("pass", (top,))}, network.top)
    out = Network(gates, top)
    return out.pruned()


def _fold_gate(gate: Gate, values: Mapping[str, bool]) -> Gate | bool:
    """A gate with its known arguments taken out."""
    known = [values[a] for a in gate.args if a in values]
    args = tuple(a for a in gate.args if a not in values)
    op, k = gate.op, gate.k
    if op == "xor":
        odd = sum(known) % 2 == 1
        if len(args) == 1:
            return Gate("not" if odd else "pass", args)
        return gate if args else odd
    if op in ("not", "pass"):
        return gate if args else known[0] != (op == "not")
    need = {"and": len(gate.args), "or": 1}.get(op, k) - sum(known)
    if need <= 0 or need > len(args):
        return need <= 0
    if op == "atleast" and need in (1, len(args)):
        op = "or" if need == 1 else "and"
    return Gate(op, args, need if op == "atleast" else 0)


def _lift_single_events(network: Network) -> Network:
    """f = e1 or .. or ek or f(e = 0) for the events that are cut sets by themselves (no NOT: f is true with e alone)."""
    alone: dict[str, frozenset[str]] = {}
    for name in network.upward():
        gate = network.gates[name]
        sets = [alone.get(a, frozenset() if a in network.gates else frozenset({a})) for a in gate.args]
        need = {"and": len(sets), "or": 1, "pass": 1}.get(gate.op, gate.k)
        times = Counter(e for s in sets for e in s)
        alone[name] = frozenset(e for e, n in times.items() if n >= need)
    single = alone[network.top]
    top = network.gates[network.top]
    if not single or (top.op in ("or", "pass") and single == set(top.args) - set(network.gates) and _private(network, single)):
        return network
    rest = _fold(network, dict.fromkeys(single, False))
    inner, gates = rest.top, dict(rest.gates)
    if gates[inner] == Gate("or", ()):
        return Network({network.top: Gate("or", tuple(sorted(single)))}, network.top)
    if gates[inner].op in ("or", "pass"):
        gates[inner] = Gate("or", (*sorted(single), *gates[inner].args))
        return Network(gates, inner)
    name = _fresh(network.top, gates)
    gates[name] = Gate("or", (*sorted(single), inner))
    return Network(gates, name)


def _private(network: Network, events: frozenset[str]) -> bool:
    """Whether only the top reads these events."""
    read = network.parents()
    return all(read[e] == [network.top] for e in events)


def _fresh(stem: str, taken: Mapping[str, Gate]) -> str:
    name = f"{stem}'"
    while name in taken:
        name += "'"
    return name


# --- modules


def group_siblings(network: Network) -> Network:
    """Events that the same gates read, all `and` or all `or`, become one gate: a module of its own."""
    gates = dict(network.gates)
    alike: dict[tuple[str, ...], list[str]] = {}
    for a, read in network.parents().items():
        if a not in gates and len({gates[g].op for g in read}) == 1 and gates[read[0]].op in ("and", "or"):
            alike.setdefault(tuple(read), []).append(a)
    for readers, events in alike.items():
        if len(events) > 1 and any(len(gates[g].args) > len(events) for g in readers):
            name = _fresh(f"{readers[0]}.{events[0]}", gates)
            gates[name] = Gate(gates[readers[0]].op, tuple(events))
            for g in readers:
                kept = [a for a in gates[g].args if a not in events]
                gates[g] = Gate(gates[g].op, (name, *kept))
    return Network(gates, network.top)


def modules(network: Network) -> list[str]:
    """The gates that nothing above reads into, children before parents, the top last (one depth-first walk, Dutuit and Rauzy)."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    left: dict[str, int] = {}
    clock = 0
    todo = [(network.top, False)]
    while todo:
        name, done = todo.pop()
        clock += 1
        if done:
            left[name] = clock
            continue
        new = name not in first
        first.setdefault(name, clock)
        last[name] = clock
        if new and name in network.gates:
            todo.append((name, True))
            todo.extend((a, False) for a in reversed(network.gates[name].args))
    span: dict[str, tuple[int, int]] = {}
    monotone: dict[str, bool] = {}
    out = []
    for name in network.upward():
        gate = network.gates[name]
        inner = [span.get(a, (first[a], last[a])) for a in gate.args]
        low = min((min(first[a], s[0]) for a, s in zip(gate.args, inner, strict=True)), default=first[name])
        high = max((max(last[a], s[1]) for a, s in zip(gate.args, inner, strict=True)), default=left[name])
        span[name] = (low, high)
        monotone[name] = gate.op not in ("not", "xor") and all(monotone.get(a, True) for a in gate.args)
        if name == network.top or (monotone[name] and first[name] <= low and high <= left[name]):
            out.append(name)
    return out


def part(network: Network, module: str, cut: set[str]) -> Network:
    """The gates of one module, with the modules below it as events."""
    gates: dict[str, Gate] = {}
    todo = [module]
    while todo:
        name = todo.pop()
        if name not in gates and name in network.gates and (name == module or name not in cut):
            gates[name] = network.gates[name]
            todo.extend(gates[name].args)
    return Network(gates, module)


# --- orders


def orders(network: Network) -> Iterator[list[str]]:
    """Orders of the events, each a depth-first walk from the top: gates before events, in the order given, small subtrees first,
    large subtrees first. Equal orders come once. (Events before gates is the second one over again, once siblings are grouped.)"""
    weight: dict[str, int] = {}
    for name in network.upward():
        weight[name] = sum(weight.get(a, 1) for a in network.gates[name].args)
    keys: list[Callable[[str], int]] = [
        lambda a: a not in network.gates,
        lambda a: 0,
        lambda a: weight.get(a, 1),
        lambda a: -weight.get(a, 1),
    ]
    given: set[tuple[str, ...]] = set()
    for key in keys:
        order = _walk(network, key)
        if tuple(order) not in given:
            given.add(tuple(order))
            yield order


def moved_orders(network: Network, walks: Sequence[list[str]]) -> Iterator[list[str]]:
    """The walks of `orders`, where there are more than a few events, each after FORCE has moved together what a gate reads (`force.py`):
    often far smaller diagrams where those of the walks are large, and not worth their time where they are small."""
    given = [*walks]
    for order in walks if len(walks[0]) > _FEW else ():
        found = _moved(network, order)
        if found not in given:
            given.append(found)
            yield found


def _moved(network: Network, order: Sequence[str]) -> list[str]:
    """Gates are moved with the events, from the middle of what they read."""
    at: dict[str, float] = {e: float(i) for i, e in enumerate(order)}
    groups = {g: network.gates[g].args for g in network.upward()}
    for g, args in groups.items():
        at[g] = sum([at[a] for a in args]) / max(len(args), 1)
    return moved(order, groups, [at[g] for g in groups], _ROUNDS)


def _walk(network: Network, key: Callable[[str], int]) -> list[str]:
    seen: set[str] = set()
    out: list[str] = []
    todo = [network.top]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in network.gates:
            todo.extend(sorted(network.gates[name].args, key=key)[::-1])
        else:
            out.append(name)
    return out


def build(network: Network, order: Sequence[str], b: Bdd) -> dict[str, int]:
    """The decision diagram of every event and gate, the top last; those made so far where the budget of `b` runs out."""
    node = {name: b.variable(i) for i, name in enumerate(order)}
    try:
        for name in network.upward():
            # Deepest first: what is joined on top of it leaves the lower levels alone.
            gate = network.gates[name]
            node[name] = _apply(b, gate, sorted((node[a] for a in gate.args), key=lambda f: -b.var[f]))
    except BudgetError:
        node.pop(network.top, None)
    return node


def _apply(b: Bdd, gate: Gate, args: Sequence[int]) -> int:
    if gate.op == "and":
        return b.all_(args)
    if gate.op == "or":
        return b.any_(args)
    if gate.op == "atleast":
        return b.at_least(gate.k, args[::-1])  # which starts from its last
    if gate.op == "xor":
        return b.ite(args[0], b.not_(args[1]), args[1])
    return b.not_(args[0]) if gate.op == "not" else args[0]
