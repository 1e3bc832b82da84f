"""Who we are: service account, kubeconfig with token file or plug-in, EKS; and how a token is renewed."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config.incluster_config import InClusterConfigLoader

from bot.adapters.kubernetes.access import Eks, InCluster, Kubeconfig, authorization, choose_access
from bot.adapters.kubernetes.eks import Endpoint
from bot.adapters.kubernetes.settings import ClusterSettings, EksSettings
from bot.core.errors import Unreachable


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def kubeconfig(folder: Path, user: dict[str, Any]) -> str:
    path = folder / "config"
    content = {
        "current-context": "one",
        "contexts": [
            {"name": "one", "context": {"cluster": "a", "user": "me"}},
            {"name": "two", "context": {"cluster": "b", "user": "me"}},
        ],
        "clusters": [
            {"name": "a", "cluster": {"server": "https://a.example"}},
            {"name": "b", "cluster": {"server": "https://b.example"}},
        ],
        "users": [{"name": "me", "user": user}],
    }
    path.write_text(yaml.safe_dump(content))
    return str(path)


async def test_a_kubeconfig_gives_server_and_token(tmp_path: Path) -> None:
    configuration = await Kubeconfig(kubeconfig(tmp_path, {"token": "abc"})).open()
    assert configuration.host == "https://a.example"
    assert await authorization(configuration) == "Bearer abc"


async def test_another_context_may_be_named(tmp_path: Path) -> None:
    configuration = await Kubeconfig(kubeconfig(tmp_path, {"token": "abc"}), "two").open()
    assert configuration.host == "https://b.example"


async def test_a_token_file_is_read_again_in_time(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    clock = Clock()
    configuration = await Kubeconfig(kubeconfig(tmp_path, {"tokenFile": str(token)}), clock=clock).open()
    token.write_text("second")
    assert await authorization(configuration) == "Bearer first"
    clock.now += 601
    assert await authorization(configuration) == "Bearer second"


async def test_a_refused_token_is_read_again_but_not_by_each_of_many(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    clock = Clock()
    access = Kubeconfig(kubeconfig(tmp_path, {"tokenFile": str(token)}), clock=clock)
    configuration = await access.open()
    token.write_text("second")
    clock.now += 5
    await access.renew()
    token.write_text("third")
    await access.renew()
    assert await authorization(configuration) == "Bearer second"


async def test_a_plug_in_is_run_again_before_its_token_expires(tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("0")
    plugin = tmp_path / "plugin"
    plugin.write_text(
        f"#!{sys.executable}\nimport json, pathlib\n"
        f"count = pathlib.Path({str(count)!r})\n"
        "number = int(count.read_text()) + 1\ncount.write_text(str(number))\n"
        "print(json.dumps({'apiVersion': 'client.authentication.k8s.io/v1beta1', 'kind': 'ExecCredential',"
        " 'status': {'token': f'token-{number}', 'expirationTimestamp': '2026-11-21T08:14:00Z'}}))\n"
    )
    plugin.chmod(plugin.stat().st_mode | stat.S_IEXEC)
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": str(plugin), "args": []}}
    clock = Clock()
    wall = 1795248000.0  # 2026-11-21 08:00 UTC
    configuration = await Kubeconfig(kubeconfig(tmp_path, user), clock=clock, wall=lambda: wall).open()
    clock.now += 12 * 60
    assert await authorization(configuration) == "Bearer token-1"
    clock.now += 2 * 60
    assert await authorization(configuration) == "Bearer token-2"


@pytest.mark.parametrize("content", [None, "", "a: [", "{}"], ids=["missing", "empty", "broken", "no clusters"])
async def test_a_useless_kubeconfig_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "config"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Unreachable, match=str(path)):
        await Kubeconfig(str(path)).open()


async def test_the_service_accounts_rotated_token_is_taken(tmp_path: Path) -> None:
    token, ca = tmp_path / "token", tmp_path / "ca.crt"
    token.write_text("first")
    ca.write_text("pem")
    environ = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}

    def load(client_configuration: Configuration) -> None:
        InClusterConfigLoader(str(token), str(ca), environ=environ).load_and_set(client_configuration)

    access = InCluster(load)
    configuration = await access.open()
    assert configuration.host == "https://10.0.0.1:443"
    assert (await authorization(configuration)).lower() == "bearer first"
    token.write_text("second\n")
    await access.renew()
    assert (await authorization(configuration)).lower() == "bearer second"


async def test_outside_a_pod_it_says_what_to_configure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(Unreachable, match="give the cluster a kubeconfig or an eks section"):
        await InCluster().open()


async def test_eks_takes_server_ca_and_a_token_for_each_request() -> None:
    class Identity:
        tokens = 0

        async def endpoint(self) -> Endpoint:
            return Endpoint("https://eks.example", "pem")

        async def token(self, *, fresh: bool = False) -> str:
            self.tokens += 1
            return f"k8s-aws-v1.{self.tokens}"

    configuration = await Eks(Identity()).open()  # type: ignore[arg-type]
    assert (configuration.host, configuration.ca_cert_data) == ("https://eks.example", "pem")
    assert await authorization(configuration) == "Bearer k8s-aws-v1.1"


def test_in_cluster_when_nothing_else_is_said() -> None:
    assert isinstance(choose_access(ClusterSettings(name="a")), InCluster)
    assert isinstance(choose_access(ClusterSettings(name="a", kubeconfig="x")), Kubeconfig)
    assert isinstance(choose_access(ClusterSettings(name="a", context="x")), Kubeconfig)
    assert isinstance(choose_access(ClusterSettings(name="a", eks=EksSettings(name="a", region="b"))), Eks)
