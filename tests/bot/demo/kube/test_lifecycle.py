"""Back-off grows, is capped, and is forgotten after ten good minutes."""

from __future__ import annotations

import itertools

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.lifecycle import go_duration
from bot.demo.kube.programs import Run, Start
from tests.bot.demo.kube.helpers import every, live, with_image, workload


def restarts(cluster: Cluster) -> int:
    return int(every(cluster, "Pod")[0]["status"]["containerStatuses"][0]["restartCount"])


def test_restarts_come_at_once_then_after_10_then_20_and_never_later_than_the_cap(cluster: Cluster) -> None:
    cluster.apply(workload("Deployment", replicas=1, script="sleep 1; exit 1"))
    seen, last = [], 0
    for second in range(150):
        live(cluster, 1)
        if second > 3 and restarts(cluster) > last:
            seen.append(second)
            last = restarts(cluster)
    gaps = [later - sooner for sooner, later in itertools.pairwise(seen)]
    assert 11 <= gaps[0] <= 14
    assert all(21 <= gap <= 24 for gap in gaps[1:])
    assert len(gaps) >= 5


def test_ten_good_minutes_forget_the_back_off(cluster: Cluster) -> None:
    lives = iter([1.0, 1.0, 700.0, 1.0, 1000.0])

    def program(_start: Start) -> Run:
        return Run(exits=next(lives), code=1)

    cluster.programs.add("test.local/fickle", program)
    cluster.apply(with_image(workload("Deployment", replicas=1), "test.local/fickle:1"))
    live(cluster, 20)
    assert restarts(cluster) == 2
    live(cluster, 697)
    assert restarts(cluster) == 3, "restarted at once, without waiting"


def test_durations_as_go_writes_them() -> None:
    assert [go_duration(seconds) for seconds in (10, 40, 80, 160, 300)] == ["10s", "40s", "1m20s", "2m40s", "5m0s"]
