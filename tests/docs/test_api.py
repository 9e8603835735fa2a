"""docs/api.md lists exactly the stable names, with the signatures of today; each is typed and says what it does."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

import fuelbed
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs/api.md").read_text(encoding="utf-8")
SECTIONS = {m[1]: m[0] for m in re.finditer(r"^## `fuelbed\.(\w+).*?(?=^## |\Z)", PAGE, re.M | re.S)}
FUNCTIONS = [n for n in fuelbed.__all__ if inspect.isfunction(getattr(fuelbed, n))]
CLASSES = [n for n in fuelbed.__all__ if inspect.isclass(getattr(fuelbed, n))]


def _signature(of: Any, drop_self: bool = False) -> str:
    s = inspect.signature(of)
    named = [p for p in s.parameters.values() if not (drop_self and p.name == "self")]
    assert all(p.annotation is not inspect.Parameter.empty for p in named)
    assert s.return_annotation is not inspect.Signature.empty
    return str(s.replace(parameters=named)).replace("'", "")


def _members(name: str) -> dict[str, str]:
    """Each public member of a class, as the page writes it."""
    of, found = getattr(fuelbed, name), {}
    for member, value in vars(of).items():
        if not member.startswith("_") and isinstance(value, property):
            assert value.fget is not None
            assert value.__doc__, f"{name}.{member} says nothing"
            found[member] = f"{member}: {inspect.signature(value.fget).return_annotation}"
        elif not member.startswith("_") and inspect.isfunction(value):
            assert value.__doc__, f"{name}.{member} says nothing"
            found[member] = f"{member}{_signature(value, drop_self=True)}"
    return found


def test_the_page_lists_exactly_the_stable_names() -> None:
    assert sorted(SECTIONS) == sorted(fuelbed.__all__)
    assert sorted([*FUNCTIONS, *CLASSES, "__version__"]) == sorted(fuelbed.__all__)
    assert all(getattr(fuelbed, n).__doc__ for n in (*FUNCTIONS, *CLASSES))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signatures(name: str) -> None:
    assert SECTIONS[name].startswith(f"## `fuelbed.{name}{_signature(getattr(fuelbed, name))}`\n")


@pytest.mark.parametrize("name", CLASSES)
def test_members(name: str) -> None:
    listed = re.findall(r"^\| `([^`]+)` \|", SECTIONS[name], re.M)
    if name == "InputError":  # an attribute, set where it is made
        assert listed == ["findings: tuple[Finding, ...]"]
        assert "self.findings: tuple[Finding, ...] =" in inspect.getsource(fuelbed.InputError.__init__)
    else:
        assert sorted(listed) == sorted(_members(name).values())
