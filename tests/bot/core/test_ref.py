"""Kinds have the names and paths that kubectl's users and the API server expect."""

from __future__ import annotations

from bot.core.ref import BY_ALIAS, BY_NAME, KINDS, Ref


def test_paths() -> None:
    assert BY_NAME["Pod"].path("shop", "a") == "/api/v1/namespaces/shop/pods/a"
    assert BY_NAME["Deployment"].path() == "/apis/apps/v1/deployments"
    assert BY_NAME["Node"].path("ignored", "n1") == "/api/v1/nodes/n1"


def test_no_alias_stands_for_two_kinds_and_secrets_have_none() -> None:
    for kind in KINDS:
        for alias in (*kind.aliases, kind.name.lower()):
            assert BY_ALIAS[alias] is kind
    assert "secret" not in BY_ALIAS
    assert "secrets" not in BY_ALIAS


def test_ref_reads_as_people_write_it() -> None:
    ref = Ref("prod", "Deployment", "shop", "api", "uid-1")
    assert ref.slug == "deploy/api"
    assert str(ref) == "prod / shop / deploy/api"
    assert ref.key == "prod/shop/Deployment/api"
    assert str(Ref("prod", "Node", "", "n1")) == "prod / node/n1"
