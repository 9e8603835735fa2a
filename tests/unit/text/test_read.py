"""Structure: blocks, headings of every form with their roles, sentences, what is set apart, kinds, front matter."""

from __future__ import annotations

import pytest

from fuelbed.core.document import Document, SectionRole
from fuelbed.text.read import MAX_CHARACTERS, read
from fuelbed.text.sections import heading_role


def roles(d: Document) -> list[tuple[str, str]]:
    return [(s.heading, s.role) for s in d.sections]


def plain(d: Document, *kinds: str) -> list[str]:
    return [s.plain for s in d.sentences if d.block_of(s).kind in (kinds or ("paragraph", "item", "row"))]


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Summary", "summary"), ("TL;DR", "summary"), ("What happened?", "summary"), ("Executive Summary:", "summary"),
        ("3. Timeline", "timeline"), ("Timeline (all times UTC)", "timeline"), ("🔥 Impact", "impact"), ("Scope of impact", "impact"),
        ("Root Cause(s)", "cause"), ("5 Whys", "cause"), ("Contributing factors", "cause"), ("What went wrong and why?", "cause"),
        ("Trigger", "trigger"), ("Detection", "detection"), ("How did we respond?", "response"), ("Mitigation", "recovery"),
        ("Resolution and recovery", "recovery"), ("Remediation", "actions"), ("Remediation and prevention", "actions"),
        ("Actionables", "actions"), ("Follow-ups", "actions"), ("Next steps", "actions"), ("Corrective measures", "actions"),
        ("Preventative measures", "actions"), ("What are we doing about this?", "actions"), ("ACTION ITEMS", "actions"),
        ("How are we preventing this in future", "actions"), ("Lessons learned and action items", "actions"),
        ("Short-term improvements (follow along)", "actions"), ("Lessons learnt", "lessons"), ("What went well", "went_well"),
        ("What didn't go well", "went_wrong"), ("Where we got lucky", "lucky"), ("Open questions", "questions"),
        ("Attendees", "people"), ("Stats", "stats"), ("Appendix A: logs", "appendix"), ("Slack chat log", "appendix"),
        ("Background", "background"), ("Safeguards", "controls"), ("Impact and root cause", "impact"),
    ],
)  # fmt: skip  # one table
def test_roles_of_headings(heading: str, role: SectionRole) -> None:
    assert heading_role(heading)[0] == role


@pytest.mark.parametrize("heading", ["The day the queue died", "Retry storms", "GKE", "Control plane", "", "🔥", "2021-06-22"])
def test_other_headings_name_nothing(heading: str) -> None:
    assert heading_role(heading)[0] is None


def test_forms_of_headings() -> None:
    d = read(
        "# Outage\n\nTimeline\n--------\n\n13:05 - bad\n\n**Root cause**\n\nA bug.\n\n**Impact:** All users.\nAnd more.\n\nAction items:\n\n- Add it now\n\n"
        "LESSONS LEARNED\nNone of it.\n\n== Detection ==\nAn alert.\n\nh3. Background\n\n<h3>Questions</h3>\n"
    )
    assert roles(d) == [
        ("Outage", "title"), ("Timeline", "timeline"), ("Root cause", "cause"), ("Impact", "impact"), ("Action items", "actions"),
        ("LESSONS LEARNED", "lessons"), ("Detection", "detection"), ("Background", "background"), ("Questions", "questions"),
    ]  # fmt: skip
    assert d.title == "Outage"
    assert [s.plain for s in d.said("impact")] == ["All users.", "And more."]


def test_numbered_headings_that_markdown_takes_for_lists() -> None:
    d = read("1. Summary\n\nIt failed.\n\n2. Action Items\n\n1. Add a limit\n2. Add a test\n\n3. Impact\n\nNone.\n")
    assert [r for _, r in roles(d)] == ["summary", "actions", "impact"]
    assert [i.text for i in d.items] == ["Add a limit", "Add a test"]


def test_a_list_of_contents_is_no_heading() -> None:
    assert [r for _, r in roles(read("# T\n\n1. Summary\n2. Impact\n3. Timeline\n\nText.\n"))] == ["title"]


def test_sub_headings_inherit_and_appendices_say_nothing() -> None:
    d = read("# T\n\n## Root cause\n\n### The queue\n\nIt was old.\n\n## Appendix\n\nSecret words.\n\n### Timeline\n\n13:05 x\n")
    assert [(s.role, s.inherited) for s in d.sections] == [
        ("title", False), ("cause", False), ("cause", True), ("appendix", False), ("appendix", True),
    ]  # fmt: skip
    assert plain(d) == ["It was old."]


def test_pairs_in_lists_and_tables_are_sections_of_one_block() -> None:
    d = read("# T\n\n- **Status**: done\n- **Impact**: Five users.\n- **Root cause**: A bug.\n\nThe story.\n")
    assert [(s.plain, d.role_of(s)) for s in d.said()] == [
        ("done", "stats"), ("Five users.", "impact"), ("A bug.", "cause"), ("The story.", "title"),
    ]  # fmt: skip
    d = read(
        "# T\n\n| Summary | It failed. |\n|---|---|\n| Impact | All. |\n| Trigger | A deploy. |\n| Detection | An alert. |\n"
    )
    assert [d.role_of(s) for s in d.said()] == ["summary", "impact", "trigger", "detection"]


def test_names_in_a_section_of_actions_stay_items() -> None:
    d = read("# T\n\n## Action items\n\n- **Detection**: Add alerts\n- **Mitigation**: Add a limit\n- **Impact**: Tell users\n")
    assert len(d.items) == 3


def test_sentences() -> None:
    d = read(
        'It took 1.5 s, e.g. on v1.2.3 at 3 p.m. on Monday. See app.py, i.e. the\nparser! `code. Here` ran. Then\nGKE failed... and "stopped." Why?\n\n'
        "- an item without a stop\n- two. Sentences\n\n| a | b |\n|---|---|\n| One. Two. | three |\n"
    )
    assert plain(d) == [
        "It took 1.5 s, e.g. on v1.2.3 at 3 p.m. on Monday.", "See app.py, i.e. the parser!", "xxxxxxxxxx ran.",
        'Then GKE failed... and "stopped."', "Why?", "an item without a stop", "two.", "Sentences", "One.", "Two.", "three",
    ]  # fmt: skip
    assert d.sentences[2].words == "code. Here ran."


def test_pasted_lines_are_sentences() -> None:
    d = read(
        "The most important fixes being:\nBlocks are now always first in line, whatever the number of transactions that come.\nA queue was added\nSome locks were removed\n"
    )
    assert len(plain(d)) == 4


def test_plain_is_what_a_reader_sees() -> None:
    text = "A **bold** _it_ snake_case [link](http://a.b/(c)) ![pic](x.png) <b>tag</b> https://a.b/c. R&amp;D (https://x.y) 3 * 4 [ref][1] <nick>\n\n[1]: http://x\n"
    assert plain(read(text)) == ["A bold it snake_case link tag .", "R&D 3 * 4 ref <nick>"]


def test_places_are_exact_across_lines_and_marks() -> None:
    text = "> quote\n\n- some **bold\n  words** here\r\n"
    d = read(text)
    (s,) = d.sentences
    assert s.plain == "some bold words here"
    first = s.plain.index("words")
    assert d.quote(s.place(first, first + 5)) == "words"
    assert (d.span(s.place(first, first + 5)).line, d.span(s.place(first, first + 5)).column) == (4, 3)


def test_blocks_set_apart() -> None:
    d = read(
        "# T\n\n> quoted words\n\n```\ncode\n```\n\nbob [1:05 PM]\nit is down\n\n[12:03] <nick> restart?\n[12:04] <bob> yes\n\n"
        "2021-06-22 08:21:03 ERROR pool is full\n2021-06-22 08:21:04 WARN again\n\nReal words.\n<!-- hidden\nwords -->\n"
    )
    assert [b.kind for b in d.blocks] == ["heading", "quote", "code", "chat", "chat", "chat", "paragraph"]
    assert plain(d) == ["Real words."]


def test_checkboxes_tables_and_leads() -> None:
    d = read("# T\n\nSome things:\n\n- [x] one\n- [ ] two\n  - three\n\n| A | B |\n|:--|--:|\n| 1 | x \\| y |\n")
    items = [b for b in d.blocks if b.kind == "item"]
    assert [(b.done, b.depth, b.lead) for b in items] == [(True, 1, 1), (False, 1, 1), (None, 2, 3)]
    row = d.blocks[-1]
    assert row.heads == ("a", "b")
    assert [d.quote(c) for c in row.cells] == ["1", "x \\| y"]


@pytest.mark.parametrize(
    ("text", "front"),
    [
        ("---\ntitle: 'A: b'\ndate: 2021-01-02 # day\ntags: [a, b]\nowners:\n  - x\n  - y\n---\nText.\n", {"title": "A: b", "date": "2021-01-02", "tags": "a, b", "owners": "x, y"}),
        ('+++\ntitle = "A"\ndate = 2021-01-02\n[extra]\nx = 1\n+++\nText.\n', {"title": "A", "date": "2021-01-02"}),
        ("\ufeff---\r\ntitle: A\r\n---\r\nText.\r\n", {"title": "A"}),
        ("---\nThere is no end.\n\nText.\n", {}),
        ("+++\nnot = = toml\n+++\nText.\n", {}),
        ("Text.\n", {}),
    ],
)  # fmt: skip  # one table
def test_front_matter(text: str, front: dict[str, str]) -> None:
    d = read(text)
    assert dict(d.front) == front
    assert plain(d)[-1] == "Text."
    assert d.title == front.get("title", "")


@pytest.mark.parametrize(
    ("written", "title"), [("post&#x2011;mortem", "post\u2011mortem"), ("A &amp; B", "A & B"), ("a &#x202e; b", "a &#x202e; b")]
)
def test_a_title_of_front_matter_is_read_as_a_page_shows_it(written: str, title: str) -> None:
    assert read(f"---\ntitle: {written}\n---\nText.\n").title == title


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty"), ("\n \n", "empty"), ("# Title only\n", "empty"), ("```\ncode\n```\n", "empty"), ("![](a.png)\n\n---\n", "empty"),
        ("# T\n\n## Summary\n\n<what happened>\n\n## Action items\n\n- TBD\n", "template"),
        ("# T\n\n_Describe the impact here._\n\n[Name of the service]\n\nTBD\n", "template"),
        ("# T\n\n- 13:05 deploy began\n- 13:10 errors rise\n- 13:20 rolled back\n", "timeline"),
        ("# T\n\nThe site was down. Pods crashed and requests failed.\n", "reliability"),
        ("# T\n\nThe attacker had unauthorized access. The account was compromised by a phishing mail. We rotated all credentials.\n", "security"),
        ("# CVE-2021-1\n\nA vulnerability was reported via HackerOne. An attacker could read files. Users should upgrade to 1.2.\n", "advisory"),
        ("---\nkind: advisory\n---\nThe site was down.\n", "advisory"),
        ("---\nfuelbed-kind: security\nkind: blog\n---\nThe site was down.\n", "security"),
    ],
)  # fmt: skip  # one table
def test_kinds(text: str, kind: str) -> None:
    assert read(text).kind == kind


def test_the_argument_decides_the_kind() -> None:
    assert read("The site was down.", kind="template").kind == "template"


@pytest.mark.parametrize(
    ("text", "file", "date"),
    [
        ("---\ndate: 2021-01-02\n---\n# 2020-01-01 Outage\n", "x.md", "2021-01-02"),
        ("# Outage on May 30th, 2019\n\nOn 2018-01-01 it began.\n", "x.md", "2019-05-30"),
        ("# Outage\n\nWords.\n", "2021-06-22-outage.md", "2021-06-22"),
        ("# Outage\n\nOn 22nd June 2021 it began.\n\n## Action items\n\n- Add it by 2020-01-01\n", "x.md", "2021-06-22"),
        ("# Outage\n\n## Action items\n\n- Add it by 2020-01-01\n", "x.md", "None"),
    ],
)  # fmt: skip  # one table
def test_dates(text: str, file: str, date: str) -> None:
    assert str(read(text, file).date) == date


def test_a_long_text_is_cut_with_a_finding() -> None:
    d = read("# T\n\n" + "word " * (MAX_CHARACTERS // 5))
    assert [f.code for f in d.findings] == ["FB080"]
    assert d.findings[0].span is not None
    assert max(s.at[-1] for s in d.sentences) < MAX_CHARACTERS


def test_an_escaped_backtick_before_two_more_opens_a_span_of_two() -> None:
    assert [s.plain for s in read("\\``` a ``").sentences] == ["` x"]


def test_a_text_that_is_nearly_all_one_quotation_is_read() -> None:
    told = "# Outage\n\nThe disk was full, and no one saw it.\n\n## Root cause\n\n- The disk had no limit\n\n## Actions\n\n- Bound the disk\n"
    mail = "They wrote to all users:\n\n" + "".join(f"> {line}\n" for line in told.split("\n"))
    d = read(mail)
    assert d.kind == "reliability"
    assert [s.plain for s in d.sentences][-3:] == ["The disk had no limit", "Actions", "Bound the disk"]
    assert [d.quote(s.place()) for s in d.sentences][-1] == "Bound the disk"
    some = read(told + "\n" + "".join(f"> quoted line {n}.\n" for n in range(12)))
    assert not any("quoted line" in s.plain for s in some.sentences)
