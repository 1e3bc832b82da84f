"""Narrow objects decode what API servers really send: absent fields, nulls, fields that we do not know."""

from __future__ import annotations

import msgspec
import pytest

from bot.core.objects import STRUCTS, Event, Pod


@pytest.mark.parametrize("kind", sorted(STRUCTS))
def test_an_object_with_nothing_but_nulls_decodes(kind: str) -> None:
    data = b'{"kind":"x","metadata":{"name":"a","labels":null,"ownerReferences":null},"unknown":{"a":[1]}}'
    assert msgspec.json.decode(data, type=STRUCTS[kind]).metadata.name == "a"


def test_a_crashed_container() -> None:
    data = b"""{"metadata":{"name":"a","uid":"u"},"spec":{"nodeName":"n","initContainers":[{"name":"s","restartPolicy":
    "Always"}]},"status":{"containerStatuses":[{"name":"c","ready":false,"restartCount":3,"state":{"waiting":{"reason":
    "CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled","containerID":"x://1"}}}]}}"""
    pod = msgspec.json.decode(data, type=Pod)
    assert pod.status.container_statuses is not None
    status = pod.status.container_statuses[0]
    assert status.last_state is not None
    assert status.last_state.terminated is not None
    assert status.last_state.terminated.container_id == "x://1"
    assert status.restart_count == 3
    assert pod.spec.init_containers is not None
    assert pod.spec.init_containers[0].restart_policy == "Always"


@pytest.mark.parametrize(
    ("event", "seen", "times"),
    [
        (b'{"lastTimestamp":"2026-01-01T00:00:02Z","count":4}', "2026-01-01T00:00:02Z", 4),
        (b'{"eventTime":"2026-01-01T00:00:01Z","lastTimestamp":null}', "2026-01-01T00:00:01Z", 1),
        (b'{"eventTime":"a","series":{"count":7,"lastObservedTime":"b"}}', "b", 7),
        (b"{}", "", 1),
    ],
)
def test_when_and_how_often_an_event_happened(event: bytes, seen: str, times: int) -> None:
    decoded = msgspec.json.decode(event, type=Event)
    assert (decoded.last_seen, decoded.times) == (seen, times)
