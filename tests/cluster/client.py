"""What tests say to an API server: plain requests and JSON, with whatever a kubeconfig offers to log in with."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

Json = dict[str, Any]
TIMEOUT = 30.0  # seconds; a loaded machine with a cold API server takes some
AGENT = "watchkeeper-tests"


class ApiError(Exception):
    """The API server said no; ``status`` is the HTTP code."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    """One API server as one user. Each request has its own connection, so faults never hit a stale one."""

    def __init__(self, kubeconfig: Path, context: str = "") -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        chosen = _named(config["contexts"], context or config["current-context"])["context"]
        self.cluster: Json = _named(config["clusters"], chosen["cluster"])["cluster"]
        self.base = kubeconfig.parent
        user = _named(config["users"], chosen["user"])["user"]
        address = urlsplit(self.cluster["server"])
        self.timeout = TIMEOUT
        self._host, self._port = address.hostname or "", address.port or 443
        self._tls = _trust(self.cluster, self.base)
        self._headers = {"User-Agent": AGENT, **_login(user, self._tls, self.base)}
        self._plurals: dict[tuple[str, str], tuple[str, bool]] = {}

    def request(self, method: str, path: str, body: Any = None, *, kind: str = "application/json", **query: Any) -> Any:
        """The decoded answer. Raises ApiError for 400 and above, OSError when nobody answers."""
        with self.open(method, path, body, kind=kind, **query) as response:
            data = response.read()
        if "json" in (response.getheader("Content-Type") or ""):
            return json.loads(data)
        return data.decode(errors="replace")

    @contextmanager
    def open(
        self, method: str, path: str, body: Any = None, *, kind: str = "application/json", **query: Any
    ) -> Iterator[http.client.HTTPResponse]:
        """The answer as it comes, for watches and logs that follow."""
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=self.timeout, context=self._tls)
        try:
            target = f"{path}?{urlencode(query)}" if query else path
            payload = None if body is None else json.dumps(body)
            connection.request(method, target, payload, {**self._headers, "Content-Type": kind})
            response = connection.getresponse()
            if response.status >= 400:
                raise ApiError(response.status, _message(response.read()))
            yield response
        finally:
            connection.close()

    def get(self, path: str, **query: Any) -> Any:
        return self.request("GET", path, **query)

    def find(self, path: str, **query: Any) -> Any:
        """The same, and None where there is no such thing."""
        try:
            return self.get(path, **query)
        except ApiError as error:
            if error.status != 404:
                raise
            return None

    def apply(self, thing: Json, namespace: str = "") -> Json:
        """Server-side apply: make it as described, whether it exists or not. ``namespace`` is the default one."""
        if namespace and self._resource(thing)[1]:
            thing = {**thing, "metadata": {"namespace": namespace, **thing["metadata"]}}
        path = f"{self.path(thing)}/{thing['metadata']['name']}"
        applied: Json = self.request(
            "PATCH", path, thing, kind="application/apply-patch+yaml", fieldManager=AGENT, force="true"
        )
        return applied

    def delete(self, path: str, **query: Any) -> None:
        """Harmless when it is gone already."""
        try:
            self.request("DELETE", path, **query)
        except ApiError as error:
            if error.status != 404:
                raise

    def path(self, thing: Json) -> str:
        """The collection that a manifest belongs to, from what the server says about its kinds."""
        base = _base(thing["apiVersion"])
        plural, namespaced = self._resource(thing)
        return f"{base}/namespaces/{thing['metadata']['namespace']}/{plural}" if namespaced else f"{base}/{plural}"

    def _resource(self, thing: Json) -> tuple[str, bool]:
        """Plural, and whether such things live in namespaces."""
        version, kind = thing["apiVersion"], thing["kind"]
        if (version, kind) not in self._plurals:
            for resource in self.get(_base(version))["resources"]:
                if "/" not in resource["name"]:
                    self._plurals[version, resource["kind"]] = (resource["name"], resource["namespaced"])
        return self._plurals[version, kind]

    def pods(self, namespace: str, selector: str = "") -> list[Json]:
        found: list[Json] = self.get(f"/api/v1/namespaces/{namespace}/pods", labelSelector=selector)["items"]
        return found

    def ready(self) -> bool:
        try:
            return bool(self.get("/readyz") == "ok")
        except (OSError, http.client.HTTPException, ApiError):
            return False


def _base(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


def _named(entries: list[Json], name: str) -> Json:
    return next(entry for entry in entries if entry["name"] == name)


def _data(entry: Json, key: str, base: Path) -> bytes:
    """A value that stands in the file itself, or in another file beside it."""
    if f"{key}-data" in entry:
        return base64.b64decode(entry[f"{key}-data"])
    return (base / entry[key]).read_bytes() if key in entry else b""


def _trust(cluster: Json, base: Path) -> ssl.SSLContext:
    authority = _data(cluster, "certificate-authority", base)
    context = ssl.create_default_context(cadata=authority.decode() or None)
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _login(user: Json, tls: ssl.SSLContext, base: Path) -> dict[str, str]:
    """A client certificate goes into the TLS context, a token into the headers; a plug-in is asked for either."""
    if "exec" in user:
        plugin = user["exec"]
        environment = [f"{pair['name']}={pair['value']}" for pair in plugin.get("env") or []]
        command = ["env", *environment, plugin["command"], *(plugin.get("args") or [])]
        done = subprocess.run(command, capture_output=True, check=True)
        status = json.loads(done.stdout)["status"]
        return {"Authorization": f"Bearer {status['token']}"}
    certificate, key = _data(user, "client-certificate", base), _data(user, "client-key", base)
    if certificate:
        with tempfile.NamedTemporaryFile() as file:  # the ssl module reads certificates from files only
            file.write(certificate + b"\n" + key)
            file.flush()
            tls.load_cert_chain(file.name)
    token = user.get("token") or (Path(user["tokenFile"]).read_text() if "tokenFile" in user else "")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _message(body: bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")[:300]
