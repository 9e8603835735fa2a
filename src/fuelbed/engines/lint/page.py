"""The rules' own texts as a page of Markdown (`docs/rules.md`)."""

from __future__ import annotations

from collections.abc import Iterable

from fuelbed.engines.lint.rule import Rule

__all__ = ["SECTIONS", "STABILITY", "rules_page"]

SECTIONS = {
    "meta": "Ignore comments",
    "secrets": "Secrets and addresses",
    "§1": "Triggers and latent conditions",
    "§2": "Feedback and amplification",
    "§3": "Joint failures and dependence",
    "§4": "People and convenience",
    "§5": "Thresholds, margins, factors",
    "§6": "What the signals cannot tell",
    "§7": "Actions and misconceptions",
    "§8": "Invariants and controls",
    "§9": "Exploit and exposure",
}
STABILITY = {
    "stable": "stable: nearly all of its findings were right on texts that its authors had not read",
    "preview": "preview: most of its findings were right on the texts that it was written with, or too few were seen",
    "off": "off unless selected",
}
_HEAD = """\
# Rules of the review

This page is made from the rules themselves by `fuelbed explain --markdown`; `fuelbed explain CODE` prints one of them.

A finding is silenced where it stands by a comment that gives a reason, in the line above the block or inside it:
`<!-- fuelbed: ignore PM401 quoted from the vendor's report -->`. With `ignore-file` instead of `ignore` it counts for the whole text.
Findings about text are notes and warnings, never errors.

| code | name | severity | stability | finds |
| --- | --- | --- | --- | --- |
"""


def rules_page(rules: Iterable[Rule]) -> str:
    """A table of all rules, then each with its texts, grouped by the section of the essay that it comes from."""
    listed = list(rules)
    out = [_HEAD]
    out += [
        f"| [{r.code}](#{_anchor(r)}) | {r.name} | {r.severity.value} | {r.stability} | {_prose(r.means)} |\n" for r in listed
    ]
    for section, title in SECTIONS.items():
        chosen = [r for r in listed if r.section == section]
        if chosen:
            out.append(f"\n## {f'{section} {title}' if section[0] == '§' else title}\n")
            out += [_entry(r) for r in chosen]
    return "".join(out)


def _anchor(r: Rule) -> str:
    return f"{r.code.lower()}-{r.name}"


def _entry(r: Rule) -> str:
    rows = (
        ("Why", _prose(r.why)),
        ("What to do", _prose(r.cure)),
        ("Bad", _quoted(r.bad)),
        ("Better", _quoted(r.good)),
        ("Asks", _prose(r.question)),
        ("Known false positives", _prose(r.false_positives)),
        ("Stability", STABILITY[r.stability]),
    )
    told = "\n".join(f"- {label}: {text}" for label, text in rows)
    return f"\n### {r.code} {r.name}\n\n{_prose(r.means)}\n\n{told}\n"


def _prose(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "\\|")


def _quoted(text: str) -> str:
    return f"`{text}`" if "<" in text else f"*{text}*"
