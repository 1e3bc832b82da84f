"""Opening and changing modals, publishing a Home tab."""

from __future__ import annotations

from bot.demo.slack.model import Json, SlackError
from bot.demo.slack.web_api.registry import Call, method


async def _open(call: Call, *, push: bool) -> Json:
    trigger = call.text("trigger_id", "") or call.text("interactivity_pointer", "")
    if not trigger:
        raise SlackError("invalid_arguments")
    user_id = call.state.tickets.redeem(trigger)
    return {"view": call.state.views.open(user_id, call.json("view"), push=push)}


@method("views.open", tier=4)
async def open_view(call: Call) -> Json:
    return await _open(call, push=False)


@method("views.push", tier=4)
async def push(call: Call) -> Json:
    return await _open(call, push=True)


@method("views.update", tier=4)
async def update(call: Call) -> Json:
    view_id, external_id = call.text("view_id", ""), call.text("external_id", "")
    if not view_id and not external_id:
        raise SlackError("invalid_arguments")
    view = call.json("view")
    return {"view": call.state.views.update(view_id, view, external_id=external_id, hash_=call.text("hash", ""))}


@method("views.publish", tier=4)
async def publish(call: Call) -> Json:
    return {"view": call.state.views.publish(call.text("user_id"), call.json("view"), hash_=call.text("hash", ""))}
