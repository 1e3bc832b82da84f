"""Deny by default; ids decide and names never do; every answer names its rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.settings import to_struct
from commands.model import Actor, Call, Person, Verb
from commands.parse import Defaults, parse
from commands.policy import Allow, Deny, Policy
from commands.settings import PolicySettings

CLUSTERS = Defaults(("prod", "dev"), namespace="shop", cluster="prod")
GUEST = "guests may not use Watchkeeper, only full members of this workspace"
ROLES: dict[str, Any] = {
    "viewer": {"verbs": ["logs", "describe"], "namespaces": ["shop", "search-*"]},
    "all": {"verbs": ["*"], "namespaces": ["*"]},
    "nodes": {"verbs": ["describe"], "kinds": ["no"]},
    "checkout": {"verbs": ["logs"], "namespaces": ["*"], "names": ["checkout*"], "clusters": ["dev"]},
    "nowhere": {"verbs": ["logs"]},
}


def person(user: str = "U01", team: str = "T1", **more: Any) -> Person:
    return Person(Actor(team, user), "dana", **more)


def policy(*bindings: dict[str, Any]) -> Policy:
    return Policy(to_struct({"roles": ROLES, "bindings": list(bindings), "contact": "@platform"}, PolicySettings))


def decide(
    verbs: dict[str, Verb], rules: Policy, text: str, who: Person | None = None, channel: str = "C1"
) -> Allow | Deny:
    call = parse(text, verbs, CLUSTERS)
    return rules.decide(who or person(), channel, call, verbs[call.verb])


def test_nothing_is_allowed_unless_said(verbs: dict[str, Verb]) -> None:
    for rules in (policy(), policy({"role": "viewer"}), policy({"role": "nowhere", "everyone": True})):
        assert isinstance(decide(verbs, rules, "logs api"), Deny)


@pytest.mark.parametrize(
    ("role", "text", "allowed"),
    [
        ("viewer", "logs api -n shop", True),
        ("viewer", "logs api -n search-eu", True),
        ("viewer", "logs api -n search", False),
        ("viewer", "logs api -n shop2", False),
        ("viewer", "logs api -n payments", False),
        ("viewer", "rollout restart deploy/api -n shop", False),
        ("viewer", "describe node/n1", False),
        ("all", "describe node/n1", True),
        ("all", "rollout restart deploy/api", True),
        ("nodes", "describe node/n1", True),
        ("nodes", "describe pod/n1 -n shop", False),
        ("checkout", "logs checkout-1 --cluster dev", True),
        ("checkout", "logs checkout-1 --cluster prod", False),
        ("checkout", "logs api-1 --cluster dev", False),
    ],
)
def test_role_covers(verbs: dict[str, Verb], role: str, text: str, allowed: bool) -> None:
    answer = decide(verbs, policy({"role": role, "everyone": True}), text)
    assert isinstance(answer, Allow) is allowed


@pytest.mark.parametrize(
    ("binding", "who", "channel", "allowed"),
    [
        ({"users": ["U01"]}, person(), "C1", True),
        ({"users": ["U02"]}, person(), "C1", False),
        ({"users": ["dana"]}, person(), "C1", False),
        ({"groups": ["S1"]}, person(groups=frozenset({"S1"})), "C1", True),
        ({"groups": ["@oncall"]}, person(group_handles=frozenset({"oncall"})), "C1", True),
        ({"groups": ["S1"]}, person(group_handles=frozenset({"S1"})), "C1", False),
        ({"channels": ["C1"]}, person(), "C1", True),
        ({"channels": ["C1"]}, person(), "C2", False),
        ({"users": ["U01"], "channels": ["C1"]}, person(), "C2", False),
        ({"users": ["U02"], "channels": ["C1"]}, person(), "C1", False),
        ({"everyone": True, "channels": ["C1"]}, person(), "C2", False),
        ({"everyone": True}, person(refused=GUEST), "C1", False),
        ({"users": ["U01"]}, person(refused="this account is deactivated"), "C1", False),
    ],
)
def test_binding_holds(verbs: dict[str, Verb], binding: Any, who: Person, channel: str, allowed: bool) -> None:
    answer = decide(verbs, policy({"role": "viewer", **binding}), "logs api", who, channel)
    assert isinstance(answer, Allow) is allowed


def test_refusal_says_what_is_covered_and_whom_to_ask(verbs: dict[str, Verb]) -> None:
    answer = decide(verbs, policy({"role": "viewer", "everyone": True}), "logs api -n payments")
    assert answer == Deny(
        "Not done: dana may not use logs on pod/api in namespace payments of prod. Role viewer covers shop, search-*.",
        "viewer (bindings[0])",
        "@platform",
    )
    answer = decide(verbs, policy({"role": "viewer", "everyone": True}), "rollout restart deploy/api")
    assert isinstance(answer, Deny)
    assert "Role viewer allows logs, describe" in answer.why


def test_help_is_open_but_not_to_guests(verbs: dict[str, Verb]) -> None:
    assert isinstance(decide(verbs, policy(), "help"), Allow)
    assert decide(verbs, policy(), "help", person(refused=GUEST)) == Deny(
        f"Not done: {GUEST}.", "kind of account", "@platform"
    )


def test_grants_tell_where_a_verb_may_be_used(verbs: dict[str, Verb]) -> None:
    rules = policy({"role": "viewer", "everyone": True}, {"role": "nodes", "users": ["U09"]})
    assert rules.grants(person(), "C1", "logs") == ["shop, search-* (viewer)"]
    assert rules.grants(person(), "C1", "rollout restart") == []
    assert rules.grants(person(refused=GUEST), "C1", "logs") == []


def test_who_may_everywhere_is_not_told_where_else() -> None:
    rules = policy({"role": "viewer", "everyone": True}, {"role": "all", "users": ["U01"]})
    assert rules.grants(person(), "C1", "logs") == ["all namespaces (all)"]
    assert rules.grants(person("U02"), "C1", "logs") == ["shop, search-* (viewer)"]


_NAMES = st.sampled_from(["shop", "search-a", "payments", "kube-system", "x"])


@given(_NAMES, st.sampled_from(["logs", "describe", "rollout restart"]), st.sampled_from(["prod", "dev"]))
def test_no_call_outside_the_grant_is_allowed(namespace: str, verb: str, cluster: str) -> None:
    rules = policy({"role": "viewer", "everyone": True}, {"role": "checkout", "channels": ["C2"]})
    spec = Verb(name=verb, summary="", run=None)  # type: ignore[arg-type]
    answer = rules.decide(person(), "C1", Call(verb, cluster, namespace, "Pod", "api"), spec)
    inside = verb in {"logs", "describe"} and (namespace == "shop" or namespace.startswith("search-"))
    assert isinstance(answer, Allow) is inside
