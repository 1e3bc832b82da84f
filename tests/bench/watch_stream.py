"""Pod events per CPU second, and the memory of 10,000 pods: ``python -m tests.bench.watch_stream``.

A recorded stream of 10 KB pods with managedFields goes through the reflector's own path: lines out of 64 KiB chunks,
decoding, cache, sink. ``json.loads`` of the same bytes is the yardstick. Memory is measured in processes of their own.
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

from bot.adapters.kubernetes.access import InCluster
from bot.adapters.kubernetes.cache import Cache
from bot.adapters.kubernetes.contact import Contact
from bot.adapters.kubernetes.decode import Decoders
from bot.adapters.kubernetes.lines import LineReader
from bot.adapters.kubernetes.transport import Transport
from bot.adapters.kubernetes.watch import Reflector
from bot.core.objects import Object
from bot.core.ref import BY_NAME

TARGET_EVENTS = 20_000  # pod events per CPU second
TARGET_RSS = 160  # MiB, the whole process with 10,000 pods
PODS, PAGE, CHUNK = 10_000, 250, 65_536


def make_pod(number: int, version: int) -> dict[str, Any]:
    """A pod as the API server sends it: about 10 KB, most of it fields that nobody here reads."""
    app, when = f"app-{number % 200}", "2026-11-21T08:00:00Z"
    kinds = ("Initialized", "Ready", "ContainersReady", "PodScheduled", "PodReadyToStartContainers")
    env = [{"name": f"SETTING_{i}", "value": f"value-{i}" * 3} for i in range(40)]
    image, volume = f"registry.example/{app}:1.{number % 7}", {"name": "token", "mountPath": "/var/run/secrets/token"}
    fields = {f'k:{{"name":"SETTING_{i}"}}': {".": {}, "f:name": {}, "f:value": {}} for i in range(70)}
    status = {"name": "app", "ready": True, "started": True, "restartCount": version % 3, "image": image}
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


class Silent:
    """A sink that only counts."""

    def __init__(self) -> None:
        self.count = 0

    def changed(self, cluster: str, kind: str, old: Object | None, new: Object | None) -> None:
        self.count += 1

    def listed(self, cluster: str, kind: str) -> None: ...

    def unreachable(self, cluster: str, why: str) -> None: ...

    def reachable(self, cluster: str) -> None: ...


def make_reflector(cache: Cache, sink: Silent) -> Reflector:
    transport = Transport("bench", InCluster())  # never opened: the bytes come from memory
    return Reflector(transport, BY_NAME["Pod"], cache, sink, Contact("bench", sink))


def make_stream(events: int) -> bytes:
    lines = (json.dumps({"type": "MODIFIED", "object": make_pod(i % 1000, i + 1)}) for i in range(events))
    return "".join(line + "\n" for line in lines).encode()


async def take_in(stream: bytes) -> float:
    """CPU seconds for the whole path."""
    sink = Silent()
    reflector, lines = make_reflector(Cache("bench"), sink), LineReader()
    began = time.process_time()
    for at in range(0, len(stream), CHUNK):
        await reflector._handle(lines.feed(stream[at : at + CHUNK]))
    spent = time.process_time() - began
    assert sink.count == stream.count(b"\n")
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
    """In a process of its own: keep the pods of the pages on stdin; prints MiB over base and of the whole process."""
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
    sys.stdout.write(f"{rss() - base} {rss()}\n")


def measure(how: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "tests.bench.watch_stream", "keep", how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for page in pages():
            child.stdin.write(len(page).to_bytes(4, "big") + page)
        child.stdin.close()
        over, whole = child.stdout.read().split()
    return float(over), float(whole)


def main(events: int = 20_000) -> None:
    stream = make_stream(events)
    size = len(stream) / events / 1000
    ours = min(asyncio.run(take_in(stream)) for _ in range(3))
    theirs = load_json(stream)
    print(f"watch: {events / ours:,.0f} pod events per CPU second (target {TARGET_EVENTS:,}; {size:.1f} KB each)")
    print(f"       {theirs / ours:.1f} times as fast as json.loads alone ({events / theirs:,.0f})")
    narrow, whole = measure("narrow")
    plain, _ = measure("json")
    print(f"list:  {PODS:,} pods kept in {narrow:.1f} MiB over base, {narrow * 1024 / PODS:.2f} KiB each")
    print(f"       {plain / narrow:.1f} times less than json.loads ({plain:.0f} MiB); this process {whole:.0f} MiB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["keep"]:
        keep(sys.argv[2])
    else:
        main(*map(int, sys.argv[1:2]))
