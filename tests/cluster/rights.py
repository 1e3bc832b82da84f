"""A kubeconfig for a ServiceAccount with exactly the given rights: the bot under test runs as itself, not as admin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.cluster import pki
from tests.cluster.client import Api, Json

TOKEN_SECONDS = 3600  # an hour is what a pod's own token lives for, too


def service_account(api: Api, namespace: str, rules: Sequence[Json], name: str = "watchkeeper") -> str:
    """Make the account and its ClusterRole (named after the namespace, so that tests do not share it); its token."""
    meta = {"name": name, "namespace": namespace}
    role = {"name": f"{name}-{namespace}"}
    authorization = "rbac.authorization.k8s.io"
    api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta})
    api.apply({"apiVersion": f"{authorization}/v1", "kind": "ClusterRole", "metadata": role, "rules": list(rules)})
    api.apply(
        {
            "apiVersion": f"{authorization}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": role,
            "roleRef": {"apiGroup": authorization, "kind": "ClusterRole", **role},
            "subjects": [{"kind": "ServiceAccount", **meta}],
        }
    )
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
    answer = api.request("POST", path, {**body, "spec": {"expirationSeconds": TOKEN_SECONDS}})
    return str(answer["status"]["token"])


def withdraw(api: Api, namespace: str, name: str = "watchkeeper") -> None:
    """Remove the cluster-wide parts; the account goes with its namespace."""
    for kind in ("clusterrolebindings", "clusterroles"):
        api.delete(f"/apis/rbac.authorization.k8s.io/v1/{kind}/{name}-{namespace}")


def token_kubeconfig(path: Path, api: Api, server: str, token: str) -> Path:
    """Write a kubeconfig with that token, for a server that is reached at another address than it knows itself by."""
    kept = ("certificate-authority-data", "insecure-skip-tls-verify", "tls-server-name")
    trust = {key: api.cluster[key] for key in kept if key in api.cluster}
    if "certificate-authority" in api.cluster:
        trust["certificate-authority"] = str((api.base / api.cluster["certificate-authority"]).resolve())
    path.write_text(pki.compose({"server": server, **trust}, {"token": token}))
    path.chmod(0o600)
    return path
