"""Who is told what, and from where on."""

from __future__ import annotations

from bot.demo.slack import feed as module
from bot.demo.slack.feed import Feed


async def test_a_listener_hears_only_what_is_theirs_from_now_on() -> None:
    feed = Feed()
    feed.tell({"type": "before"})
    with feed.listen("U1") as queue:
        feed.tell({"type": "all"})
        feed.tell({"type": "mine"}, frozenset({"U1"}))
        feed.tell({"type": "theirs"}, frozenset({"U2"}))
        heard = [queue.get_nowait() for _ in range(queue.qsize())]
    feed.tell({"type": "after"})
    assert [(each["seq"], each["type"]) for each in heard] == [(2, "all"), (3, "mine")]
    assert queue.empty()


def test_the_past_is_given_again_by_number() -> None:
    feed = Feed()
    for number in range(3):
        feed.tell({"type": str(number)}, frozenset({"U1"}) if number == 1 else None)
    assert [each["type"] for each in feed.since(0, "U1") or []] == ["0", "1", "2"]
    assert [each["type"] for each in feed.since(1, "U2") or []] == ["2"]
    assert feed.since(3, "U1") == []


def test_a_past_that_is_too_long_ago_is_unknown() -> None:
    feed = Feed()
    for number in range(module.KEPT + 10):
        feed.tell({"type": str(number)})
    assert feed.since(9, "U1") is None
    assert len(feed.since(10, "U1") or []) == module.KEPT


def test_what_was_told_does_not_change_afterwards() -> None:
    feed = Feed()
    message = {"text": "first"}
    feed.tell({"type": "message", "message": message})
    message["text"] = "second"
    assert [each["message"]["text"] for each in feed.since(0, "U1") or []] == ["first"]
