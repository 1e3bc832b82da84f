"""The bundle: its tokens, and what goes on in the background."""

from __future__ import annotations

import asyncio

from bot.demo.slack.settings import DoubleSettings
from bot.demo.slack.state import State


def test_both_tokens_are_known_with_their_scopes() -> None:
    state = State(DoubleSettings(bot_token="xoxb-1", app_token="xapp-1", bot_scopes=("commands",)))
    assert {name: (token.kind, token.scopes) for name, token in state.tokens.items()} == {
        "xoxb-1": ("bot", ("commands",)), "xapp-1": ("app", ("connections:write",)),
    }  # fmt: skip


async def test_closing_ends_what_still_waits() -> None:
    state = State(DoubleSettings())
    done = []

    async def later() -> None:
        await asyncio.sleep(60)
        done.append(True)

    task = state.spawn(later())
    await asyncio.sleep(0)
    await state.close()
    assert task.cancelled()
    assert not done
