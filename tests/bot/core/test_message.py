"""A message survives the store; its text can be read without markup."""

from __future__ import annotations

import msgspec

from bot.core import message as m


def test_every_part_and_piece_survives_a_trip_through_json() -> None:
    pieces = ("a", m.Bold("b"), m.Italic("i"), m.Code("c"), m.Link("https://x", "x"), m.User("U1"), m.Group("S1"))
    text = (*pieces, m.Channel("C1"), m.Time(3.5, "date_time"))
    button = m.Button("Logs", "logs a", "danger", m.Confirm("t", text, "yes"), "id")
    original = m.Message(
        "push",
        (
            m.Header("h"),
            m.Section(text),
            m.Fields((("k", text),)),
            m.Context("c"),
            m.Pre("p", text),
            m.Table(("a",), (("1",),)),
            m.Picture(b"\x00png", "n", "alt"),
            m.Divider(),
            m.Actions((button,), (m.LinkButton("l", "https://x"),), (m.Menu("Snooze", (button,)),)),
        ),
        "red",
    )
    assert msgspec.json.decode(msgspec.json.encode(original), type=m.Message) == original


def test_plain_keeps_words_and_drops_markup() -> None:
    text = (
        m.Bold("api"),
        " at ",
        m.Time(0),
        " by ",
        m.User("U1"),
        ", see ",
        m.Link("https://x", "runbook"),
        m.Code("x"),
    )
    assert m.plain(text) == "api at 00:00 UTC by @U1, see runbookx"
    assert m.plain("as it is") == "as it is"
