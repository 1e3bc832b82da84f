"""A second copy of the audit log as JSON lines on a stream, as a rule standard output, for a log collector."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import IO

from bot.core.errors import AuditError

_HEAD = b'{"audit":'


class StreamSink:
    """commands.ports.AuditSink. Each line is ``{"audit": RECORD}``, so that it stands out among other JSON lines."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    async def append(self, records: Sequence[bytes]) -> None:
        # A pipe that nobody empties blocks; that must not stop the event loop.
        await asyncio.to_thread(self._write, b"".join(_HEAD + record + b"}\n" for record in records))

    def _write(self, lines: bytes) -> None:
        try:
            self._stream.write(lines)
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise AuditError(f"the audit log could not be written to its stream: {error}") from error
