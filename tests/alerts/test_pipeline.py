"""The whole flow from watch events to Slack, on a clock that the test moves. Silence comes first."""

from __future__ import annotations

import asyncio

from alerts.settings import AlertSettings
from bot.core.errors import StoreError, Unreachable
from bot.core.objects import ContainerState, ContainerStatus, Waiting
from tests.alerts.tools import (
    Rig,
    backing_off,
    completed,
    dead,
    ended,
    event,
    pod,
    replicaset,
    running,
    workload,
)

OOM = ended(137, "OOMKilled", end=10)


async def crashing(rig: Rig, how: object = None, restarts: int = 1) -> None:
    """The standard case: a Deployment of one pod that crashes ten seconds in."""
    await rig.start(pod(running()), workload(), replicaset())
    rig.clock.time += 10
    rig.put(pod(dead(how or ended(1, end=10), restarts)))  # type: ignore[arg-type]
    await rig.step()


# --- silent -----------------------------------------------------------------------------------------------------------


async def test_what_is_broken_at_the_first_sight_of_a_cluster_is_seeded_silently() -> None:
    rig = Rig()
    await rig.start(pod(backing_off(ended(1), restarts=40)), workload(), replicaset())
    await rig.pass_time(600)
    assert rig.told == []


async def test_a_deleted_pod_that_is_stopped_is_silent() -> None:
    rig = Rig()
    await rig.start(pod(running()), workload(), replicaset())
    rig.put(pod(dead(ended(143, end=10)), deleted=True))
    await rig.step(10)
    rig.delete(pod(running()))
    await rig.pass_time(600)
    assert rig.told == []


async def test_a_container_that_the_kubelet_was_told_to_stop_is_silent() -> None:
    rig = Rig()
    await rig.start(pod(running()), workload(), replicaset())
    rig.reader.told = [event("Killing", "Container app definition changed, will be restarted", last=8, kind="Normal")]
    rig.put(pod(dead(ended(143, end=10))))
    await rig.step(10)
    await rig.pass_time(600)
    assert rig.told == []


async def test_ignored_namespaces_are_silent() -> None:
    rig = Rig(settings=AlertSettings(ignore_namespaces=("shop",)))
    await crashing(rig)
    await rig.pass_time(60)
    assert rig.told == []


# --- told -------------------------------------------------------------------------------------------------------------


async def test_a_crash_is_one_message_and_its_recovery_is_one_reply_and_an_edit() -> None:
    rig = Rig()
    await crashing(rig, OOM)
    assert [text.split("\n")[0] for text in rig.told] == ["push: 🔴 prod/shop checkout crashed: OOMKilled, no limit"]
    rig.put(pod(running(1, since=15, last=OOM)))
    await rig.pass_time(290)
    assert "crashed" in rig.told[0], "the quiet period is not over"
    await rig.pass_time(30)
    assert len(rig.told) == 1
    assert rig.told[0].startswith("push: ✅ checkout recovered after 5 min")
    assert [line[:11] for line in rig.thread()] == ["Details: OO", "✅ checkout "]


async def test_a_restart_that_was_only_seen_as_running_is_told() -> None:
    rig = Rig()
    await rig.start(pod(running()), workload(), replicaset())
    rig.put(pod(running(1, since=12, last=ended(3, end=10))))
    await rig.step(12)
    assert "it exited with code 3" in rig.told[0]


async def test_pods_of_one_workload_and_their_containers_are_one_incident() -> None:
    rig = Rig()
    await rig.start(pod(running(), running(name="proxy")), pod(running(), name="b"), workload(replicas=5), replicaset())
    rig.put(pod(dead(ended(1, end=10)), dead(ended(2, end=10), name="proxy")))
    rig.put(pod(dead(ended(1, end=11)), name="b"))
    await rig.step(11)
    await rig.step(5)
    assert len(rig.told) == 1
    assert "2 of 5 pods" in rig.told[0]
    assert "code 1" in rig.told[0]
    assert "code 2" in rig.told[0]


async def test_a_crash_loop_is_edited_in_place() -> None:
    rig = Rig()
    await crashing(rig)
    for count in range(2, 15):
        rig.put(pod(backing_off(ended(1, end=10 + 30 * count), count)))
        await rig.step(30)
    assert len(rig.told) == 1
    assert "checkout is crashing" in rig.told[0]
    assert "14 restarts in 6 min" in rig.told[0]
    assert rig.thread() == ["Details: it exited with code 1 (a general error)"]


async def test_a_ready_flicker_in_a_crash_loop_is_no_recovery() -> None:
    rig = Rig()
    await crashing(rig)
    for count in range(1, 6):
        rig.put(pod(running(count, since=10 + 240 * count, last=ended(1, end=240 * count))))
        await rig.pass_time(200)
        rig.put(pod(backing_off(ended(1, end=10 + 240 * (count + 1) - 40), count + 1)))
        await rig.pass_time(40)
    assert "is crashing" in rig.told[0]
    assert not any("✅" in line for line in rig.thread())


async def test_an_unready_container_is_not_recovered() -> None:
    rig = Rig()
    await crashing(rig)
    rig.put(pod(running(1, since=15, last=ended(1, end=10), ready=False)))
    await rig.pass_time(1200)
    assert "🔴" in rig.told[0]


async def test_a_fix_that_replaces_the_pod_recovers_after_a_quiet_period() -> None:
    rig = Rig()
    await crashing(rig)
    rig.put(workload(ready=0))
    rig.delete(pod(running()))
    await rig.pass_time(600)
    assert "🔴" in rig.told[0], "not available: silence is no recovery"
    rig.put(pod(running(since=610), name="checkout-new"))
    rig.put(workload())
    await rig.pass_time(290)
    assert "🔴" in rig.told[0]
    await rig.pass_time(60)
    assert "recovered" in rig.told[0]


async def test_a_replacement_that_crashes_too_is_the_same_incident() -> None:
    rig = Rig()
    await crashing(rig)
    rig.delete(pod(running()))
    rig.put(workload(ready=0))
    await rig.step(30)
    rig.put(pod(dead(ended(1, end=60)), name="checkout-new"))
    await rig.step(30)
    assert len(rig.told) == 1
    assert "2 restarts" in rig.told[0]
    assert "checkout-new" in repr(rig.slack.messages[0].message), "the buttons lead to a pod that exists"


async def test_a_deleted_workload_is_closed_without_a_recovery() -> None:
    rig = Rig()
    await crashing(rig)
    rig.delete(workload())
    rig.delete(pod(running()))
    await rig.step(5)
    assert rig.told[0].startswith("push: ⚪ checkout was deleted")
    assert "recovered" not in rig.told[0]


async def test_a_workload_scaled_to_nothing_is_closed_without_a_recovery() -> None:
    rig = Rig()
    await crashing(rig)
    rig.put(workload(replicas=0))
    rig.delete(pod(running()))
    await rig.step(5)
    assert "scaled to 0" in rig.told[0]


async def test_the_same_failure_soon_after_lives_on_in_the_same_message() -> None:
    rig = Rig()
    await crashing(rig)
    rig.put(pod(running(1, since=15, last=ended(1, end=10))))
    await rig.pass_time(400)
    assert "✅" in rig.told[0]
    rig.put(pod(dead(ended(1, end=400), 2)))
    await rig.step(5)
    again = [one for one in rig.slack.sent if one.broadcast]
    assert [one.message.text for one in again] == [
        "🔴 checkout is failing again: it exited with code 1 (a general error)"
    ]
    assert len(rig.slack.messages) == 1
    assert "🔴" in rig.told[0]


async def test_the_same_failure_hours_later_is_a_new_message() -> None:
    rig = Rig()
    await crashing(rig)
    rig.put(pod(running(1, since=15, last=ended(1, end=10))))
    await rig.pass_time(7200, every=300)
    rig.put(pod(dead(ended(1, end=7200), 2)))
    await rig.step(5)
    assert [text.split(" ")[1] for text in rig.told] == ["✅", "🔴"]


async def test_a_quick_exit_with_code_0_again_and_again_is_told() -> None:
    rig = Rig()
    await rig.start(pod(running()), workload(), replicaset())
    rig.put(pod(completed(1)))
    await rig.pass_time(60)
    assert rig.told == [], "once is normal"
    how = ended(0, "Completed", end=70)
    waiting = ContainerState(waiting=Waiting("CrashLoopBackOff"))
    rig.put(pod(ContainerStatus(name="app", restart_count=2, state=waiting, last_state=ContainerState(terminated=how))))
    await rig.step(10)
    assert "it exits with code 0 and is started again each time" in rig.told[0]


# --- evidence ---------------------------------------------------------------------------------------------------------


async def test_late_evidence_does_not_hold_up_the_message_and_is_edited_in() -> None:
    rig = Rig()
    rig.reader.hang["log"] = asyncio.Event()
    name = pod(running()).metadata.name
    rig.reader.logs[name, "app", False] = "boom"
    await crashing(rig)
    assert rig.told == []
    await rig.step(2)
    assert "The log: still being read" in rig.told[0]
    assert rig.thread() == []
    rig.reader.hang.pop("log").set()
    await rig.step(4)
    await rig.step(4)
    assert "│ boom" in rig.told[0]
    assert len(rig.told) == len(rig.thread()) == 1


async def test_a_probe_that_kills_is_named_from_the_first_message_on() -> None:
    rig = Rig()
    await rig.start(pod(running()), workload(), replicaset())
    rig.reader.told = [
        event("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 503", last=4),
        event("Killing", "Container app failed liveness probe, will be restarted", last=5, kind="Normal"),
    ]
    rig.put(pod(dead(ended(137, end=10))))
    await rig.step(10)
    assert "killed by its liveness probe: HTTP probe failed with statuscode: 503" in rig.told[0]
    assert "OOM" not in rig.told[0]


async def test_without_evidence_the_message_says_what_is_missing() -> None:
    rig = Rig()
    for what in ("log", "events", "get"):
        rig.reader.fail[what] = Unreachable("no answer")
    await crashing(rig)
    assert "The log: prod's API server does not answer" in rig.told[0]


async def test_a_new_kind_of_failure_is_a_reply_and_the_new_headline() -> None:
    rig = Rig()
    await crashing(rig)
    rig.put(pod(dead(ended(137, "OOMKilled", end=60), 2), limit="64Mi"))
    await rig.step(60)
    await rig.step(5)
    assert "checkout is crashing: OOMKilled at its 64 MiB limit" in rig.told[0]
    assert rig.thread()[-1] == "Now it fails in another way: OOMKilled at its 64 MiB limit"


async def test_a_spread_to_all_pods_is_told_to_the_channel_once() -> None:
    rig = Rig()
    both = pod(running()), pod(running(), name="b")
    await rig.start(*both, workload(replicas=2), replicaset())
    rig.put(pod(dead(ended(1, end=10))))
    await rig.step(10)
    await rig.step(300)
    rig.put(pod(dead(ended(1, end=310)), name="b"))
    await rig.step(10)
    await rig.pass_time(60)
    spread = [one.message.text for one in rig.slack.sent if one.broadcast]
    assert spread == ["🔴 checkout: now all 2 pods are affected"]


# --- down and up ------------------------------------------------------------------------------------------------------


async def test_a_restart_of_the_bot_tells_nothing_twice_and_misses_nothing() -> None:
    rig = Rig()
    await crashing(rig)
    other = pod(running(), name="search-1", owner=None)
    rig.put(other)
    await rig.step(1)
    rig.put(pod(backing_off(ended(1, end=60), 3)))
    rig.observed.objects["Pod", "shop", "search-1"] = pod(dead(ended(2, end=60)), name="search-1", owner=None)
    rig.clock.time += 60
    await rig.restart()
    await rig.step(10)
    assert len(rig.told) == 2
    assert "3 restarts" in rig.told[0]
    assert "search-1 crashed" in rig.told[1]


async def test_a_crash_while_the_bot_was_down_is_told_even_when_all_is_well_again() -> None:
    rig = Rig()
    await rig.start(pod(running()), workload(), replicaset())
    rig.observed.objects["Pod", "shop", pod().metadata.name] = pod(running(2, since=100, last=ended(1, end=99)))
    rig.clock.time += 7200
    await rig.restart()
    await rig.pass_time(30)
    assert len(rig.told) == 1
    assert "✅ checkout recovered" in rig.told[0]
    assert "2 restarts" in rig.told[0]


async def test_the_store_must_answer_before_anything_is_told() -> None:
    rig = Rig()
    await rig.start(pod(running()), workload(), replicaset())
    put = rig.store.put

    async def refuses(*_: object, **__: object) -> int:
        raise StoreError("disk full")

    rig.store.put = refuses  # type: ignore[method-assign]
    rig.put(pod(dead(ended(1, end=10))))
    rig.clock.time += 10
    for _ in range(3):
        try:
            await rig.step()
        except StoreError:
            await asyncio.sleep(0)
    assert rig.told == []
    rig.store.put = put  # type: ignore[method-assign]
    await rig.step(1)
    assert len(rig.told) == 1


async def test_an_unreachable_cluster_is_told_once_and_recovers_nothing_meanwhile() -> None:
    rig = Rig()
    await crashing(rig)
    rig.put(pod(running(1, since=15, last=ended(1, end=10))))
    await rig.step(10)
    rig.pipeline.unreachable("prod", "no answer for 30 s")
    await rig.pass_time(900)
    assert len(rig.told) == 2
    assert "🔴" in rig.told[0]
    assert rig.told[1].startswith("push: 🟠 prod cannot be watched: its state is unknown, no answer for 30 s")
    rig.pipeline.reachable("prod")
    await rig.step(1)
    assert "🟠" in rig.told[1], "the lists have not come yet"
    rig.listed()
    await rig.step(5)
    assert rig.told[1].startswith("push: ✅ prod is watched again after 15 min")
    assert "✅" in rig.told[0]
    assert len(rig.slack.messages) == 2


async def test_a_restart_wakes_the_loop_at_once() -> None:
    rig = Rig()
    await rig.start(pod(running()), workload(), replicaset())
    task = asyncio.create_task(rig.pipeline.run())
    await asyncio.sleep(0)
    began = asyncio.get_running_loop().time()
    rig.put(pod(dead(ended(1, end=10))))
    while not rig.slack.sent:
        await asyncio.sleep(0.001)
    assert asyncio.get_running_loop().time() - began < 0.9, "before the next round by the clock"
    await rig.pipeline.stop(5)
    await task


async def test_a_stop_sends_what_is_left() -> None:
    rig = Rig()
    await rig.start(pod(running()), workload(), replicaset())
    task = asyncio.create_task(rig.pipeline.run())
    rig.put(pod(dead(ended(1, end=10))))
    await asyncio.sleep(0.05)
    assert await rig.pipeline.stop(5)
    await task
    assert len(rig.told) == 1
