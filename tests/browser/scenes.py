"""Realistic messages, as the bot sends them: what the page must draw well."""

from __future__ import annotations

from typing import Any

NOW = 1_795_240_800.0  # 2026-11-21 15:00 in Seoul

Json = dict[str, Any]


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def context(*texts: str) -> Json:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text} for text in texts]}


def pre(text: str) -> Json:
    part = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [part]}


def button(label: str, action: str = "", style: str = "", confirm: Json | None = None) -> Json:
    made: Json = {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action or label.lower()}
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = confirm
    return made


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "actions", "elements": list(elements)}


def menu(label: str, action: str, *options: str) -> Json:
    made = [{"text": {"type": "plain_text", "text": option}, "value": option.lower()} for option in options]
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": {"type": "plain_text", "text": label},
        "options": made,
    }


def confirm(title: str, text: str, yes: str) -> Json:
    return {
        "title": {"type": "plain_text", "text": title},
        "text": {"type": "mrkdwn", "text": text},
        "confirm": {"type": "plain_text", "text": yes},
        "deny": {"type": "plain_text", "text": "Cancel"},
        "style": "danger",
    }


def stamp(minutes: float) -> str:
    """A Slack timestamp so many minutes before the scene's now."""
    return f"{NOW - minutes * 60:.6f}"


def post(channel: str, minutes: float, text: str, *blocks: Json, **more: Any) -> Json:
    """A message of the bot."""
    placed: Json = {"blocks": list(blocks)} if blocks else {}
    return {
        "type": "message", "ts": stamp(minutes), "channel": channel, "bot_id": "B0WATCH", "username": "Watchkeeper",
        "text": text, **placed, **more,
    }  # fmt: skip


def says(channel: str, minutes: float, user: str, text: str, **more: Any) -> Json:
    return {"type": "message", "ts": stamp(minutes), "channel": channel, "user": user, "text": text, **more}


CRASH_LOG = """14:08:43 cart-service 1.42 starting, heap limit 224 MiB
14:08:51 loading catalogue, 182,334 items
14:08:53 WARN gc: 3 full collections in 2 s, 11 MiB freed
14:08:55 cache warm 61 %
14:08:55 Killed"""


def firing(channel: str, minutes: float = 6) -> Json:
    undo = confirm("Undo checkout to 17?", "5 pods get image `1.41` again, one at a time. About 4 min.", "Undo to 17")
    return post(
        channel,
        minutes,
        "🔴 prod/shop checkout crashing: OOMKilled at 256 MiB, 3 of 5 pods, since a change at 14:00",
        section("🔴 *checkout is crashing: OOMKilled at its 256 MiB limit*"),
        context(
            "prod / shop · `deploy/checkout` · 3 of 5 pods · 14 restarts in 7 min · "
            f"since <!date^{int(NOW - 3480)}^{{time}}|14:02>"
        ),
        section(
            "*Changed 2 min before:* image `1.41` → `1.42`, memory limit 512 → 256 MiB (revision 18, by argocd)\n"
            "Memory was 251 MiB of 256 four seconds before the kill · node ip-10-0-3-7 is fine"
        ),
        context("checkout-6d5f7c9b8-x7k2p, last lines before the kill"),
        pre(CRASH_LOG),
        actions(
            button("Logs"),
            button("Describe"),
            button("Undo to 17 (image 1.41)", "undo", "danger", undo),
            button("Ack"),
            menu("Snooze", "snooze", "30 min", "2 h", "Until tomorrow"),
        ),
        context("Owner: payments-oncall · <https://runbooks.example.com/checkout|runbook>"),
    )


def acknowledged(channel: str, minutes: float = 31) -> Json:
    return post(
        channel,
        minutes,
        "🟠 prod/payments ledger not ready: readiness HTTP 503, 1 of 3 pods",
        section("🟠 *ledger is not ready: its readiness probe answers 503* · looked at by <@U0DANA>"),
        context(f"prod / payments · `deploy/ledger` · 1 of 3 pods · since <!date^{int(NOW - 3600)}^{{time}}|14:00>"),
        section("Nothing changed in the last 24 h. Probably its database: 3 connection refusals to `ledger-db:5432`."),
        actions(button("Logs"), button("Describe"), button("Restart", "restart")),
        edited={"user": "U0WATCH", "ts": stamp(minutes - 4)},
        reply_count=2,
        latest_reply=stamp(minutes - 9),
    )


def recovered(channel: str, minutes: float = 48) -> Json:
    return post(
        channel,
        minutes,
        "✅ prod/shop search recovered after 19 min",
        section("✅ *search recovered after 19 min* · all 5 pods ready for 5 min"),
        context(
            "prod / shop · `deploy/search` · undone by <@U0DANA> (revision 19 = 17) · it was: exit code 1 at start"
        ),
        actions(button("Details")),
        edited={"user": "U0WATCH", "ts": stamp(minutes - 20)},
    )


def storm(channel: str, minutes: float = 3) -> Json:
    return post(
        channel,
        minutes,
        "🔴 23 workloads fail in prod since 14:02, most on one cause: node ip-10-0-3-7 is NotReady",
        section("🔴 *23 workloads fail in prod since 14:02, most on one cause: node ip-10-0-3-7 is NotReady*"),
        section(
            "1 x *image pull denied:* `payments/ledger`  ·  1 x *volume full:* `shop/search-0`\n"
            "18 x pods on ip-10-0-3-7  ·  3 x not ready (readiness: connection refused to ledger)"
        ),
        context("shop 12 · payments 7 · infra 4"),
        actions(button("Show all 23", "all"), button("Node"), button("Ack all of this cause", "ack-cause")),
    )


def answer(channel: str, minutes: float = 2) -> Json:
    log = "\n".join(
        f"14:08:{number * 3:02d} INFO  order {48_211 + number} placed, 3 items, paid by card in {110 + number * 7} ms"
        for number in range(14)
    )
    return post(
        channel,
        minutes,
        "Log of checkout-6d5f7c9b8-x7k2p",
        section("*Log of `checkout-6d5f7c9b8-x7k2p`*, container `checkout`, in prod / shop"),
        context(
            "The *previous* container's log, as the running one is 9 s old · last 14 of 14 lines · 2 values redacted"
        ),
        pre(log),
        actions(button("Share here", "share"), button("Older", "older"), button("Describe", "describe")),
        ephemeral=True,
    )


def refusal(channel: str, minutes: float = 1) -> Json:
    return post(
        channel,
        minutes,
        "Not done: vera may not restart in namespace shop.",
        section(
            "*Not done:* vera may not restart in namespace `shop`. "
            "Role `viewer` covers get, describe, logs and events.\nAsk <#C0SHOP|shop-dev>, or ask for approval:"
        ),
        actions(button("Request approval", "request", "primary")),
        context("rule: default deny · audit 01JD8K2V9Q"),
        ephemeral=True,
    )


def approval(channel: str, minutes: float = 12) -> Json:
    return post(
        channel,
        minutes,
        "dana asks: promote rollout/storefront in prod / shop from 20 % to 50 %",
        section("<@U0DANA> asks: *promote `rollout/storefront` in prod / shop from 20 % to 50 %*"),
        section(
            "step 2 of 5 · image `2.3.0` → `2.4.0` · analysis: error rate 0.2 % (limit 1 %), p95 180 ms (limit 250)\n"
            "Reason: “release 2.4, PAY-1123” · needs 1 of @approvers · expires 15:40"
        ),
        actions(button("Approve", "approve", "primary"), button("Deny", "deny", "danger"), button("Describe")),
        reactions=[{"name": "eyes", "users": ["U0APRIL"], "count": 1}],
    )


def digest(channel: str, minutes: float = 340) -> Json:
    return post(
        channel,
        minutes,
        "☀️ prod · Saturday 21 November · 2 things want a look, the rest is well",
        {"type": "header", "text": {"type": "plain_text", "text": "☀️ prod · 2 things want a look, the rest is well"}},
        section(
            "1. *storefront* waits for promotion since yesterday 17:20 (step 2 of 5)",
            accessory=button("Promote…", "promote"),
        ),
        section(
            "2. *PVC search-data-0* is full in about 3 days (82 %, +6 % a day)", accessory=button("Describe", "pvc")
        ),
        {"type": "divider"},
        section(
            "*Since yesterday:* 3 incidents (2 recovered by themselves, 1 undone by <@U0DANA>) · 11 rollouts by "
            "4 people · cost +4 % (shop +31 %: 6 more pods)\n"
            "EKS 1.33 leaves standard support in 41 days · 1 certificate expires in 12 days"
        ),
        context("Not known: Kubecost did not answer."),
    )


def thread_of(root: Json, *lines: tuple[float, str]) -> list[Json]:
    """The thread's story, one short line each."""
    return [post(root["channel"], minutes, text, thread_ts=root["ts"]) for minutes, text in lines]


def night(channel: str) -> list[Json]:
    """A channel on a bad day: what the first picture of the README shows."""
    held = acknowledged(channel)
    told = thread_of(held, (30, "14:29 first failure, 1 of 3 pods"), (22, "<@U0DANA> looks at it"))
    return [digest(channel), recovered(channel), held, *told, approval(channel), firing(channel)]
