"""Who may do what: one user with a token, everything allowed but what a test takes away, and the review APIs."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.demo.kube.errors import ApiError, forbidden, unauthorized
from bot.demo.kube.query import Target

USER = "system:serviceaccount:watchkeeper:watchkeeper"
ANONYMOUS = "system:anonymous"


class Denial(msgspec.Struct, frozen=True):
    """A right that the user does not have. ``*`` matches all; ``resource`` carries a subresource: ``pods/log``."""

    verb: str = "*"
    resource: str = "*"
    namespace: str = "*"

    def covers(self, verb: str, resource: str, namespace: str) -> bool:
        pairs = ((self.verb, verb), (self.resource, resource), (self.namespace, namespace))
        return all(mine in ("*", theirs) for mine, theirs in pairs)


class Access:
    """``denials``: rights that tests take away; ``tokens`` that are accepted (more than one while one is renewed)."""

    def __init__(self, token: str) -> None:
        self.tokens = {token}
        self.denials: list[Denial] = []

    def user(self, authorization: str) -> str:
        if not authorization:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or token not in self.tokens:
            raise unauthorized()
        return USER

    def allowed(self, verb: str, resource: str, namespace: str) -> bool:
        return not any(denial.covers(verb, resource, namespace) for denial in self.denials)

    def check(self, user: str, verb: str, target: Target) -> None:
        """Raises the 403."""
        if user == ANONYMOUS or not self.allowed(verb, target.full, target.namespace):
            raise forbidden(user, verb, target.full, target.resource.group, target.namespace, target.name)

    def review(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a (Self)SubjectAccessReview or a SelfSubjectRulesReview."""
        spec = body.get("spec")
        if not isinstance(spec, dict):
            raise ApiError(422, "Invalid", f'{kind}.authorization.k8s.io "" is invalid: spec: Required value')
        answer = {"kind": kind, "apiVersion": "authorization.k8s.io/v1", "metadata": {}, "spec": spec}
        if kind == "SelfSubjectRulesReview":
            everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
            status: dict[str, Any] = {"resourceRules": [everything], "nonResourceRules": [], "incomplete": False}
            return {**answer, "status": status}
        asked = spec.get("resourceAttributes") or {}
        resource = asked.get("resource", "*")
        if asked.get("subresource"):
            resource += f"/{asked['subresource']}"
        return {
            **answer,
            "status": {"allowed": self.allowed(asked.get("verb", ""), resource, asked.get("namespace", ""))},
        }
