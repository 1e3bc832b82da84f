"""Lines out of a stream of chunks that are cut anywhere. Linear in the bytes, however long a line is."""

from __future__ import annotations


class LineReader:
    """Feed it chunks, get whole lines. A rest without newline stays until its end arrives."""

    def __init__(self, longest: int = 64 * 2**20) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._longest = longest

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this chunk completes, without newline; empty ones are dropped.

        Raises ValueError when a line outgrows ``longest``: no Kubernetes object is that large.
        """
        head, *rest = chunk.split(b"\n")
        if not rest:
            self._keep(chunk)
            return []
        lines = [b"".join((*self._parts, head)) if self._parts else head, *rest[:-1]]
        self._parts = []
        self._size = 0
        self._keep(rest[-1])
        return [line for line in lines if line]

    def _keep(self, part: bytes) -> None:
        if part:
            self._parts.append(part)
            self._size += len(part)
            if self._size > self._longest:
                raise ValueError(f"a line of more than {self._longest} bytes")
