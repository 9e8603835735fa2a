"""Strings that try to leave a case: into code, the file system, the output, or time. `python -m ... FOLDER 1` reads them all.

Each string is put into every kind of field, as it is and as a quoted text, and read from a file, in one process with limits on
memory and time. What is wrong with a reading is printed, a line each; nothing printed and the number of readings at the end is the
proof. The process watches itself by an audit hook, and looks at the clock of the processor.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import os
import re
import resource
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

from fuelbed.core.engine_codes import ALL_CODES
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding
from fuelbed.readers.case import read_case

__all__ = ["BYTES", "FIELDS", "LARGE", "STRINGS", "prepare"]

MEMORY = 512 << 20
SECONDS = 2.0  # of the processor, for one reading of at most 2 MB
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")

STRINGS = (
    # code
    "!!python/object/apply:os.system ['true']", "!!python/name:os.system", "!!python/object/new:os.system [id]", "!include /etc/passwd",
    "!<tag:yaml.org,2002:python/module:os> x", "&a [*a]", "*nowhere", "<<: {kind: trigger}", "__import__('os').system('id')",
    "().__class__.__bases__[0].__subclasses__()", "{0.__class__.__init__.__globals__}", "%(x)s %n %s %1000000000d", "lambda: 0", "9**9**9**9",
    "[x for x in ().__class__.__base__.__subclasses__()]", "fails(__class__)", "threshold(1e999, push)", "atleast(99999999999999999999, push)",
    # templates and shells
    "${jndi:ldap://x/a}", "${HOME}", "$(id)", "`id`", "; rm -rf /", "| cat /etc/passwd", "{{7*7}}", "{% include '/etc/passwd' %}",
    "{{ self.__class__ }}", "<%= 7*7 %>", "#{7*7}", "@{7*7}", "=cmd|' /C calc'!A0",
    # markup
    "<script>alert(1)</script>", '"><svg/onload=alert(1)>', "' onmouseover='alert(1)", "</title></style></textarea><script>alert(1)",
    "javascript:alert(1)", "<img src=x onerror=alert(1)>", "&#x3c;script&#x3e;", "--><!--", "]]>", "[x](javascript:alert(1))", "a|b\n|-|-|",
    # terminals, and what cannot be seen
    "\x1b[2J\x1b[31m", "\x1b]8;;http://example.org\x07here\x1b]8;;\x07", "\x1b]0;owned\x07", "\x9b31m", "\x07\x08\x08", "\x7f", "\x00", "a\x00.md",
    "\u202egnp.exe", "\u2066a\u2067b\u2069", "\u200f\u200e\u061c", "zero\u200bwidth\u2060", "a\ufeffb", "\ufeff", "\U000e0041\U000e0042", "\ufffe\uffff",
    # line ends
    "a\r\nb", "a\rb: c", "a\nb: c", "a\u2028b: c", "a\u2029b", "a\x85b: c", "a\x0bb\x0cc", "\t", "",
    # paths
    "../secret.md", "..\\secret.md", "sub/../../secret.md", "/etc/passwd", "//host/share/x", "\\\\host\\share\\x", "C:\\Windows\\win.ini", "C:x",
    "file:///etc/passwd", "~/.ssh/id_rsa", "link.md", "folder_link/secret.md", "loop", "fifo", ".", "sub", "/dev/zero", "/proc/self/environ",
    "a/" * 400, "n" * 300, "CON",
    # numbers
    "1e999", "-1e999", "1e308..1e309", "1e-400", "5e-324", ".inf", "-.Inf", ".nan", "nan", "0x1F", "010", "1_000", "12:30:45", "no", "~",
    "beta(1e308 1e308)", "beta(1e-300 1e-300)", "beta(1e15 1e15)", "lognormal(1e308 ef 1e308)", "lognormal(1e-320 ef 1)", "1e308 per ms", "1e308 days",
    "1e300..1e308 per second", "1/0", "\u0661\u0662\u0663", "\uff11\uff12", "0" * 1_000 + "1", "9" * 5_000, "1" + "e1" * 500, "2 per fortnight",
    # escapes of YAML, as they are
    '"\\ud800"', '"\\x1b[31m"', '"\\0"', '"\\U00110000"', '"\\N\\_\\L\\P"', '"\\e]0;x\\a"', '"\\u202e"', "'", '"', "%YAML 9.9", "---", "...", "? [a, b]",
)  # fmt: skip  # one kind a paragraph

LARGE = (
    "(" * 100_000, "(" * 900 + "push" + ")" * 900, "not " * 100_000, "a" * 1_000_000, "a or " * 100_000, "any(" * 400, " " * 100_000,
    "[" * 900, "{a: " * 900, "\n" * 100_000, "x" + " " * 1_900 + "y", "a-" * 900, "1" * 100_000, "1." * 900, "\u202e" * 10_000, "a b " * 100_000,
)  # fmt: skip

BYTES = (b"\xff\xfe", b"\xc0\xaf", b"\xe2\x82", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"caf\xe9", b"\xfe\xff\x00a", b"\x80")
"""No UTF-8: a mark of UTF-16, overlong, cut short, a surrogate, beyond Unicode, Latin-1."""

_BASE = """fuelbed: 1
title: t
failure: out
factors:
  push: {kind: trigger, rate: monthly}
  weak: {kind: condition, present: yes}
  gate: {kind: control, fails: 0.1}
  wall: {kind: control, state: failed}
"""
_LINES = "structure:\n  out: push and weak and fails(gate)\n"
_ALL = _BASE + _LINES
_LOG = b"evidence:\n  metrics: log.csv\n  history: [log.csv, {name: l, from: log, rules: {a: x > 1 for 2 s}}]\n  incidents: [{rows: [{failed: no}]}]\n"
FIELDS: Mapping[str, str] = {
    "document": "@",
    "version": _ALL.replace("fuelbed: 1", "fuelbed: @"),
    "title": _ALL.replace("title: t", "title: @"),
    "failure": _ALL.replace("failure: out", "failure: @"),
    **{key: f"{_ALL}{key}: @\n" for key in ("horizon", "date", "narrative", "author_team", "summary", "sources", "actions", "system", "signals")},
    "attribution": f"{_ALL}attribution: @\n",
    "attribution, whole": f"{_ALL}attribution:\n  story: {{@: [@]}}\n  owners: {{a: @}}\n  scopes: {{a: @}}\n  ours: [@]\n  without: [@]\n",
    "section": f"{_ALL}@: 1\n",
    "source": f"{_ALL}sources:\n  - id: @\n    address: @\n",
    "number": f"{_ALL}numbers:\n  n: @\n",
    "name of a number": f"{_ALL}numbers:\n  @: 0.1\n",
    "basis": f"{_ALL}numbers:\n  n:\n    value: 0.1\n    basis: @\n    source: @\n",
    "name of a factor": f"{_BASE}  @: {{kind: condition}}\n{_LINES}",
    "factor": f"{_BASE}  x: @\n{_LINES}",
    **{
        f"{kind} {key}": f"{_BASE}  x:\n    kind: {kind}\n    {key}: @\n{_LINES}"
        for kind, keys in {
            "trigger": ("rate", "lasts", "human", "shaped_by", "in_incident", "what", "today"),
            "condition": ("present", "since", "onset", "duty", "layer", "cost"),
            "control": ("state", "broken", "fails", "needs", "source"),
        }.items()
        for key in keys
    },
    "kind": f"{_BASE}  x:\n    kind: @\n{_LINES}",
    "key": f"{_BASE}  x:\n    kind: trigger\n    @: 1\n{_LINES}",
    "in a list": f"{_BASE}  x:\n    kind: trigger\n    shaped_by:\n      - @\n{_LINES}",
    "flow": f"{_BASE}  x: {{kind: trigger, what: @}}\n{_LINES}",
    "expression": f"{_ALL}  line: @\n",
    "name of a line": f"{_ALL}  @: push\n",
    "outcome": f"{_ALL}outcomes:\n  out:\n    loss: @\n",
    "name of an outcome": f"{_ALL}outcomes:\n  @: {{loss: 1}}\n",
    "common cause": f"{_ALL}common_causes:\n  - of:\n      - gate\n      - @\n    beta: @\n    name: @\n    because: @\n",
    "name of an action": f"{_ALL}actions:\n  @: {{what: x}}\n",
    "sentence": f"{_ALL}actions:\n  a:\n    what: @\n    does:\n      - @\n",
    "part of a sentence": f"{_ALL}actions:\n  a:\n    does:\n      - set gate.fails to @\n      - add control n fails @ on out\n      - remove @\n",
    "mapping": f"{_ALL}actions:\n  a:\n    does:\n      - set: @\n        to: @\n      - add_control: @\n        fails: @\n        on: @\n        shares: @\n",
    "component": f"{_ALL}system:\n  components:\n    - @\n  depends_on:\n    @: @\n",
    "evidence": f"{_ALL}evidence:\n  metrics: @\n  history:\n    - file: @\n",
    "role": f"{_ALL}evidence:\n  @: x.csv\n",
    "history": f"{_ALL}evidence:\n  history:\n    h:\n      file: log.csv\n      columns:\n        component: @\n      zone: @\n      watched:\n        - @\n",
    "observed": f"{_ALL}evidence:\n  history:\n    h:\n      file: log.csv\n      observed:\n        start: @\n        end: @\n",
    "rule": f"{_ALL}evidence:\n  metrics: log.csv\n  history:\n    from: log\n    rules:\n      a: @\n      b: x > 1 for @\n",
    "name of a rule": f"{_ALL}evidence:\n  metrics: log.csv\n  history:\n    from: log\n    rules:\n      @: x > 1\n",
    "record": f"{_ALL}evidence:\n  incidents:\n    - rows:\n        - failed: no\n          date: @\n          name: @\n          x: 1\n        - failed: @\n          x: @\n",
    "scale": f"{_ALL}evidence:\n  incidents:\n    - rows:\n        - failed: no\n          x: 9\n      scale:\n        x: @\n      factors:\n        - @\n",
}  # fmt: skip  # one field a line


def prepare(folder: Path) -> Path:
    """The case's folder, with links and special files in it, and a secret beside it."""
    root = folder / "case"
    (root / "sub").mkdir(parents=True)
    (folder / "secret.md").write_text("secret")
    (root / "log.csv").write_text("time,component,x\n2025-01-01T10:00Z,a,1\n2025-01-01T10:01Z,b,2\n")
    (root / "link.md").symlink_to(folder / "secret.md")
    (root / "folder_link").symlink_to(folder)
    (root / "loop").symlink_to(root / "loop")
    os.mkfifo(root / "fifo")
    return root


def _documents(every: int) -> Iterator[tuple[str, bytes]]:
    """Every `every`-th pair of a string and a field, so that each string meets many fields and each field many strings."""
    for i, (name, template) in enumerate(FIELDS.items()):
        for j, text in enumerate((*STRINGS, *LARGE)):
            if (i + 3 * j) % every:
                continue
            if len(text) > 100_000 and template.count("@") > 1:
                text = text[:100_000]
            shown = f"{name}: {text[:60]!r}"
            yield f"{shown} plain", template.replace("@", text).encode("utf-8", "surrogatepass")
            quoted = json.dumps(text, ensure_ascii=False)
            yield f"{shown} quoted", template.replace("@", quoted).encode("utf-8", "surrogatepass")
        for data in BYTES:
            yield f"{name}: {data!r}", template.encode().replace(b"@", data)


def _texts(x: object) -> Iterator[str]:
    todo = [x]
    while todo:
        x = todo.pop()
        if isinstance(x, str):
            yield x
        elif isinstance(x, Mapping):
            todo += [*x, *x.values()]
        elif isinstance(x, list | tuple | set | frozenset):
            todo += x
        elif dataclasses.is_dataclass(x):
            todo += [getattr(x, f.name) for f in dataclasses.fields(x)]


def _faults_of(f: Finding, n_lines: int) -> Iterator[str]:
    if f.code not in ALL_CODES or not f.message or not f.cure:
        yield f"{f.code} without words"
    if not f.line().isprintable() or len(f.line()) > 1_500:
        yield f"{f.code} has a message of {len(f.line())} characters: {f.line()[:200]!r}"
    if f.span is None or not 1 <= f.span.line <= n_lines + 1 or f.span.column < 1:
        yield f"{f.code} has no place"


def _read(root: Path, data: bytes) -> Iterator[str]:
    """What is wrong with one reading."""
    (root / "case.yaml").write_bytes(data)
    n_lines = len(re.split(rb"\r\n|\r|\n", data))
    started = time.process_time()
    try:
        case = read_case(root)
    except InputError as e:
        for f in e.findings:
            yield from _faults_of(f, n_lines)
    except BaseException as e:
        yield f"{type(e).__name__}: {e}"[:300]
    else:
        for f in case.findings:
            yield from _faults_of(f, n_lines)
        if set(case.inputs) - {"case.yaml", "log.csv"}:
            yield f"files were read: {list(case.inputs)}"
        if any(_CONTROLS.search(t) for t in _texts(case)):
            yield "a control character came through"
    spent = time.process_time() - started
    if spent > SECONDS:
        yield f"{spent:.1f} s"


def main(root: Path, every: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("error")
    assert difflib.get_close_matches("a", ["a"])  # loaded where the first name is misspelt
    list(_read(root, _ALL.encode() + _LOG))  # everything is imported before the hook looks
    seen: list[str] = []
    watching = True

    def hook(event: str, args: tuple[object, ...]) -> None:
        if not watching or event.startswith(("object.", "os.putenv", "sys.", "gc.", "array.")):
            return
        path = args[0] if args else None
        inside = isinstance(path, str | os.PathLike | int) and (
            isinstance(path, int) or Path(os.path.realpath(path)).is_relative_to(root)
        )
        if event != "open" or not inside:
            seen.append(f"{event} {str(args)[:100]}")

    sys.addaudithook(hook)
    n = 0
    for name, data in _documents(every):
        n += 1
        for wrong in (*_read(root, data), *seen):
            print(f"{name}: {wrong}".encode("unicode_escape").decode())
        seen.clear()
    watching = False
    print(f"{n} readings")


if __name__ == "__main__":
    main(prepare(Path(sys.argv[1]).resolve()), int(sys.argv[2]))
