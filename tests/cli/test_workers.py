"""`--cluster`: machines that cannot do the work are said to be so, in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from fuelbed.cli._workers import _on_cluster
from fuelbed.core.errors import BudgetError, FuelbedError


def broken(fn: Callable[[Any], Any], items: Iterable[Any], sizes: object, workers: object) -> list[Any]:
    raise RuntimeError("Error during deserialization of the task graph.\nmore")


def spent(fn: Callable[[Any], Any], items: Iterable[Any], sizes: object, workers: object) -> list[Any]:
    raise BudgetError("more than 10 nodes")


def test_a_cluster_without_fuelbed_is_named_with_the_cure() -> None:
    with pytest.raises(
        FuelbedError, match=r"cluster at tcp://x:1 could not .*deserialization of the task graph\. more.*this version of Fuelbed"
    ):
        _on_cluster("tcp://x:1", object(), broken, str, [1])


def test_what_the_work_itself_refuses_stays_what_it_is() -> None:
    with pytest.raises(BudgetError):
        _on_cluster("tcp://x:1", object(), spent, str, [1])
