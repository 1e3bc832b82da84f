"""Uploads: a picture is shown only when Slack has it, once for all edits, and in words when it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.adapters.slack.api import Api
from bot.adapters.slack.blocks import digest
from bot.adapters.slack.files import Files
from bot.core.errors import SendLater
from bot.core.message import Message, Picture, Section
from tests.bot.adapters.slack.stub import RESET, Clock, Stub, stub_slack

PICTURE = Picture(b"PNG", "p.png", "three pods")
MESSAGE = Message("x", (Section("x"), PICTURE))


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with stub_slack() as slack:
        place = {"ok": True, "file_id": "F0000001", "upload_url": slack.url + "upload"}
        slack.script["files.getUploadURLExternal"] = [place]
        slack.script["files.info"] = [{"ok": True, "file": {}}, {"ok": True, "file": {"mimetype": "image/png"}}]
        yield slack


@pytest.fixture
async def clock() -> Clock:
    return Clock()


@pytest.fixture
async def files(stub: Stub, clock: Clock) -> AsyncIterator[Files]:
    api = Api("xoxb-test", stub.url, sleep=clock.sleep)
    yield Files(api, sleep=clock.sleep)
    await api.close()


async def test_a_picture_is_ready_when_slack_says_so(files: Files, stub: Stub, clock: Clock) -> None:
    assert await files.pictures(MESSAGE) == {digest(PICTURE): "F0000001"}
    assert stub.calls["upload"] == [{"body": b"PNG"}]
    assert stub.calls["files.getUploadURLExternal"][0]["alt_txt"] == "three pods"
    assert "channel_id" not in stub.calls["files.completeUploadExternal"][0]
    assert clock.slept == [0.1]


async def test_an_edit_uploads_nothing_again_unless_slack_refused_it(files: Files, stub: Stub) -> None:
    await files.pictures(MESSAGE)
    await files.pictures(MESSAGE)
    assert len(stub.calls["upload"]) == 1
    files.forget(MESSAGE)
    await files.pictures(MESSAGE)
    assert len(stub.calls["upload"]) == 2


async def test_a_picture_that_is_never_ready_is_left_out(files: Files, stub: Stub, clock: Clock) -> None:
    stub.script["files.info"] = [{"ok": True, "file": {}}]
    assert await files.pictures(MESSAGE) == {}
    assert clock.now < 10


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal", "files.info"])
async def test_a_picture_that_fails_stops_no_message(files: Files, stub: Stub, method: str) -> None:
    stub.script[method] = [{"ok": False, "error": "internal_error"}]
    assert await files.pictures(MESSAGE) == {}


async def test_a_broken_transfer_is_told(files: Files, stub: Stub) -> None:
    stub.script["upload"] = [RESET]
    with pytest.raises(SendLater):
        await files.share("C0000001", "api.log", b"lines")
    assert stub.calls["files.completeUploadExternal"] == []


async def test_share_shows_the_file_in_its_thread(files: Files, stub: Stub) -> None:
    await files.share("C0000001", "api.log", b"lines", title="api", thread="5.5")
    (call,) = stub.calls["files.completeUploadExternal"]
    assert (call["channel_id"], call["thread_ts"]) == ("C0000001", "5.5")
    assert call["files"] == [{"id": "F0000001", "title": "api"}]
