"""A container as its spec says it: image, resources, probes, environment; values only redacted."""

from __future__ import annotations

from typing import Any

from bot.core.redact import redact_env
from commands.description import dig, pairs, rows, safe


def spec_lines(container: dict[str, Any], usage: dict[str, str] | None = None) -> list[str]:
    """What is worth knowing of one container, one line each."""
    found = [f"Image:      {safe(container.get('image', ''))}"]
    ports = ", ".join(f"{one.get('containerPort')}/{one.get('protocol', 'TCP')}" for one in rows(container, "ports"))
    for label, text in (
        ("Ports", ports),
        ("Command", _words(container.get("command"))),
        ("Args", _words(container.get("args"))),
        ("Limits", pairs(dig(container, "resources", "limits"))),
        ("Requests", pairs(dig(container, "resources", "requests"))),
        ("Usage", pairs(usage)),
        ("Liveness", _probe(container.get("livenessProbe"))),
        ("Readiness", _probe(container.get("readinessProbe"))),
        ("Startup", _probe(container.get("startupProbe"))),
        ("Mounts", ", ".join(_mount(one) for one in rows(container, "volumeMounts"))),
    ):
        if text:
            found.append(f"{label + ':':<11} {text}")
    return found + environment(container)


def _words(value: Any) -> str:
    """A command line; redacted as a whole, because a flag and its secret may be two words."""
    return safe(" ".join(map(str, value)))[:400] if isinstance(value, list) else ""


def _mount(one: dict[str, Any]) -> str:
    return f"{one.get('mountPath')} from {one.get('name')}{' (ro)' if one.get('readOnly') else ''}"


def _probe(probe: Any) -> str:
    if not isinstance(probe, dict):
        return ""
    http, tcp, run, grpc = (probe.get(key) for key in ("httpGet", "tcpSocket", "exec", "grpc"))
    if isinstance(http, dict):
        what = f"GET {http.get('scheme', 'HTTP').lower()}://:{http.get('port')}{http.get('path', '/')}"
    elif isinstance(tcp, dict):
        what = f"TCP :{tcp.get('port')}"
    elif isinstance(run, dict):
        what = f"run {_words(run.get('command'))}"
    elif isinstance(grpc, dict):
        what = f"gRPC :{grpc.get('port')}"
    else:
        what = "?"
    times = f"delay {probe.get('initialDelaySeconds', 0)} s, timeout {probe.get('timeoutSeconds', 1)} s"
    often = f"every {probe.get('periodSeconds', 10)} s, fails after {probe.get('failureThreshold', 3)}"
    return f"{safe(what)}, {times}, {often}"


def environment(container: dict[str, Any]) -> list[str]:
    """Variables with where they come from. A reference to a Secret is shown, what it holds is not even read."""
    found: list[str] = []
    for source in rows(container, "envFrom"):
        prefix = f" with prefix {source['prefix']}" if source.get("prefix") else ""
        for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if isinstance(source.get(key), dict):
                found.append(f"  all of {kind} {safe(source[key].get('name', ''))}{prefix}")
    for one in rows(container, "env"):
        name = str(one.get("name", ""))
        found.append(f"  {safe(name)}={_value(name, one)}")
    return ["Environment:", *found] if found else []


def _value(name: str, one: dict[str, Any]) -> str:
    source = one.get("valueFrom")
    if not isinstance(source, dict):
        return safe(redact_env(name, str(one.get("value", "")))).replace("\n", "\\n")[:200]
    for key, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
        if isinstance(source.get(key), dict):
            return f"<key {safe(source[key].get('key', ''))} of {kind} {safe(source[key].get('name', ''))}>"
    if isinstance(source.get("fieldRef"), dict):
        return f"<{safe(source['fieldRef'].get('fieldPath', ''))}>"
    if isinstance(source.get("resourceFieldRef"), dict):
        return f"<{safe(source['resourceFieldRef'].get('resource', ''))}>"
    return "<unknown source>"
