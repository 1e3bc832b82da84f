"""Pages over namespaces whose names begin alike."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.listing import list_objects
from bot.demo.kube.resources import BY_KIND
from tests.bot.demo.kube.helpers import live


def test_pages_of_one_give_everything_once_and_in_order(cluster: Cluster) -> None:
    config = BY_KIND["ConfigMap"]
    places = [("a", "x"), ("a", "y"), ("a-b", "x"), ("b", "w")]
    for namespace in ("a", "a-b", "b"):
        cluster.apply({"kind": "Namespace", "metadata": {"name": namespace}})
    for namespace, name in places:
        cluster.registry.create(config, namespace, {"metadata": {"name": name}})
    live(cluster, 1)
    seen, token = [], ""
    for _ in range(10):
        page = list_objects(cluster.registry.store, config, "", {"limit": "1", "continue": token}, partial=False)
        seen += [(one["metadata"]["namespace"], one["metadata"]["name"]) for one in page["items"]]
        token = page["metadata"].get("continue", "")
        if not token:
            break
    assert seen == places


def test_version_zero_knows_no_pages(cluster: Cluster) -> None:
    query = {"limit": "1", "resourceVersion": "0"}
    page = list_objects(cluster.registry.store, BY_KIND["Namespace"], "", query, partial=False)
    assert len(page["items"]) > 1
    assert "continue" not in page["metadata"]
