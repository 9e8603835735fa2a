"""Small graph algorithms that the engines share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["components"]


def components(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Strongly connected components, each after those it points to (R. Tarjan, SIAM J. Computing 1(2), 1972).

    One function over 40 lines: the recursion of the paper as a loop, which does not come apart.
    """
    index: dict[str, int] = {}
    link: dict[str, int] = {}
    on_stack: dict[str, bool] = {}
    stack: list[str] = []
    out: list[list[str]] = []
    for root in edges:
        if root in index:
            continue
        todo = [(root, iter(edges[root]))]
        index[root] = link[root] = len(index)
        stack.append(root)
        on_stack[root] = True
        while todo:
            u, rest = todo[-1]
            for w in rest:
                if w not in edges:
                    continue
                if w not in index:
                    index[w] = link[w] = len(index)
                    stack.append(w)
                    on_stack[w] = True
                    todo.append((w, iter(edges[w])))
                    break
                if on_stack.get(w):
                    link[u] = min(link[u], index[w])
            else:
                todo.pop()
                if todo:
                    link[todo[-1][0]] = min(link[todo[-1][0]], link[u])
                if link[u] == index[u]:
                    part = []
                    while True:
                        w = stack.pop()
                        on_stack[w] = False
                        part.append(w)
                        if w == u:
                            break
                    out.append(part)
    return out
