"""The start check: tokens, scopes, the default channel. Every problem is one sentence that says what to do."""

from __future__ import annotations

import logging

from bot.adapters.slack.api import Api
from bot.adapters.slack.channels import Channels
from bot.adapters.slack.failures import FATAL, explain
from bot.adapters.slack.scopes import APP_SCOPE, SCOPES
from bot.adapters.slack.settings import SlackSettings
from bot.core.errors import SendError, SendLater, SendNever

log = logging.getLogger(__name__)


async def check(
    api: Api, channels: Channels, settings: SlackSettings, *, app_api: Api | None, signing_secret: str
) -> list[str]:
    """Empty when all is well. ``app_api`` holds the app-level token, None when there is none."""
    problems = await _check_bot(api)
    if settings.mode == "socket":
        problems += await _check_app(app_api)
    elif not signing_secret.strip():
        problems.append("SLACK_SIGNING_SECRET is not set: copy it from the app's Basic Information page")
    if not problems:
        problems += await _check_channel(api, channels, settings.channel)
    return problems


async def _check_bot(api: Api) -> list[str]:
    token = api.client.token or ""
    if not token:
        return ["SLACK_BOT_TOKEN is not set: copy the Bot User OAuth Token (xoxb-…) from the app's OAuth page"]
    try:
        us = await api.identity()
    except SendError as error:
        return [_token_problem("SLACK_BOT_TOKEN", error)]
    if not us.bot_id:
        return ["SLACK_BOT_TOKEN belongs to a person: use the Bot User OAuth Token, which begins with xoxb-"]
    missing = [scope for scope in SCOPES if scope not in us.scopes]
    if not missing:
        return []
    what = "; ".join(f"{scope} (to {SCOPES[scope]})" for scope in missing)
    return [
        f"SLACK_BOT_TOKEN lacks {what}. Update the app from `watchkeeper manifest` and reinstall it to the workspace"
    ]


async def _check_app(app_api: Api | None) -> list[str]:
    if app_api is None or not app_api.client.token:
        how = f"make an App-Level Token (xapp-…) with {APP_SCOPE} on the app's Basic Information page"
        return [f"SLACK_APP_TOKEN is not set: {how}, or use slack.mode: http"]
    try:
        await app_api.write("apps.connections.open", idempotent=True)
    except SendError as error:
        return [_token_problem("SLACK_APP_TOKEN", error)]
    return []


def _token_problem(name: str, error: SendError) -> str:
    if isinstance(error, SendLater):
        return f"Slack could not be asked about {name}: {error}. Check the network, a proxy and slack.api_url"
    return f"{name}: {FATAL.get(error.code, explain(error.code))}"


async def _check_channel(api: Api, channels: Channels, channel: str) -> list[str]:
    where = f"slack.channel {channel}"
    try:
        channel_id = await channels.resolve(channel)
        info = (await api.read("conversations.info", channel=channel_id))["channel"]
    except SendLater as error:
        return [f"{where}: Slack could not be asked: {error}"]
    except SendNever as error:
        if error.code != "channel_not_found":
            return [f"{where}: {error}"]
        if await channels.is_archived(channel):
            return [f"{where} is archived: unarchive it or name another one"]
        hint = "Check the name; /invite the app when the channel is private"
        return [f"{where}: no such channel that the app can see. {hint}"]
    if info.get("is_archived"):
        return [f"{where} is archived: unarchive it or name another one"]
    if info.get("is_private") and not info.get("is_member"):
        return [f"{where} is private and the app is not in it: /invite the app there"]
    if info.get("is_ext_shared"):
        log.warning("the alert channel is shared with another organisation, which will read the alerts")
    return []
