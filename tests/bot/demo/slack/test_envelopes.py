"""Payloads as Slack sends them, where a detail decides what the app makes of them."""

from __future__ import annotations

from bot.demo.slack import envelopes
from bot.demo.slack.model import Channel
from bot.demo.slack.settings import DoubleSettings
from bot.demo.slack.state import State


def new_state(*, should_escape: bool = False) -> State:
    return State(DoubleSettings(should_escape=should_escape))


def command(state: State, text: str, channel: Channel | None = None) -> dict[str, str]:
    where = channel or state.workspace.channel("C0GENERAL")
    return dict(envelopes.slash(state, state.workspace.users["U0DANA"], where, "/k8s", text))


def test_a_command_is_as_typed_unless_the_app_asked_for_escaping() -> None:
    typed = "ask @dana & @nobody in #general <!here>"
    assert command(new_state(), typed)["text"] == typed
    escaped = command(new_state(should_escape=True), typed)["text"]
    assert escaped == "ask <@U0DANA|dana> &amp; @nobody in <#C0GENERAL|general> &lt;!here&gt;"


def test_channels_without_a_name_are_called_as_slack_calls_them() -> None:
    state = new_state()
    assert command(state, "x")["channel_name"] == "general"
    assert command(state, "x", state.workspace.im("U0DANA"))["channel_name"] == "directmessage"
    secret = state.workspace.add_channel("secret", private=True)
    assert command(state, "x", secret)["channel_name"] == "privategroup"


def test_each_delivery_has_its_own_trigger_and_answer_address() -> None:
    state = new_state()
    one, other = command(state, "x"), command(state, "x")
    assert one["trigger_id"] != other["trigger_id"]
    assert one["response_url"] != other["response_url"]


def test_of_an_ephemeral_message_nothing_but_its_place_is_told() -> None:
    state = new_state()
    user, channel = state.workspace.users["U0DANA"], state.workspace.channel("C0GENERAL")
    for content, ephemeral in (({"text": "public"}, False), ({"text": "private"}, True)):
        if ephemeral:
            message = state.messages.ephemeral(channel, user.id, content, thread="1.1")
        else:
            author = state.workspace.author()
            message = state.messages.post(channel, {**content, "metadata": {"event_type": "x"}}, author=author)
        payload = envelopes.block_actions_in_message(state, user, channel, message, actions=[], values={})
        assert payload["container"]["is_ephemeral"] is ephemeral
        assert ("message" in payload) is not ephemeral
        assert "metadata" not in payload.get("message", {})
        assert payload["container"].get("thread_ts") == ("1.1" if ephemeral else None)


def test_mentions_become_ids_whatever_their_case() -> None:
    state = new_state()
    assert envelopes.with_mentions(state, "@watchkeeper, @Dana! a@dana.org") == "<@U0WATCHKEEP>, <@U0DANA>! a@dana.org"


def test_every_event_has_its_own_id() -> None:
    state = new_state()
    ids = {envelopes.event(state, {"type": "app_mention"})["event_id"] for _ in range(10)}
    assert len(ids) == 10
