"""Channels: which there are, who is in them, what was said."""

from __future__ import annotations

from bot.demo.slack.model import BOT_USER_ID, Channel, Json, SlackError
from bot.demo.slack.web_api.registry import Call, method

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
KINDS = ("public_channel", "private_channel", "mpim", "im")
PREFIXES = ("channels", "groups", "mpim", "im")


def _kind(channel: Channel) -> str:
    if channel.kind == "im":
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _need(call: Call, kind: str, right: str) -> None:
    """Each kind of conversation has its own scope."""
    scope = f"{dict(zip(KINDS, PREFIXES, strict=True))[kind]}:{right}"
    if scope not in call.token.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(call.token.scopes))


@method("conversations.list", *READ, tier=2)
async def list_all(call: Call) -> Json:
    kinds = call.names("types") or ["public_channel"]
    if not set(kinds) <= set(KINDS):
        raise SlackError("invalid_types")
    for kind in kinds:
        _need(call, kind, "read")
    found = [
        channel
        for channel in call.state.workspace.channels.values()
        if _kind(channel) in kinds
        and not (channel.is_archived and call.flag("exclude_archived"))
        and not (channel.is_private and BOT_USER_ID not in channel.members)
    ]
    page, more = call.page(found)
    return {"channels": [channel.to_slack(members=True) for channel in page], **more}


@method("users.conversations", *READ)
async def of_user(call: Call) -> Json:
    user_id = call.text("user", BOT_USER_ID)
    kinds = call.names("types") or ["public_channel"]
    page, more = call.page([each for each in call.state.workspace.seen_by(user_id) if _kind(each) in kinds])
    return {"channels": [channel.to_slack() for channel in page], **more}


@method("conversations.info", *READ)
async def info(call: Call) -> Json:
    channel = call.state.workspace.channel(call.text("channel"))
    _need(call, _kind(channel), "read")
    return {"channel": channel.to_slack(members=call.flag("include_num_members"))}


@method("conversations.members", *READ, tier=4)
async def members(call: Call) -> Json:
    channel = call.state.workspace.channel(call.text("channel"))
    _need(call, _kind(channel), "read")
    page, more = call.page(sorted(channel.members))
    return {"members": page, **more}


@method("conversations.join", "channels:join")
async def join(call: Call) -> Json:
    channel = call.state.workspace.channel(call.text("channel"))
    if channel.kind == "im" or channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    already = BOT_USER_ID in channel.members
    channel.members.add(BOT_USER_ID)
    note: Json = {"warning": "already_in_channel"} if already else {}
    return {"channel": channel.to_slack(), **note}


@method("conversations.leave", "channels:manage", "groups:write", "channels:join")
async def leave(call: Call) -> Json:
    channel = call.state.workspace.channel(call.text("channel"))
    if BOT_USER_ID not in channel.members:
        return {"not_in_channel": True}
    channel.members.discard(BOT_USER_ID)
    return {}


@method("conversations.open", "im:write", "mpim:write")
async def open_im(call: Call) -> Json:
    if given := call.text("channel", ""):
        return {"channel": {"id": call.state.workspace.channel(given).id}}
    users = call.names("users")
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("method_not_supported_for_channel_type")
    user = call.state.workspace.users.get(users[0])
    if user is None:
        raise SlackError("user_not_found")
    if user.deleted:
        raise SlackError("user_disabled")
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    im = call.state.workspace.im(user.id)
    return {"channel": im.to_slack() if call.flag("return_im") else {"id": im.id}}


def _readable(call: Call) -> Channel:
    channel = call.state.workspace.channel(call.text("channel"))
    _need(call, _kind(channel), "history")
    if BOT_USER_ID not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _within(call: Call, messages: list[Json]) -> list[Json]:
    """Between ``oldest`` and ``latest``; the edges only with ``inclusive``."""
    oldest, latest, inclusive = call.text("oldest", "0"), call.text("latest", ""), call.flag("inclusive")

    def fits(message: Json) -> bool:
        ts = float(message["ts"])
        if inclusive and ts in (float(oldest), float(latest or 0)):
            return True
        return ts > float(oldest) and (not latest or ts < float(latest))

    try:
        return [message for message in messages if fits(message)]
    except ValueError:
        raise SlackError("invalid_ts_oldest") from None


def _shown(call: Call, message: Json) -> Json:
    """Metadata only for those who ask for it."""
    if call.flag("include_all_metadata"):
        return message
    return {key: value for key, value in message.items() if key != "metadata"}


@method("conversations.history", *HISTORY)
async def history(call: Call) -> Json:
    channel = _readable(call)
    page, more = call.page(_within(call, call.state.messages.history(channel)), most=999)
    cursor = more["response_metadata"]["next_cursor"]
    rest: Json = more if cursor else {}
    return {"messages": [_shown(call, each) for each in page], "has_more": bool(cursor), "pin_count": 0, **rest}


@method("conversations.replies", *HISTORY)
async def replies(call: Call) -> Json:
    channel = _readable(call)
    thread = call.state.messages.thread(channel, call.text("ts"))
    # The parent is always there, whatever the time window.
    page, more = call.page(thread[:1] + _within(call, thread[1:]), default=1000)
    cursor = more["response_metadata"]["next_cursor"]
    rest: Json = more if cursor else {}
    return {"messages": [_shown(call, each) for each in page], "has_more": bool(cursor), **rest}
