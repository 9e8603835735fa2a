"""The one place that decides whether a kernel runs compiled (numba, the extra `fast`) or as plain Python and NumPy.

A module of kernels is ordinary Python. It names its functions in `KERNELS`, callees first, and may give in `SCALAR` a replacement for
each helper that works on arrays (`numpy.where` becomes `a if c else b`): the plain run then takes all rows at once as arrays, the
compiled run takes one row after the other as numbers. There is one source; `compiled` makes a second set of functions from the same code.

numba is imported at the first use only, and its machine code is kept beside the sources or in the user's cache.
"""

from __future__ import annotations

import importlib
import os
from functools import cache
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from fuelbed.core.errors import FuelbedError

__all__ = ["VARIABLE", "compiled", "kernels_of", "runs_fast"]

VARIABLE = "FUELBED_KERNELS"
"""Environment variable: `plain` never compiles, `fast` insists on it, anything else compiles where numba is installed."""


def runs_fast(fast: bool | None = None) -> bool:
    """Whether kernels run compiled: as asked, else as the environment says, else where numba can be imported."""
    word = os.environ.get(VARIABLE, "")
    if fast is None and word in ("plain", "fast"):
        fast = word == "fast"
    if fast is False:
        return False
    there = _numba() is not None
    if fast and not there:
        raise FuelbedError('compiled kernels were asked for and numba is not installed: pip install "fuelbed[fast]"')
    return there


def kernels_of(module: ModuleType, fast: bool | None = None) -> tuple[Any, bool]:
    """The functions of a module of kernels, and whether they are compiled."""
    quick = runs_fast(fast)
    return (compiled(module.__name__) if quick else module), quick


@cache
def compiled(name: str) -> SimpleNamespace:
    """Compiled twins of the functions that the module lists: same code, their callees and helpers replaced by compiled ones."""
    module, numba = importlib.import_module(name), _numba()
    scope: dict[str, Any] = dict(vars(module))
    made: dict[str, Any] = {}
    functions: dict[str, tuple[Any, dict[str, Any]]] = {k: (v, {}) for k, v in getattr(module, "SCALAR", {}).items()}
    # helpers melt into the last of the list, the one that is called from outside: a call with twenty arrays costs more than their work
    functions |= {k: (getattr(module, k), {"forceinline": k != module.KERNELS[-1]}) for k in module.KERNELS}
    for key, (f, options) in functions.items():
        twin = FunctionType(f.__code__, scope, f.__name__, f.__defaults__, f.__closure__)
        twin.__qualname__, twin.__module__ = f.__qualname__, f.__module__
        made[key] = scope[key] = _jit(numba, twin, options)
    return SimpleNamespace(**made)


def _jit(numba: Any, f: Any, options: dict[str, Any]) -> Any:
    try:
        return numba.njit(cache=True, error_model="numpy", **options)(f)
    except RuntimeError:  # no folder to keep the machine code in: compile in every process
        return numba.njit(error_model="numpy", **options)(f)


@cache
def _numba() -> Any:
    try:
        return importlib.import_module("numba")
    except ImportError:
        return None
