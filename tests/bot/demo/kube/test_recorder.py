"""Events that repeat are counted in place, and old ones go."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from tests.bot.demo.kube.helpers import every, live


def test_the_same_event_is_counted_up_and_another_is_new(cluster: Cluster) -> None:
    about = every(cluster, "ServiceAccount")[0]
    for text in ("one", "one", "two"):
        cluster.recorder.tell(about, "Reason", text, component="test")
        live(cluster, 2)
    counts = {event["message"]: event["count"] for event in every(cluster, "Event")}
    assert counts == {"one": 2, "two": 1}
    twice = next(event for event in every(cluster, "Event") if event["count"] == 2)
    assert twice["firstTimestamp"] < twice["lastTimestamp"]


def test_an_event_is_kept_for_an_hour(cluster: Cluster) -> None:
    cluster.recorder.tell(every(cluster, "ServiceAccount")[0], "Reason", "text", component="test")
    live(cluster, 3500)
    assert every(cluster, "Event")
    live(cluster, 300)
    assert every(cluster, "Event") == []


def test_any_number_of_events_may_happen_at_once(cluster: Cluster) -> None:
    about = every(cluster, "ServiceAccount")[0]
    for number in range(200):
        cluster.recorder.tell(about, "Reason", f"text {number}", component="test")
        cluster.recorder.tell_new_style(about, "Reason", f"text {number}", action="test")
    assert len(every(cluster, "Event")) == 400
