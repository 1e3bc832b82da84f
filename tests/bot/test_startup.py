"""The start stops for what is wrong, goes on for what is only worth knowing, and says what to do in both cases."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from bot.adapters.kubernetes.access import Kubeconfig
from bot.adapters.kubernetes.cluster import Cluster, Clusters
from bot.adapters.kubernetes.rights import needed
from bot.adapters.kubernetes.settings import ClusterSettings, WatchSettings
from bot.core.times import Seconds
from bot.demo.kube.access import Denial
from bot.demo.kube.server import KubeDouble
from bot.startup import check_clusters
from commands.registry import load_verbs

QUICK = WatchSettings(retry_limit=Seconds(0.2), connect_timeout=Seconds(0.5), request_timeout=Seconds(0.5))


@contextlib.asynccontextmanager
async def clusters(*servers: KubeDouble, namespaces: tuple[str, ...] = ()) -> AsyncIterator[Clusters]:
    made = Clusters(
        [
            Cluster(
                ClusterSettings(name=f"c{number}", namespaces=namespaces),
                watch=QUICK,
                access=Kubeconfig(server.kubeconfig()),
            )
            for number, server in enumerate(servers)
        ]
    )
    yield made
    for cluster in made.by_name.values():
        await cluster.transport.close()


async def test_a_cluster_that_answers_and_grants_everything_is_no_news() -> None:
    async with KubeDouble() as kube, clusters(kube) as found:
        assert await check_clusters(found) == ([], [])


async def test_the_only_cluster_that_does_not_answer_stops_the_start() -> None:
    async with KubeDouble() as kube, clusters(kube) as found:
        await kube.go_down()
        problems, _ = await check_clusters(found)
        assert len(problems) == 1
        assert problems[0].startswith("cluster c0: ")
        assert "check the endpoint, the network and the security group" in problems[0]


async def test_one_of_two_that_does_not_answer_is_told_as_unknown() -> None:
    async with KubeDouble() as well, KubeDouble() as away, clusters(well, away) as found:
        await away.go_down()
        problems, notes = await check_clusters(found)
        assert problems == []
        assert len(notes) == 1
        assert "cluster c1" in notes[0]
        assert "unknown until it answers" in notes[0]


async def test_a_wrong_token_is_told_apart_from_silence() -> None:
    async with KubeDouble() as kube:
        kube.token = "something else"
        async with clusters(kube) as found:
            problems, _ = await check_clusters(found)
    assert len(problems) == 1
    assert "does not know who we are" in problems[0]


async def test_a_missing_right_names_the_rule_to_add_and_stops_only_where_it_is_essential() -> None:
    async with KubeDouble() as kube, clusters(kube) as found:
        kube.access.denials.append(Denial("list", "pods"))
        kube.access.denials.append(Denial("get", "ingresses"))
        problems, notes = await check_clusters(found)
    assert len(problems) == 1
    assert 'add {apiGroups: [""], resources: [pods], verbs: [list]} to Watchkeeper\'s ClusterRole' in problems[0]
    assert len(notes) == 1
    assert "ingresses" in notes[0]


def test_the_bot_asks_for_every_right_that_a_verb_needs_and_for_no_secret() -> None:
    asked = {(right.group, right.resource, right.verb) for right in needed()}
    wanted = {
        (right.group, right.resource, verb)
        for one in load_verbs().values()
        for right in one.rights
        for verb in right.verbs
    }
    assert wanted - asked == set()
    assert not {resource for _, resource, _ in asked} & {"secrets", "configmaps", "nodes/proxy", "pods/exec"}
