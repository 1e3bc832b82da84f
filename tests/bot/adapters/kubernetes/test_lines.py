"""Lines out of chunks cut anywhere."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.kubernetes.lines import LineReader


@given(st.lists(st.binary(max_size=20).filter(lambda one: b"\n" not in one)), st.lists(st.integers(0, 400)))
def test_however_it_is_cut_the_lines_are_the_same(lines: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(line + b"\n" for line in lines)
    edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    reader = LineReader()
    found = [
        line for start, end in itertools.pairwise(edges) for line in reader.feed(whole[start:end])
    ]  # fmt: skip
    assert found == [line for line in lines if line]


def test_an_unfinished_line_is_kept_back() -> None:
    reader = LineReader()
    assert reader.feed(b"half") == []
    assert reader.feed(b"\n") == [b"half"]


def test_a_large_line_in_small_chunks_is_linear() -> None:
    def feed(size: int) -> float:
        reader, chunk = LineReader(), b"x" * 1000
        began = time.process_time()
        for _ in range(size):
            reader.feed(chunk)
        assert len(reader.feed(b"\n")[0]) == size * 1000
        return time.process_time() - began

    feed(1000)
    assert feed(16_000) < 40 * max(feed(2000), 0.0005)  # 8 times the bytes; a quadratic reader would need 64 times


def test_a_line_without_end_is_refused() -> None:
    reader = LineReader(longest=10)
    with pytest.raises(ValueError, match="more than 10 bytes"):
        reader.feed(b"x" * 11)
