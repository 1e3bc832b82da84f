"""Cutting text: never longer than asked, and the cut is seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack import limits


@given(st.text(), st.integers(60, 200))
def test_clips_keep_the_limit(text: str, limit: int) -> None:
    assert len(limits.clip(text, limit)) <= limit
    assert len(limits.clip_middle(text, limit)) <= limit
    assert limits.clip(text, limit) == text or limits.clip(text, limit).endswith("…")
    assert limits.clip_middle(text, limit) == text or "left out" in limits.clip_middle(text, limit)


@given(st.text(alphabet="ab\n", max_size=300), st.integers(1, 50))
def test_chunks_lose_nothing_but_line_ends_at_the_seams(text: str, limit: int) -> None:
    pieces = limits.chunks(text, limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")


def test_one_endless_line_keeps_both_ends() -> None:
    cut = limits.clip_middle("a" * 500 + "b" * 500, 200)
    assert cut.startswith("aaa")
    assert cut.endswith("bbb")
    assert "characters left out" in cut


def test_columns_stand_under_each_other_with_wide_letters() -> None:
    table = limits.aligned(("이름", "N"), (("파드", "1"), ("x", "2")))
    assert table == "이름  N\n파드  1\nx     2"
