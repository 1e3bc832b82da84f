"""Pod events per CPU second, and the memory of 10,000 pods: ``python -m tests.bench.watch_stream``.

A replayed stream of 10 KB pods with managedFields takes the whole watch path: lines out of 64 KiB chunks, decoding,
cache, and the alerts' own pipeline with its detectors, for which one event in a hundred is a restart. ``json.loads`` of
the same bytes is the yardstick. Memory is measured in processes of their own.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alerts.pipeline import Pipeline, Source
from bot.adapters.kubernetes.access import InCluster
from bot.adapters.kubernetes.cache import Cache
from bot.adapters.kubernetes.contact import Contact
from bot.adapters.kubernetes.decode import Decoders
from bot.adapters.kubernetes.lines import LineReader
from bot.adapters.kubernetes.transport import Transport
from bot.adapters.kubernetes.watch import Reflector
from bot.core.objects import Object
from bot.core.ref import BY_NAME
from tests.bench.figures import Figure, attempt, report
from tests.fakes.messenger import FakeMessenger
from tests.fakes.reader import FakeReader
from tests.fakes.store import MemoryStore

TARGET_EVENTS = 20_000  # pod events per CPU second
EVENTS, PODS, PAGE, CHUNK = 20_000, 10_000, 250, 65_536


def make_pod(number: int, version: int) -> dict[str, Any]:
    """A pod as the API server sends it: about 10 KB, most of it fields that nobody here reads."""
    app, when = f"app-{number % 200}", "2026-11-21T08:00:00Z"
    kinds = ("Initialized", "Ready", "ContainersReady", "PodScheduled", "PodReadyToStartContainers")
    env = [{"name": f"SETTING_{i}", "value": f"value-{i}" * 3} for i in range(40)]
    image, volume = f"registry.example/{app}:1.{number % 7}", {"name": "token", "mountPath": "/var/run/secrets/token"}
    fields = {f'k:{{"name":"SETTING_{i}"}}': {".": {}, "f:name": {}, "f:value": {}} for i in range(70)}
    restarts = version // 1000 if number % 100 == 0 else 0  # in the stream, each event of one pod in a hundred is one
    status = {"name": "app", "ready": True, "started": True, "restartCount": restarts, "image": image}
    status |= {"state": {"running": {"startedAt": when}}, "lastState": {}, "imageID": f"{image}@sha256:{'0' * 64}"}
    return {
        "metadata": {
            "name": f"{app}-6d4cf56db6-{number:05}",
            "namespace": f"team-{number % 40}",
            "uid": f"0a1b2c3d-0000-4000-8000-{number:012}",
            "resourceVersion": str(version),
            "creationTimestamp": when,
            "labels": {"app": app, "pod-template-hash": "6d4cf56db6", "team": f"team-{number % 40}", "tier": "web"},
            "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"},
            "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{app}-6d4cf56db6", "uid": f"rs-{app}"}
            ],
            "managedFields": [
                {"manager": who, "operation": "Update", "time": when, "fieldsV1": {"f:spec": fields}}
                for who in ("kube-controller-manager",)
            ],
        },
        "spec": {
            "nodeName": f"ip-10-0-{number % 100}-1.ap-northeast-2.compute.internal",
            "restartPolicy": "Always",
            "containers": [
                {
                    "name": "app",
                    "image": image,
                    "env": env,
                    "volumeMounts": [volume],
                    "terminationMessagePolicy": "File",
                }
                | {"resources": {"limits": {"memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "256Mi"}}}
            ],
            "tolerations": [{"key": f"example.com/pool-{i}", "operator": "Exists"} for i in range(6)],
        },
        "status": {
            "phase": "Running",
            "startTime": when,
            "conditions": [{"type": kind, "status": "True", "lastTransitionTime": when} for kind in kinds],
            "containerStatuses": [status],
        },
    }


class Counted:
    """The real pipeline behind a counter, so that nothing is measured that did not arrive."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.count = 0

    def changed(self, cluster: str, kind: str, old: Object | None, new: Object | None) -> None:
        self.count += 1
        self.pipeline.changed(cluster, kind, old, new)

    def listed(self, cluster: str, kind: str) -> None: ...

    def unreachable(self, cluster: str, why: str) -> None: ...

    def reachable(self, cluster: str) -> None: ...


def make_stream(events: int, first: int = 1) -> bytes:
    """Each pod of a thousand in turn; ``first`` is the version of the first."""
    lines = (json.dumps({"type": "MODIFIED", "object": make_pod(i % 1000, first + i)}) for i in range(events))
    return "".join(line + "\n" for line in lines).encode()


async def take_in(stream: bytes) -> float:
    """CPU seconds for the whole path."""
    cache = Cache("bench")
    pipeline = Pipeline([Source(cache, FakeReader())], MemoryStore(), FakeMessenger(), channel="#alerts")
    await pipeline.start()
    sink = Counted(pipeline)
    transport = Transport("bench", InCluster())  # never opened: the bytes come from memory
    reflector = Reflector(transport, BY_NAME["Pod"], cache, sink, Contact("bench", sink))
    lines = LineReader()
    await reflector._handle(LineReader().feed(make_stream(1000)))
    pipeline.listed("bench", "Pod")  # what comes first is taken as it is; from here on restarts are seen
    sink.count = 0
    began = time.process_time()
    for at in range(0, len(stream), CHUNK):
        await reflector._handle(lines.feed(stream[at : at + CHUNK]))
    spent = time.process_time() - began
    assert sink.count == stream.count(b"\n")
    assert pipeline._watched["bench"].ledger.rises, "the detector's trigger must have seen the restarts"
    return spent


def load_json(stream: bytes) -> float:
    began = time.process_time()
    for line in stream.splitlines():
        json.loads(line)
    return time.process_time() - began


def rss() -> float:
    """MiB now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


def pages() -> Iterator[bytes]:
    for start in range(0, PODS, PAGE):
        items = [make_pod(number, number + 1) for number in range(start, start + PAGE)]
        yield json.dumps({"metadata": {"resourceVersion": "1"}, "items": items}).encode()


def keep(how: str) -> None:
    """In a process of its own: keep the pods of the pages on stdin; prints MiB over base."""
    decoders, cache, kept = Decoders("Pod"), Cache("bench"), []
    gc.collect()
    base = rss()
    while size := int.from_bytes(sys.stdin.buffer.read(4), "big"):
        page = sys.stdin.buffer.read(size)
        if how == "json":
            kept += json.loads(page)["items"]
            continue
        for pod in decoders.page(page).items:
            cache.put("Pod", pod)
    gc.collect()
    assert len(kept) + cache.count("Pod") == PODS
    sys.stdout.write(f"{rss() - base}\n")


def measure(how: str) -> float:
    command = [sys.executable, "-m", "tests.bench.watch_stream", "keep", how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for page in pages():
            child.stdin.write(len(page).to_bytes(4, "big") + page)
        child.stdin.close()
        return float(child.stdout.read())


def main() -> None:
    stream = make_stream(EVENTS, first=1001)
    size = len(stream) / EVENTS / 1000
    ours = min(asyncio.run(take_in(stream)) for _ in range(3))
    theirs = min(load_json(stream) for _ in range(3))
    narrow, plain = measure("narrow"), measure("json")
    report(
        Figure(
            what=f"watch path, {size:.1f} KB a pod",
            value=EVENTS / ours,
            unit="events per CPU s",
            target=TARGET_EVENTS,
            better="more",
            beside=f"{theirs / ours:.1f} times as fast as json.loads alone ({EVENTS / theirs:,.0f})",
        ),
        Figure(
            what=f"{PODS:,} pods in the cache, over base",
            value=narrow,
            unit="MiB",
            beside=f"{narrow * 1024 / PODS:.2f} KiB each; json.loads keeps {plain / narrow:.1f} times as much",
        ),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["keep"]:
        keep(sys.argv[2])
    else:
        sys.exit(attempt(main))
