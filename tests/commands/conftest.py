"""Verbs and defaults that the tests of the grammar share: like the real ones, but held still."""

from __future__ import annotations

import pytest

from bot.core.message import Message
from commands.model import Answer, Call, Context, Param, Verb
from commands.parse import Defaults

KINDS = ("Pod", "Deployment", "StatefulSet", "Node")


async def _run(call: Call, context: Context) -> Answer:
    return Answer(Message(call.text))


def _verbs() -> dict[str, Verb]:
    where = (
        Param(name="namespace", kind="namespace", summary="the namespace", flags=("-n", "--namespace")),
        Param(name="cluster", kind="cluster", summary="the cluster", flags=("--cluster",)),
    )
    logs = Verb(
        name="logs",
        summary="show a container's log",
        run=_run,
        params=(
            Param(name="target", kind="object", summary="what", required=True, kinds=KINDS, default_kind="Pod"),
            *where,
            Param(name="container", kind="container", summary="which container", flags=("-c", "--container")),
            Param(name="previous", kind="flag", summary="the one before", flags=("-p", "--previous")),
            Param(name="since", kind="duration", summary="how far back", flags=("--since",), most=30 * 86400),
            Param(name="tail", kind="int", summary="lines", flags=("--tail",), least=1, most=5000),
            Param(name="grep", kind="text", summary="only lines with this", flags=("--grep",)),
        ),
    )
    describe = Verb(
        name="describe",
        summary="tell about an object",
        run=_run,
        params=(Param(name="target", kind="object", summary="what", required=True, kinds=KINDS), *where),
    )
    status = Verb(name="rollout status", summary="how far", run=_run, params=logs.params[:3])
    restart = Verb(name="rollout restart", summary="restart", run=_run, params=logs.params[:3], changes=True)
    topic = Param(name="topic", kind="text", summary="a command")
    about = Verb(name="help", summary="what there is", run=_run, params=(topic,), open=True)
    return {verb.name: verb for verb in (describe, about, logs, restart, status)}


@pytest.fixture(scope="session")
def verbs() -> dict[str, Verb]:
    return _verbs()


@pytest.fixture(scope="session")
def one_cluster() -> Defaults:
    return Defaults(("prod",))
