"""Audit records as JSON lines."""

from __future__ import annotations

import io
import json

import pytest

from bot.adapters.audit.stream import StreamSink
from bot.core.errors import AuditError


async def test_each_record_is_one_json_line() -> None:
    stream = io.BytesIO()
    await StreamSink(stream).append([b'{"seq":1}', b'{"seq":2}'])
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [{"audit": {"seq": n}} for n in (1, 2)]


async def test_closed_stream_is_an_audit_error() -> None:
    stream = io.BytesIO()
    stream.close()
    with pytest.raises(AuditError):
        await StreamSink(stream).append([b"{}"])
