"""Parameters of a case: every given number by name, the inputs of the tape it feeds, and the knobs that are uncertain."""

from __future__ import annotations

from dataclasses import dataclass, field

from fuelbed.core.case import Case
from fuelbed.core.quantities import Quantity

__all__ = ["Knob", "given_numbers"]


@dataclass(slots=True)
class Knob:
    """One number that may be turned: the inputs it feeds and the quantity it stands for.

    Factors that name the same entry of `numbers:` share one knob. `label` is `factor.parameter` or the entry's name.
    """

    label: str
    quantity: Quantity
    inputs: list[str] = field(default_factory=list)

    @property
    def uncertain(self) -> bool:
        return not self.quantity.is_point


def given_numbers(case: Case) -> dict[str, Quantity]:
    """Every number of the case as `factor.parameter` -> quantity, in file order."""
    out: dict[str, Quantity] = {}
    for f in case.factors.values():
        fields: tuple[tuple[str, Quantity | None], ...]
        if f.kind == "trigger":
            fields = (("rate", f.rate or Quantity.unknown("rate")), ("lasts", f.lasts or Quantity.unknown("duration")))
        elif f.kind == "condition":
            present = f.present or Quantity.unknown()
            if f.duty is not None and not present.given:
                present = Quantity.point(1.0)
            fields = (("present", present), ("onset", f.onset), ("duty", f.duty), ("today", f.today))
        else:
            fields = (("broken", f.broken or Quantity.unknown()), ("fails", f.fails or Quantity.unknown()), ("today", f.today))
        out.update({f"{f.name}.{key}": q for key, q in fields if q is not None})
    for g in case.common_causes:
        out[f"{g.name}.beta"] = g.beta
    for o in case.outcomes:
        out[f"{o.name}.loss"] = o.loss
    return out
