"""Markup, template code and terminal codes in every text of a case come out as text, in every format and in every message."""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.further import kept
from tests.hostile.command import Done, fuelbed

ALWAYS = ("end of the data", "template")
PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "attribute": '"\' onmouseover=alert(1) x="',
    "image": "<img src=x onerror=alert(1)>",
    "end of the data": "</script></style></svg></title><script>alert(1)</script><!--",
    "comment": "--><iframe src=javascript:alert(1)></iframe><!--",
    "template": "{{ 7 * 7 }}{% include '/etc/passwd' %}{# x #}",
    "link": "[here](javascript:alert(1)) ![i](http://example.org/x.png) <http://example.org>",
    "table": "a | b | c\\n| --- |\\n# heading\\n```\\nfence",
    "mermaid": '\\"]; click a call alert(1); b[\\"',
    "separators": "\\u2028\\u2029\\x85",
    "ampersand": "&lt;script&gt;&#60;script&#62;&quot;",
}
TEXT = """\
fuelbed: 1
title: "{0}"
failure: out
horizon: 1 year
author_team: "{0}"
summary: "{0}"
sources:
  - {{id: "{0}", address: "{0}", what: "{0}"}}
numbers:
  share: {{value: 0.1..0.9, source: "{0}", basis: judged}}
factors:
  push: {{kind: trigger, rate: 4..24 per year, what: "{0}", owner: "{0}", scope: "{0}", layer: "{0}", because: "{0}", source: "{0}"}}
  other: {{kind: exploit, rate: monthly, class: "{0}", cve: "{0}", vector: "{0}", what: "{0}"}}
  weak: {{kind: exposure, present: share, what: "{0}", note: "{0}", layer: "b {0}", boundary: edge -> inside, vector: "{0}", zone: "{0}", cost: 2}}
  guard: {{kind: control, state: failed, fails: {{value: 0.1, source: "{0}"}}, what: "{0}", depends_on: ["{0}"]}}
  twin: {{kind: control, state: failed, fails: 0.2, depends_on: ["{0}"]}}
  spare: {{kind: condition, what: "{0}"}}
structure:
  line: (push or other) and weak
  out: line and fails(guard) and fails(twin)
assets: {{low: {{zone: "{0}", what: "{0}", gained: line}}, high: {{zone: "z {0}", gained: out}}}}
exposure: {{unknown_variants: {{"{0}": 1 per year}}}}
common_causes:
  - {{of: [guard, guard_two], beta: 0.1, because: "{0}"}}
actions:
  a1: {{what: "{0}", does: [remove weak], owner: "{0}", status: "{0}", due: "{0}", verified_by: "{0}"}}
  a2: {{what: "{0}", does: [set guard.fails to 0.01]}}
  a3: {{what: "{0}"}}
system: {{components: ["{0}"], owners: {{"{0}": "{0}"}}}}
signals:
  lamp: {{sees: out, misses: 0.1, false_alarms: 0.1, what: "{0}", owner: "{0}", because: "{0}", source: "{0}", shares: "{0}"}}
  bell: {{sees: line, what: "{0}", installed: no, shares: "{0}"}}
seen: {{lamp: {{state: yes, because: "{0}", source: "{0}"}}}}
hypotheses: {{storm: {{says: push, what: "{0}", because: "{0}", source: "{0}"}}}}
evidence: {{events: {{rows: [{{at: "2025-09-29T10:00:00Z", name: "{0}", what: "{0}", source: "{0}"}}, {{at: "2025-09-29T10:05:00Z", name: x}}]}}}}
invariants: {{never: {{holds: not event(x), what: "{0}", because: "{0}", source: "{0}"}}}}
control_structure:
  crew:
    what: "{0}"
    process: "{0}"
    feedback: [lamp, "{0}"]
    because: "{0}"
    source: "{0}"
    actions: {{stop: {{what: "{0}", unsafe: [{{form: provided, when: "{0}", leads_to: line, in_incident: yes, because: "{0}", source: "{0}"}}]}}}}
""".replace("\nstructure:\n", "\n  guard_two: {{kind: control, fails: 0.1}}\nstructure:\n")


class _Tags(HTMLParser):
    """The elements of a page with the names of their attributes, and all its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.text = ""
        self.scripts: list[str] = []
        self._script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [v or "" for n, v in attrs if n in ("href", "src", "action", "xlink:href", "formaction")]
        self._script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts.append(data)
        self.text += data


def run(folder: Path, payload: str, form: str, command: str = "analyze") -> Done:
    folder.mkdir(exist_ok=True)
    quoted = payload if "\\" in payload else payload.replace('"', '\\"')
    (folder / "case.yaml").write_text(TEXT.format(quoted))
    return fuelbed(command, folder, *(("--format", form) if form else ()), case=folder)


def harmless(payload: str) -> str:
    """The same length without any character that could mean something."""
    plain = re.sub(r"\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\.", "x", payload)
    return "".join(c if c.isalnum() else "x" for c in plain)


@pytest.mark.parametrize("name", kept(PAYLOADS, ALWAYS))
def test_the_page_has_no_element_from_a_case(name: str, tmp_path: Path) -> None:
    done = run(tmp_path / "case", PAYLOADS[name], "html")
    plain = run(tmp_path / "plain", harmless(PAYLOADS[name]), "html")
    assert done.is_clean, (done.err, done.seen)
    assert plain.is_clean
    page, like = _Tags(done.out), _Tags(plain.out)
    assert sorted(set(page.tags)) == sorted(set(like.tags)), "an element or an attribute came out of a text"
    assert [t for t, _ in page.tags].count("script") == [t for t, _ in like.tags].count("script")
    assert not {"iframe", "img", "object", "embed", "form", "base", "link"} & {t for t, _ in page.tags}
    assert not [n for _, names in page.tags for n in names if n.startswith("on") or n == "style"]
    assert not [a for a in page.addresses if not a.startswith("#")]
    if name == "template":
        assert "{{ 7 * 7 }}" in page.text
    for data in re.findall(
        r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', done.out, re.S
    ):  # still JSON, and without a tag
        json.loads(data)
        assert "<" not in data


@pytest.mark.parametrize("name", kept(PAYLOADS, ("link", "table")))
def test_markdown_has_no_markup_from_a_case(name: str, tmp_path: Path) -> None:
    done = run(tmp_path / "case", PAYLOADS[name], "md")
    assert done.is_clean, (done.err, done.seen)
    prose = re.sub(r"^```.*?^```", "", done.out, flags=re.S | re.M)
    assert not re.search(r"<(?!/?(?:details|summary|br|sub|sup)\b)[a-zA-Z!/]", re.sub(r"\\.|`[^`\n]*`", "", prose))
    assert not re.search(r"(?<!\\)\]\((?:javascript|http)", prose)
    assert done.out.count("\n```") % 2 == 0
    headings = [x for x in prose.splitlines() if x.startswith("#")]
    assert not [h for h in headings if h.strip("# ") == "heading"]
    for table in re.findall(r"(?:^\|.*\|$\n?)+", prose, re.M):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1, table[:500]


@pytest.mark.parametrize("name", kept(PAYLOADS, ("separators",)))
def test_json_holds_the_texts_as_they_are(name: str, tmp_path: Path) -> None:
    done = run(tmp_path / "case", PAYLOADS[name], "json")
    assert done.is_clean, (done.err, done.seen)
    json.loads(done.out)


STEERING = "\\e[31mred\\e]0;title\\a\\x9b2J\\b\\b\\u202egnp.exe\\u2066\\r\\x7f\\u200fend"


def steers(text: str) -> list[str]:
    """Characters that move a cursor, change a colour or turn the direction of writing."""
    return [f"U+{ord(c):04X}" for c in text if unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\t"]


@pytest.mark.parametrize(("command", "form"), [("analyze", "text"), ("analyze", "md"), ("check", "")])
def test_nothing_steers_the_terminal(command: str, form: str, tmp_path: Path) -> None:
    done = run(tmp_path / "case", STEERING, form, command)
    assert done.is_clean, (done.err, done.seen)
    assert steers(done.out + done.err) == []


FAULTS = {
    "unknown section": '"{0}": 1\n',
    "unknown key": 'factors:\n  a: {{kind: trigger, "{0}": 1}}\n',
    "name": 'factors:\n  "{0}": {{kind: trigger}}\n',
    "kind": 'factors:\n  a: {{kind: "{0}"}}\n',
    "number": 'factors:\n  a: {{kind: trigger, rate: "{0}"}}\n',
    "expression": 'factors:\n  a: {{kind: trigger}}\nstructure:\n  out: "{0}"\n',
    "intervention": 'factors:\n  a: {{kind: trigger}}\nactions:\n  b: {{does: ["{0}"]}}\n',
    "file": 'factors:\n  a: {{kind: trigger}}\nnarrative: "{0}"\n',
    "date": 'factors:\n  a: {{kind: trigger}}\ndate: "{0}"\n',
    "tag": "factors: !<tag:{0}> 1\n",
}


@pytest.mark.parametrize("name", FAULTS)
def test_no_message_about_a_fault_steers_the_terminal(name: str, tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "case.yaml").write_text("fuelbed: 1\ntitle: t\nfailure: out\n" + FAULTS[name].format(STEERING))
    done = fuelbed("check", case, case=case)
    assert done.is_clean, (done.err, done.seen)
    assert done.code == 2
    assert steers(done.err + done.out) == []
    assert all(line.strip() for line in done.err.splitlines())


def test_the_name_of_a_folder_steers_nothing(tmp_path: Path) -> None:
    case = tmp_path / "ca\x1b[31m\u202ese"
    case.mkdir()
    (case / "case.yaml").write_text("fuelbed: 2\n")
    done = fuelbed("check", case, case=case)
    assert done.code == 2
    assert steers(done.err + done.out) == []
