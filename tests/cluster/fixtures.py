"""pytest's side of the test cluster: one cluster a session, a namespace a test, faults that end with the test.

``WATCHKEEPER_TEST_KUBECONFIG`` names any other cluster to use instead, ``WATCHKEEPER_TEST_CLUSTER`` one that
``make cluster-up`` left running (its name is ``dev``), so that a test can be tried again and again without a start.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from tests.cluster import lifecycle, packages, rights, waiting
from tests.cluster.audit import AuditLog
from tests.cluster.client import Json
from tests.cluster.elsewhere import Elsewhere
from tests.cluster.faults import Fault, Faults, NotHere
from tests.cluster.lifecycle import Cluster
from tests.cluster.places import Place
from tests.cluster.relay import Door

Apply = Callable[..., list[Json]]


def refuse(reason: str) -> NoReturn:
    """Skip with one line; where CI is set a suite that does not run is a failure."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"no cluster to test on, and CI is set: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster | Elsewhere]:
    """The session's cluster, started when the first test asks for it."""
    given = os.environ.get("WATCHKEEPER_TEST_KUBECONFIG", "")
    running = os.environ.get("WATCHKEEPER_TEST_CLUSTER", "")
    found: Cluster | Elsewhere | None
    place = Place(running or f"{lifecycle.SESSION}{os.getpid()}")
    if given:
        found = Elsewhere(Path(given))
    elif packages.obstacle():
        refuse(packages.obstacle())
    elif running:
        found = lifecycle.attach(place) or refuse(f"the cluster {running} does not run: make cluster-up")
    else:
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            lifecycle.prepare(lambda line: print(f"\n{line}", end="", flush=True))
        lifecycle.sweep()
        found = lifecycle.up(place, owned=True)
    assert found is not None
    yield found
    found.close()
    if not given and not running:
        lifecycle.down(place)


@pytest.fixture(scope="session")
def own_cluster(cluster: Cluster | Elsewhere) -> Cluster:
    """For tests that need what only our own cluster offers: its parts, its audit log."""
    if not isinstance(cluster, Cluster):
        pytest.skip("needs the project's own cluster, not one given by kubeconfig")
    return cluster


@pytest.fixture
def namespace(cluster: Cluster | Elsewhere, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh namespace in which pods can be made at once. It goes away in the background after the test."""
    api = cluster.api
    slug = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:40].strip("-")
    name = f"{slug}-{secrets.token_hex(3)}"
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
    waiting.wait_until(lambda: api.find(account), 30, "the namespace's default ServiceAccount", pause=0.02)
    yield name
    api.delete(f"/api/v1/namespaces/{name}")
    api.delete(f"/api/v1/namespaces/{name}/pods", gracePeriodSeconds=0)  # no new ones come: it is being deleted


@pytest.fixture
def apply(cluster: Cluster | Elsewhere, namespace: str) -> Apply:
    """Make things as described: YAML text, a manifest, or several. They go into the test's namespace."""

    def make(*described: str | Json | Sequence[Json]) -> list[Json]:
        things: list[Any] = []
        for each in described:
            things += yaml.safe_load_all(each) if isinstance(each, str) else [each] if isinstance(each, dict) else each
        return [cluster.api.apply(thing, namespace) for thing in things if thing]

    return make


@pytest.fixture
def wait_for() -> Callable[..., Any]:
    """``await wait_for(predicate, timeout, what)``; the predicate may be a coroutine function."""
    return waiting.wait_for


@pytest.fixture
def door(cluster: Cluster | Elsewhere) -> Iterator[Door]:
    """This test's own way to the API server, for ``fault`` to break."""
    door = cluster.door()
    yield door
    door.close()


@pytest.fixture
def fault(cluster: Cluster | Elsewhere, door: Door) -> Iterator[Callable[..., Fault]]:
    """``with fault("half-open"): …``; see ``Faults`` for the names. What is still on ends with the test."""
    faults = Faults(door, cluster if isinstance(cluster, Cluster) else None)

    def begin(name: str, **options: float) -> Fault:
        try:
            return faults(name, **options)
        except NotHere as reason:
            pytest.skip(str(reason))

    yield begin
    faults.end_all()


@pytest.fixture
def kubeconfig_with(
    cluster: Cluster | Elsewhere, namespace: str, door: Door, tmp_path: Path
) -> Iterator[Callable[[Sequence[Json]], Path]]:
    """A kubeconfig of a ServiceAccount with these rules (of a ClusterRole), through the test's door."""

    def make(rules: Sequence[Json]) -> Path:
        token = rights.service_account(cluster.api, namespace, rules)
        return rights.token_kubeconfig(tmp_path / "kubeconfig", cluster.api, door.url, token)

    yield make
    rights.withdraw(cluster.api, namespace)


@pytest.fixture
def audit(own_cluster: Cluster) -> AuditLog:
    """What the API server is asked from here on."""
    return AuditLog(own_cluster.place.audit_log)
