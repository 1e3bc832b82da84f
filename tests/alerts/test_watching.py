"""One cluster on the watch path: what is noted at once, and when its view may be trusted."""

from __future__ import annotations

from alerts.settings import detectors
from alerts.watching import Watched
from tests.alerts.tools import Clock, FakeObserved, FakeReader, dead, ended, pod, running, workload
from tests.fakes.store import MemoryStore


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.observed = FakeObserved()
        self.watched = Watched(self.observed, FakeReader(), MemoryStore(self.clock), self.clock)
        self.put(pod(running()))
        self.watched.listed("Pod")

    def put(self, one: object) -> bool:
        self.observed.objects["Pod", "shop", pod().metadata.name] = one  # type: ignore[assignment]
        return self.watched.changed("Pod", one, None)  # type: ignore[arg-type]

    def findings(self) -> int:
        settings = {name: one.settings() for name, one in detectors().items()}
        return len(list(self.watched.findings(detectors(), settings, 300)))


def test_a_healthy_change_and_other_kinds_ask_for_nothing() -> None:
    scene = Scene()
    assert not scene.put(pod(running()))
    assert not scene.watched.changed("Deployment", workload(), None)


def test_a_restart_asks_for_judgement_and_is_found() -> None:
    scene = Scene()
    assert scene.put(pod(dead(ended())))
    assert scene.findings() == 1


def test_a_pod_that_is_gone_is_found_no_more() -> None:
    scene = Scene()
    scene.put(pod(dead(ended())))
    scene.observed.objects.clear()
    assert scene.watched.changed("Pod", None, pod())
    assert scene.findings() == 0


def test_a_streak_that_no_detector_makes_anything_of_is_known_from_then_on() -> None:
    scene = Scene()
    scene.put(pod(running(1, since=5, last=ended(0, "Completed"))))
    assert scene.findings() == 0
    rise = scene.watched.ledger.rises[pod().metadata.uid]["app"]
    assert not rise.fresh
    scene.clock.time += 400
    scene.findings()
    assert scene.watched.ledger.rises == {}


def test_a_detector_that_is_switched_off_finds_nothing() -> None:
    scene = Scene()
    scene.put(pod(dead(ended())))
    off = {name: type(one.settings())(enabled=False) for name, one in detectors().items()}
    assert list(scene.watched.findings(detectors(), off, 300)) == []


def test_nothing_is_in_view_before_the_lists_and_while_unreachable() -> None:
    scene = Scene()
    assert not scene.watched.in_view("Deployment"), "its kind is watched and not yet listed"
    scene.watched.listed("Deployment")
    assert scene.watched.in_view("Deployment")
    assert scene.watched.in_view("SparkApplication"), "a kind that is not watched"
    scene.watched.unreachable("no answer")
    assert not scene.watched.in_view("Deployment")
    scene.watched.reachable()
    assert not scene.watched.in_view("Deployment"), "the lists have not come"
    scene.watched.listed("Pod")
    scene.watched.listed("Deployment")
    assert scene.watched.in_view("Deployment")


def test_a_watch_that_could_be_resumed_is_trusted_after_a_while() -> None:
    scene = Scene()
    scene.watched.unreachable("no answer")
    scene.watched.reachable()
    scene.clock.time += 61
    assert scene.watched.in_view("Deployment")


def test_nothing_is_judged_before_the_owners_are_listed() -> None:
    scene = Scene()
    assert not scene.watched.begun, "the pods alone: who owns them would be a guess"
    for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        scene.watched.listed(kind)
    assert not scene.watched.begun
    scene.watched.listed("Job")
    assert scene.watched.begun, "a kind that is not watched is not waited for"


def test_a_kind_that_is_never_listed_does_not_silence_the_rest() -> None:
    scene = Scene()
    scene.clock.time += 29
    assert not scene.watched.begun
    scene.clock.time += 1
    assert scene.watched.begun
