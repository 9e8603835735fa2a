"""`fuelbed explain CODE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import click

from fuelbed.cli.common import refuse, say, write_out

if TYPE_CHECKING:
    from fuelbed.core.codes import Code
    from fuelbed.engines.lint import Rule

__all__ = ["explain"]

_RULES = "PM"


@click.command(short_help="Explain a finding's code.")
@click.argument("code", required=False)
@click.option("--markdown", is_flag=True, help="All rules of the review as a page of Markdown.")
def explain(code: str | None, markdown: bool) -> None:
    """Say what CODE means and how to cure it; without CODE, list them all."""
    if markdown:
        from fuelbed.engines.lint import all_rules
        from fuelbed.engines.lint.page import rules_page

        write_out(rules_page(all_rules()), None)
        return
    if code is None:
        _list()
        return
    name = code.upper()
    if name.startswith(_RULES):
        from fuelbed.engines.lint import rule

        found_rule = rule(name)
        if found_rule is not None:
            _explain_rule(found_rule)
            return
    from fuelbed.core.engine_codes import ALL_CODES

    found = ALL_CODES.get(name)
    if found is None:
        _unknown(code, name)
    _explain_code(name, found)


def _list() -> None:
    from fuelbed.core.engine_codes import ALL_CODES
    from fuelbed.engines.lint import all_rules
    from fuelbed.engines.lint.page import SECTIONS

    say("Cases and engines")
    for name, c in ALL_CODES.items():
        say(f"  {name}  {c.title}")
    rules = all_rules()
    for section, title in SECTIONS.items():
        head = f"Review {section}: {title.lower()}" if section[0] == "§" else f"Review: {title.lower()}"
        say(f"\n{head}")
        for r in rules:
            if r.section == section:
                say(f"  {r.code}  {r.title}{'' if r.stability == 'stable' else f' ({r.stability})'}")


def _unknown(code: str, name: str) -> NoReturn:
    from difflib import get_close_matches

    from fuelbed.core.engine_codes import ALL_CODES
    from fuelbed.engines.lint.catalogue import CODES

    close = get_close_matches(name, [*ALL_CODES, *CODES], 9)
    best = max(close, key=lambda c: [a == b for a, b in zip(c, name, strict=False)], default="")  # alike from the left
    refuse(f"there is no code {code}." + (f" Did you mean {best}?" if best else " `fuelbed explain` lists them."))


def _rows(rows: tuple[tuple[str, str], ...]) -> None:
    """Labels in one column, texts wrapped beside them."""
    width = max(len(label) for label, _ in rows) + 1
    for label, text in rows:
        head = f"  {label + ':':{width}} "
        indent = " " * len(head)
        for line in text.splitlines():
            say(click.wrap_text(line, 80, initial_indent=head, subsequent_indent=indent))
            head = indent


def _explain_code(name: str, c: Code) -> None:
    say(f"{name} ({c.severity.value}): {c.title}")
    _rows((("What", c.means), ("Why", c.why), ("Cure", c.cure), ("Bad", c.bad), ("Good", c.good)))


def _explain_rule(r: Rule) -> None:
    from fuelbed.engines.lint.page import STABILITY

    section = f", {r.section}" if r.section[0] == "§" else ""
    say(f"{r.code} ({r.severity.value}{section}): {r.title}")
    rows = (
        ("Finds", r.means),
        ("Why", r.why),
        ("Cure", r.cure),
        ("Bad", r.bad),
        ("Better", r.good),
        ("Asks", r.question),
        ("Mistakes", r.false_positives),
        ("Stability", STABILITY[r.stability]),
    )
    _rows(rows)
