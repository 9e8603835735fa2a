"""A corpus with a known answer: four unlike triggers met one latent condition; two that look alike by their tags did not."""

from __future__ import annotations

__all__ = ["DOCUMENTS"]

_HEAD = "---\ndate: {date}\nteam: {team}\ntags: {tags}\n---\n# {title}\n\n## Summary\n{summary}\n\n## Trigger\n{trigger}\n\n## Root cause\n{cause}\n\n## Action items\n{items}\n"


def _one(date: str, team: str, tags: str, title: str, summary: str, trigger: str, cause: str, items: str) -> str:
    return _HEAD.format(date=date, team=team, tags=tags, title=title, summary=summary, trigger=trigger, cause=cause, items=items)


DOCUMENTS = {
    "edge/2019-rule.md": _one(
        "2019-07-02", "edge", "regex", "Rules used up all processors", "All sites were slow for 27 minutes.",
        "A new firewall rule was added by an engineer.",
        "- There was no staged rollout for rules\n- The engine had no limit on processor time",
        "- [x] Add a staged rollout for rules (owner: ana, due: 2019-08-01)\n- Review the rule language",
    ),
    "agents/2024-content.md": _one(
        "2024-07-19", "agents", "kernel", "Machines did not start", "Machines of customers stopped and did not start again.",
        "A content update with an extra field was published.",
        "- The content was pushed to the whole fleet within minutes\n- The reader crashed when it read the malformed file",
        "- Check bounds in the reader (due: 2024-09-01)",
    ),
    "quota/2025-policy.md": _one(
        "2025-06-12", "quota", "policy", "Requests were refused everywhere", "Requests failed worldwide for three hours.",
        "A policy with blank fields was inserted into a table.",
        "- The policy data was replicated globally within seconds\n- A null pointer on blank fields\n- The code was not protected by a feature flag",
        "- Roll out data in stages",
    ),
    "edge/2025-features.md": _one(
        "2025-11-18", "edge", "bots", "The edge answered with errors", "Most requests failed for three hours.",
        "A permission of a database query was changed.",
        "- The feature file was pushed to all machines within minutes, there was no canary for it\n- The reader panicked on the oversized file",
        "- Review the rule language\n- Kill switch for features (due: 2025-12-01)",
    ),
    "web/2023-cert.md": _one(
        "2023-03-01", "web", "regex", "Login was down", "Users could not log in.", "A certificate ran out.",
        "- The certificate had expired and nobody is told before it does", "- Renew it by a machine",
    ),
    "web/2023-load.md": _one(
        "2023-05-01", "web", "kernel", "The shop was slow", "The shop was slow for an hour.", "A campaign sent many users at once.",
        "- The queue was unbounded", "- Set a limit on the queue",
    ),
    "web/notice.md": "# Advisory\n\nA flaw was found in the parser. Upgrade to version 2.1. All earlier versions are affected. CVE-2024-1234.\n",
}  # fmt: skip  # a row a document
