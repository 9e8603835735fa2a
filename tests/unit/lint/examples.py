"""Invented postmortems, written for the rules: for each code texts in which it must find something, and texts in which it must not."""

from __future__ import annotations

FILLER = (
    "Customers of the booking page saw an error page between 10:02 and 11:40 UTC. The team met in a call at 10:15 and looked at the "
    "front end first. Support answered about forty tickets during the morning, and the status page was updated every half hour. "
    "Orders that were placed before ten were not touched, and the mobile application kept its local copy of the timetable."
)


def page(
    cause: str = "", actions: str = "", summary: str = "", more: str = "", heading: str = "Root cause", filler: str = FILLER
) -> str:
    """A postmortem of five sections; what is not given is left out."""
    parts = [f"# Booking page down\n\n## Summary\n\n{summary or 'The booking page was down on 3 May 2024.'}\n\n{filler}"]
    if cause:
        parts.append(f"## {heading}\n\n{cause}")
    if more:
        parts.append(more)
    if actions:
        parts.append(f"## Action items\n\n{actions}")
    return "\n\n".join(parts) + "\n"


def timeline(*entries: str, summary: str = "") -> str:
    """A postmortem with a day, a timeline of these entries, and a summary."""
    rows = "\n".join(f"- {e[:5]} UTC {e[6:]}" for e in entries)
    return page(
        STRONG, BOUND, summary=f"On 3 May 2024 the booking page was down. {summary}", more=f"## Timeline (2024-05-03)\n\n{rows}"
    )


STRONG = "The worker queue had no limit since 2019. No alert watched its length."
BOUND = "- Bound the worker queue at 500 jobs and reject work above it\n- Add an alert on the length of the queue"

FOUND: dict[str, list[str]] = {
    "PM004": [
        page(STRONG + " The log held DB_PASSWORD=d4k9Qm2Zr7.", BOUND),
        page(STRONG, BOUND, more="```\npostgres://app:d4k9Qm2Zr7@db.corp.net/orders\n```"),
    ],
    "PM005": [
        page(STRONG + " We wrote to jane.roe@corp.net.", BOUND),
        page(STRONG + " Reports reached us at ten. The owner, jane.roe@corp.net, was away.", BOUND),
    ],
    "PM006": [
        page(STRONG + " Requests came from 52.216.8.43.", BOUND),
        page(STRONG + "\n\nThese nodes answered:\n\n- 52.216.8.43\n\nThe threat actor was gone.", BOUND),
    ],
    "PM007": [page(STRONG + " The worker is 10.0.3.7.", BOUND)],
    "PM101": [
        page("The outage was caused by the deployment of build 42.", BOUND),
        page("Build 42 was deployed at 10:01. The deployment broke the booking page.", BOUND),
    ],
    "PM102": [
        page(STRONG + " The deploy of build 42 filled it.", "- Remove the bad entry from the table\n- Delete the broken configuration of build 42"),
        page(STRONG, "- Clean up the corrupted rows left by build 42\n- Add a dashboard for build 42"),
    ],
    "PM104": [page("The deployment of build 42 broke the page."), page("At ten somebody pulled the power plug of the second rack.")],
    "PM105": [page(STRONG + " The deploy of build 42 filled it.", BOUND)],
    "PM201": [
        page("The cache was cleared, which led to slow pages. The slow pages led to timeouts, which caused the front end to restart, "
             "resulting in an error page."),
    ],
    "PM202": [
        page("The deployment of build 42 broke one zone. The failure cascaded to the second zone."),
        page("A marketing mail went out. The database was overwhelmed."),
    ],
    "PM203": [
        page("The deployment of build 42 broke the page.",
             more="## Resolution\n\nBuild 42 was rolled back at 10:20. The rollback did not help. The page came back at 11:40."),
    ],
    "PM204": [page("The front end ran out of memory."), page("The connection pool was exhausted by the import job.")],
    "PM209": [
        page("Why was the page down? The disk was full. Why was the disk full? Old exports were never deleted. Why were exports never deleted? "
             "Nobody had set that up.", BOUND),
        page("1. The page was down: the disk was full.\n2. The disk was full: exports pile up.\n3. Exports pile up: nobody deletes them.", BOUND,
             heading="Five whys"),
        page("- Why was the page down? The disk was full.\n  - Why was the disk full? Old exports were there.\n    - Why were exports there? Nobody deletes them.",
             BOUND, heading="5 Why's"),
        page("1. Why was the page down?\n   - The disk was full.\n2. Why was the disk full?\n   - Old exports were there.\n3. Why were old exports there?\n"
             "   - Nobody deletes them.", BOUND),
    ],
    "PM304": [
        page("Both services depend on the same identity cluster. Build 42 broke it.", "- Add an alert on login errors"),
        page("The session table is a single point of failure.", "- Write down the steps of the morning shift"),
    ],
    "PM305": [
        page("The outage was caused by our hosting provider."),
        page("At 10:01 the provider had a network outage. Nothing else happened on our side."),
    ],
    "PM306": [page("The front end had no timeout.")],
    "PM401": [
        page("The cause was human error.", BOUND),
        page("Due to a mistake by one of our engineers the wrong table was dropped.", BOUND),
    ],
    "PM402": [
        page("The on-call engineer failed to acknowledge the page. " + STRONG, BOUND),
        page("The developer forgot to add the index. " + STRONG, BOUND),
    ],
    "PM404": [page("The operator was careless. " + STRONG, BOUND), page("After a quiet year complacency set in. " + STRONG, BOUND)],
    "PM408": [
        page("At 10:01 an engineer ran the clean-up script against production."),
        page("One of our administrators deleted the live volume."),
    ],
    "PM501": [
        page("The root cause was a typo in the routing table.", BOUND),
        page("The ultimate root cause of the outage is a missing index.", BOUND),
    ],
    "PM502": [page("- A bad deployment of build 42", BOUND, heading="Contributing factors")],
    "PM503": [page(STRONG, BOUND)],
    "PM602": [page(STRONG, BOUND)],
    "PM603": [page("The logs were lost with the node. The root cause was a memory leak in the renderer.", BOUND)],
    "PM701": [
        page("The deployment of build 42 broke the page. " + STRONG, "- Revert build 42"),
        page("The timeout was lowered to 300 ms. " + STRONG, "- Roll back the timeout change\n- Add an alert on timeouts"),
    ],
    "PM702": [
        page(STRONG, "- Add an alert on the length of the queue\n- Create a dashboard for the workers"),
        page(STRONG, "- Add monitoring for the worker queue\n- Update the runbook of the workers"),
    ],
    "PM703": [
        page(STRONG, BOUND + "\n- Remind everyone to check the region before they deploy"),
        page(STRONG, BOUND + "\n- Be more careful when changing the routing table"),
    ],
    "PM704": [
        page(STRONG, "- Update the runbook of the workers\n- Document the restart procedure"),
        page(STRONG, "- Write a guide for new colleagues"),
    ],
    "PM705": [
        page("The reviewer should have noticed the typo. " + STRONG, BOUND),
        page("This could have been avoided. " + STRONG, BOUND),
    ],
    "PM706": [page(STRONG, BOUND + "\n- Look into timeouts"), page(STRONG, BOUND + "\n- Improve monitoring")],
    "PM707": [
        page("- No limit on the size of uploaded images\n- The worker queue had no bound", "- Bound the worker queue at 500 jobs",
             heading="Contributing factors"),
    ],
    "PM801": [page(STRONG, BOUND)],
    "PM802": [
        page("- There was no alert for the length of the queue\n- Deploys go to all zones at once", "- Deploy zone by zone",
             heading="Contributing factors"),
        page("- The change was not tested before the release", "- Add an alert on error rates", heading="Contributing factors"),
    ],
    "PM803": [page(STRONG, BOUND)],
    "PM804": [page("Build 42 was deployed, and the booking page showed an error.")],
    "PM901": [
        page("An attacker used a stolen session cookie and read customer messages. We blocked the attacker and the attacker left.",
             summary="On 3 May an attacker broke into the support desk, a security incident."),
    ],
    "PM103": [page("The outage was due to a bad configuration change.", BOUND), page("The deployment of build 42 broke the booking page.", BOUND)],
    "PM206": [
        page("The root cause was the deployment of build 42.",
             more="## Resolution\n\nBuild 42 was rolled back at 10:20. The rollback did not help. The page came back at 11:40."),
    ],
    "PM207": [
        page("We could not log in because the identity provider was itself down.", "- Raise the memory of the workers"),
        page("Our dashboards run on the same cluster, so nobody saw it.", "- Write down the steps of the morning shift"),
    ],
    "PM208": [
        page("The proxy still pointed to the old address of the booking host.", "- Raise the memory of the workers"),
        page("Half of the front ends held stale DNS records.", "- Write down the steps of the morning shift"),
    ],
    "PM303": [page("It was a perfect storm. " + STRONG, BOUND), page("By sheer coincidence the import ran as well. " + STRONG, BOUND)],
    "PM307": [page("Both replicas went down. The page showed an error."), page("The standby controller also failed. The page showed an error.")],
    "PM403": [
        page("An engineer accidentally deleted the live volume. " + STRONG, BOUND),
        page("The routing table was mistakenly dropped by one of our contractors. " + STRONG, BOUND),
    ],
    "PM405": [
        page("The bug was introduced by @anna-lee. " + STRONG, BOUND),
        page("On Monday @jo pushed build 42 without its flag. " + STRONG, BOUND),
    ],
    "PM407": [
        page("The change procedure was not followed. " + STRONG, BOUND),
        page("The team did not follow the release checklist. " + STRONG, BOUND),
    ],
    "PM504": [
        page("It was an extremely rare combination of events. " + STRONG, BOUND),
        page("The provider says that it is unlikely to happen again. " + STRONG, BOUND),
    ],
    "PM604": [
        page("The workers took jobs from the queue more slowly than the front end put them there, and nothing told the front end to slow down or "
             "to reject anything at all.", BOUND),
    ],
    "PM605": [timeline("09:50 Build 42 deployed", "10:05 Alert fired", "10:30 Build 42 rolled back", "10:12 Support answers tickets", "11:40 Page back")],
    "PM606": [
        page("The booking page was down from 10:02 to 11:40 UTC (48 minutes).", BOUND),
        page("Between 10:02 and 11:40 bookings were lost, a 5 hour outage.", BOUND),
    ],
    "PM607": [
        timeline("10:02 Outage began", "11:15 The latency alert fired", "11:40 Page back", summary="The on-call was alerted immediately."),
    ],
    "PM608": [timeline("10:05 The latency alert fired", "10:20 The outage began", "11:40 Page back")],
    "PM708": [
        page("We had a similar outage last month. The booking page showed an error.", "- Move the page to another rack"),
        page("This was not the first time the page ran dry. It showed an error.", "- Move the page to another rack"),
    ],
    "PM902": [
        page("An attacker used a stolen session cookie.", "- Rotate all API keys\n- Block the attacker's address",
             summary="On 3 May an attacker broke into the support desk, a security incident."),
    ],
    "PM903": [
        page("An attacker used a stolen session cookie and read customer messages.",
             summary="On 3 May an attacker broke into the support desk, a security incident."),
    ],
    "PM904": [
        page("A highly sophisticated attacker got into the support desk.",
             summary="On 3 May an attacker broke into the support desk, a security incident."),
    ],
}  # fmt: skip  # one table

NOT_FOUND: dict[str, list[str]] = {
    "PM004": [page("The password of the database had expired. " + STRONG, BOUND), page(STRONG + " It took password=<password>.", BOUND)],
    "PM005": [
        page(STRONG + " Write to jane@example.com or to security@corp.net.", BOUND),
        page(STRONG + " If you have questions, open an issue\nor email me directly at <jane.roe@corp.net>.", BOUND),
    ],
    "PM006": [
        page(STRONG + " Requests came from 192.0.2.7, and 8.8.8.8 answered; the chart is version 52.216.8.43.", BOUND),
        page(STRONG + "\n\n### IP addresses of the threat actor\n\n- 52.216.8.43\n- 52.216.8.44", BOUND),
        page(STRONG + "\n\nThese are the indicators of compromise:\n\n- 52.216.8.43\n- 52.216.8.44", BOUND),
    ],
    "PM007": [page(STRONG + " It listened on 127.0.0.1.", BOUND)],
    "PM101": [page("The deploy of build 42 met a queue without any limit.", BOUND), page("", BOUND)],
    "PM102": [page(STRONG, BOUND + "\n- Delete the broken configuration of build 42"), page(STRONG)],
    "PM104": [page(STRONG), page("By default the client waits forever.")],
    "PM105": [page(STRONG + " Any other deploy could have done the same."), page("This was not the first time. " + STRONG)],
    "PM201": [page("The cache was cleared, which led to slow pages. " + STRONG), page("A led to B while both shared one pool, which led to C.")],
    "PM202": [
        page("Each timeout was retried three times, so that the database was overwhelmed."),
        page("We added it to the product backlog."),
    ],
    "PM203": [
        page("Build 42 broke it.", more="## Resolution\n\nBuild 42 was rolled back and the page came back at once."),
        page("Build 42 broke it.",
             more="## Resolution\n\nThe rollback did not help: it stayed slow because the clients kept retrying until we shed load."),
        page("Build 42 broke it.", more="## What we found\n\nThe rollback made it worse."),
    ],
    "PM204": [page("The front end ran out of memory: its limit is 2 GB and it took 2.1 GB."), page("The page showed an error.")],
    "PM209": [
        page("Why was the page down? The disk was full, and also the standby's. Why was the disk full? Exports were never deleted. "
             "Why were exports never deleted? Nobody had set that up.", BOUND),
        page("1. Why was the page down?\n   - The disk was full.\n   - The standby shares it.\n2. Why was the disk full?\n   - Exports were there.\n"
             "3. Why were exports there?\n   - Nobody deletes them.", BOUND, heading="5 whys"),
        page("- Why was the page down? The disk was full.\n  - Why was the disk full? Old exports were there.\n    - Why were exports there? Nobody deletes them.\n"
             "- Why was nobody called? No alert was there.", BOUND, heading="5 whys"),
        page("Why do I see an old price? Your phone keeps the timetable. Why is my ticket late? Mail is slow today. Why can I not log in? Reset the password.", BOUND,
             heading="Questions"),
        page("1. Explain why it failed\n2. Explain why it was late", BOUND, heading="Five whys"),
    ],
    "PM304": [
        page("Both services depend on the same identity cluster.", "- Split the identity cluster between the two services"),
        page("We shared the news with our customers.", BOUND),
        page("The session table is a single point of failure.", "- Write down the steps of the morning shift",
             more="## Fix\n\nThe table runs as two replicas across both zones now."),
    ],
    "PM305": [
        page("The outage was caused by our hosting provider. We had one provider and no fallback."),
        page("AWS credentials were rotated by the job."),
    ],
    "PM306": [page("Both zones depend on the same network."), page("It coincided with the import.")],
    "PM401": [
        page("We do not call this human error: " + STRONG, BOUND),
        page(STRONG, "- Reduce the risk of human error with a dry run"),
        page("> The vendor wrote: the cause was human error.\n\n" + STRONG, BOUND),
        page("The `human error` counter rose. " + STRONG, BOUND),
    ],
    "PM402": [
        page("The pod failed to start. We failed to consider the load. " + STRONG, BOUND),
        page("Users failed to log in. " + STRONG, BOUND),
        page(STRONG, "- If an engineer forgot to restart the worker, restart it"),
    ],
    "PM404": [page("Lazy loading was on, and the impact was negligible. " + STRONG, BOUND), page("Nobody was careless. " + STRONG, BOUND)],
    "PM408": [
        page("An engineer ran the clean-up script against production. The prompt looked the same in both shells."),
        page("The pipeline deleted the live volume."),
    ],
    "PM501": [
        page("The root cause is unknown.", BOUND),
        page("Three factors came together: build 42, the queue without a limit, and the missing alert.", BOUND),
        page("The root cause was a typo in the routing table.", BOUND, more="## Contributing factors\n\n- No check reads the table"),
        page("The root cause was a typo in the routing table, but it took three releases because nothing reads the table.", BOUND),
    ],
    "PM502": [
        page("- A bad deployment\n- No limit on the queue", BOUND, heading="Contributing factors"),
        page("The deployment met a queue without a limit.", BOUND),
    ],
    "PM503": [page("We were lucky that it was Sunday. " + STRONG), page("The queue held 900 jobs against a limit of 500 jobs.")],
    "PM602": [page("It is unclear why the lock was held. " + STRONG), page("At first we suspected the network. " + STRONG)],
    "PM603": [
        page("The logs were lost with the node. The root cause was probably a memory leak.", BOUND),
        page("The root cause was a memory leak in the renderer.", BOUND),
    ],
    "PM701": [page(STRONG, "- Revert build 42\n" + BOUND), page(STRONG)],
    "PM702": [
        page(STRONG, BOUND), page(STRONG, "- Document the restart procedure"),
        page(STRONG, "- Audit all queues without a bound and fix them\n- Add an alert on the length of the queue"),
        page(STRONG, "- Add an alert on the length of the queue", more="## Resolution\n\nThe fix was merged and released in v1.2.3."),
    ],
    "PM703": [page(STRONG, BOUND), page("We train a model on images every night. " + STRONG, BOUND)],
    "PM704": [page(STRONG, BOUND), page(STRONG, "- Add an alert on the length of the queue\n- Update the runbook")],
    "PM705": [page("It could have been worse. " + STRONG, BOUND), page("All services should have an owner. " + STRONG, BOUND)],
    "PM706": [page(STRONG, BOUND), page(STRONG, "### Within 3 months\n\n#### Queues\n\n- Look into timeouts\n"), page(STRONG, "- Review guide for timeouts"), page(STRONG, "### Before the end of June\n\n- Look into timeouts\n"), page(STRONG, "- Improve retries by adding jitter and a budget of 10 %")],
    "PM707": [
        page("- The worker queue had no bound", "- Bound the worker queue at 500 jobs", heading="Contributing factors"),
        page(STRONG),
        page("- No limit on the size of uploaded images", "- Bound the worker queue at 500 jobs", heading="Contributing factors",
             more="## Fix\n\nUploads above 20 MB are refused by a limit on the size of images."),
    ],
    "PM801": [page("Every booking must be on two sites before it is confirmed. " + STRONG)],
    "PM802": [
        page("- There was no alert for the length of the queue", "- Add monitoring of the queue", heading="Contributing factors"),
        page("- The change was not tested", "- Run the end-to-end tests before each release", heading="Contributing factors"),
        page("- There was no alert for the length of the queue", "- Deploy zone by zone", heading="Contributing factors",
             more="## Fix\n\nAn alert fires now when the queue is half full."),
    ],
    "PM803": [page(STRONG), page(STRONG, "- [x] Bound the worker queue at 500 jobs")],
    "PM804": [page("No alert fired."), page("The tests passed, but they did not cover leap years.")],
    "PM901": [
        page("An attacker used a token that never expired and had write access.",
             summary="On 3 May an attacker broke into the support desk, a security incident."),
        page(STRONG, BOUND),
    ],
    "PM103": [page("The deployment of build 42 broke the page, which has no limit on its queue."), page("The disk was full.")],
    "PM206": [
        page("The root cause was the deployment of build 42.", more="## Resolution\n\nBuild 42 was rolled back and the page came back at once."),
        page("Build 42 filled the queue.", more="## Resolution\n\nBuild 42 was rolled back at 10:20. The rollback did not help."),
    ],
    "PM207": [
        page("We could not log in because the identity provider was itself down.", "- Give operators a login that does not need the identity provider"),
        page("Users could not log in.", BOUND),
    ],
    "PM208": [
        page("The proxy still pointed to the old address of the booking host.", "- Let the proxy look up the address of the booking host"),
        page("The old address was removed.", "- Remove stale DNS records"),
        page("The proxy still pointed to the old address of the booking host.", "- Lower the TTL of all host records"),
    ],
    "PM303": [page("It was no coincidence. " + STRONG, BOUND), page("It coincided with the import. " + STRONG, BOUND)],
    "PM307": [page("Both replicas went down, as both mount the same volume."), page("One replica went down and the other one took over.")],
    "PM403": [page("The pipeline accidentally overwrote the volume. " + STRONG, BOUND), page("An operator can accidentally delete it. " + STRONG, BOUND)],
    "PM405": [page("- 10:20 @anna joins the call\n\nThanks to @anna for the fix that she merged. " + STRONG, BOUND)],
    "PM407": [
        page("The change procedure was not followed, as the runbook did not say that it applies to flags. " + STRONG, BOUND),
        page(STRONG, "- Ensure that the release checklist is followed"),
    ],
    "PM504": [page("Load was unprecedented: 900 requests against 300 on the best day before. " + STRONG, BOUND), page("It was not an isolated incident.")],
    "PM604": [page("The queue held 900 jobs.", BOUND), page("The deployment broke the page.", BOUND)],
    "PM605": [
        timeline("09:50 Build 42 deployed", "10:05 Alert fired", "10:12 Support answers tickets", "10:30 Build 42 rolled back"),
        timeline("11:40 Page back", "10:30 Build 42 rolled back", "10:05 Alert fired", "09:50 Build 42 deployed"),
        timeline("22:50 Build 42 deployed", "23:55 Alert fired", "00:12 Support answers tickets", "00:30 Build 42 rolled back"),
    ],
    "PM606": [
        page("The booking page was down from 10:02 to 11:40 UTC (98 minutes).", BOUND),
        page("From 10:02 to 11:40 it failed for 5 minutes every hour.", BOUND),
        page("From 23:30 to 00:30 it was down, for an hour. From 10:02 to 11:40 it took about 2 hours.", BOUND),
    ],
    "PM607": [
        timeline("10:02 Outage began", "10:04 The latency alert fired", "11:40 Page back", summary="The on-call was alerted immediately."),
        timeline("10:02 Outage began", "11:15 The latency alert fired", "11:40 Page back", summary="It was not noticed immediately."),
    ],
    "PM608": [timeline("10:02 The outage began", "10:05 The latency alert fired", "11:40 Page back"), timeline("10:05 The latency alert fired")],
    "PM708": [
        page("We had a similar outage last month. The alert that was added then looks at one zone only.", BOUND),
        page("If this happens again, restart it. " + STRONG, BOUND),
    ],
    "PM902": [
        page("An attacker used a stolen cookie.", "- Rotate all API keys\n- Limit the lifetime of a session to one hour",
             summary="On 3 May an attacker broke into the support desk, a security incident."),
    ],
    "PM903": [
        page("An attacker used a stolen cookie. Any attacker with a mail account could have asked for one.",
             summary="On 3 May an attacker broke into the support desk, a security incident."),
    ],
    "PM904": [
        page("The attack was not a sophisticated attack.", summary="On 3 May an attacker broke into the support desk, a security incident."),
    ],
}  # fmt: skip  # one table
