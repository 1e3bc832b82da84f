"""What a watcher with a selector is told; the end of the initial events."""

from __future__ import annotations

import json

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.watching import Watch
from tests.bot.demo.kube.helpers import every


def test_initial_events_end_with_an_annotated_bookmark(cluster: Cluster) -> None:
    query = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
    watch = Watch(cluster.registry.store, BY_KIND["ServiceAccount"], "shop", query, partial=False)
    events = [json.loads(line) for line in watch.first_lines()]
    assert [event["type"] for event in events] == ["ADDED", "BOOKMARK"]
    assert events[-1]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


def test_other_resources_and_namespaces_are_not_told(cluster: Cluster) -> None:
    watch = Watch(cluster.registry.store, BY_KIND["ConfigMap"], "payments", {}, partial=False)
    told = []
    cluster.registry.store.listeners.append(lambda change: told.append(watch.event(change)))
    cluster.registry.create(BY_KIND["ConfigMap"], "shop", {"metadata": {"name": "a"}})
    cluster.registry.create(BY_KIND["Secret"], "shop", {"metadata": {"name": "a"}})
    assert told == [None, None]
    assert every(cluster, "ConfigMap")
