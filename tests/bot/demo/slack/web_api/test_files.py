"""Uploads in three steps through the real client, and how long a file is not ready."""

from __future__ import annotations

from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import refusal, until


async def test_an_upload_is_shared_a_moment_later(slack: SlackDouble, web: AsyncWebClient) -> None:
    done = await web.files_upload_v2(
        filename="api.log", content="line 1\nline 2", title="The log", channel="C0GENERAL", initial_comment="see"
    )
    assert slack.in_channel("general") == []
    assert done["files"][0]["mimetype"] == "", "not processed yet"
    await until(lambda: slack.in_channel("general"))
    message = slack.in_channel("general")[0]
    assert (message["text"], message["files"][0]["title"]) == ("see", "The log")
    async with aiohttp.ClientSession() as session, session.get(message["files"][0]["url_private"]) as response:
        assert await response.text() == "line 1\nline 2"


async def test_a_picture_used_too_early_is_an_invalid_slack_file(slack: SlackDouble, web: AsyncWebClient) -> None:
    done = await web.files_upload_v2(filename="chart.png", content=b"\x89PNG", title="chart")
    file_id = done["files"][0]["id"]
    image: list[Any] = [{"type": "image", "slack_file": {"id": file_id}, "alt_text": "memory rises"}]
    assert await refusal(web.chat_postMessage(channel="general", text="x", blocks=image)) == "invalid_blocks"
    slack.clock.advance(1)
    info = (await web.files_info(file=file_id))["file"]
    assert info["mimetype"] == "image/png"
    assert (await web.chat_postMessage(channel="general", text="x", blocks=image))["ok"]


async def test_steps_left_out_are_refused(slack: SlackDouble, web: AsyncWebClient) -> None:
    begun = await web.files_getUploadURLExternal(filename="a.txt", length=3)
    file_id = begun["file_id"]
    complete = web.files_completeUploadExternal(files=[{"id": file_id, "title": "a"}])
    assert await refusal(complete) == "file_not_found"
    async with aiohttp.ClientSession() as session:
        async with session.post(begun["upload_url"], data=b"four") as response:
            assert response.status == 400, "another length than was announced"
        async with session.post(begun["upload_url"], data=b"abc") as response:
            assert (response.status, await response.text()) == (200, "OK - 3")
    assert await refusal(web.files_info(file=file_id)) == "file_not_found"
    assert (await web.files_completeUploadExternal(files=[{"id": file_id, "title": "a"}]))["files"][0]["id"] == file_id
