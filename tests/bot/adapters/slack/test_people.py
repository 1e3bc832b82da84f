"""Who may use Watchkeeper at all, which groups they are in, and how long that is believed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.adapters.slack.api import Api, Identity
from bot.adapters.slack.people import SlackPeople, refusal
from bot.core.errors import SendError
from commands.model import Actor
from tests.bot.adapters.slack.stub import Clock, Stub, stub_slack

DANA = {"id": "U0DANA", "team_id": "T1", "name": "dana", "tz": "Asia/Seoul", "profile": {"display_name": "Dana"}}
GROUPS = [
    {"id": "S1", "handle": "deployers", "users": ["U0DANA"], "user_count": "1", "date_delete": 0},
    {"id": "S2", "handle": "approvers", "users": ["U0APRIL"], "user_count": 1, "date_delete": 0},
    {"id": "S3", "handle": "gone", "users": ["U0DANA"], "user_count": 1, "date_delete": 1700000000},
    {"id": "S4", "handle": "large", "user_count": 3, "date_delete": 0},
]
ACTOR = Actor("T1", "U0DANA")


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with stub_slack() as slack:
        slack.script["users.info"] = [{"ok": True, "user": DANA}]
        slack.script["usergroups.list"] = [{"ok": True, "usergroups": GROUPS}]
        slack.script["usergroups.users.list"] = [{"ok": True, "users": ["U0DANA", "U1", "U2"]}]
        yield slack


@pytest.fixture
async def clock() -> Clock:
    return Clock()


@pytest.fixture
async def people(stub: Stub, clock: Clock) -> AsyncIterator[SlackPeople]:
    api = Api("xoxb-test", stub.url, sleep=clock.sleep)
    yield SlackPeople(api, ttl=120, clock=clock)
    await api.close()


async def test_a_member_and_their_groups(people: SlackPeople, stub: Stub) -> None:
    dana = await people.person(ACTOR)
    assert (dana.refused, dana.name, dana.timezone, dana.actor) == ("", "Dana", "Asia/Seoul", ACTOR)
    assert dana.groups == {"S1", "S4"}
    assert dana.group_handles == {"deployers", "large"}
    assert [call["usergroup"] for call in stub.calls["usergroups.users.list"]] == ["S4"]


US = Identity("T1", "UBOT", "BBOT")
GRID = Identity("T1", "UBOT", "BBOT", enterprise_id="E1")


@pytest.mark.parametrize(
    ("us", "extra", "why"),
    [
        (US, {"deleted": True}, "deactivated"),
        (US, {"is_bot": True}, "bots"),
        (US, {"is_app_user": True}, "apps"),
        (US, {"is_workflow_bot": True}, "workflows"),
        (US, {"is_restricted": True}, "guests"),
        (US, {"is_ultra_restricted": True}, "guests"),
        (US, {"is_stranger": True}, "other organisations"),
        (US, {"team_id": "T9", "is_stranger": False}, "other organisations"),
        (US, {"team_id": ""}, "other organisations"),
        (US, {"team_id": "T9", "enterprise_user": {"enterprise_id": ""}}, "other organisations"),
        (GRID, {"team_id": "T9", "enterprise_user": {"enterprise_id": "E9"}}, "other organisations"),
        (GRID, {"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}, ""),
        (US, {}, ""),
    ],
)
def test_refusals(us: Identity, extra: dict[str, Any], why: str) -> None:
    told = refusal({**DANA, **extra}, us)
    assert why in told
    assert bool(told) is bool(why)


async def test_a_refused_person_has_no_groups(people: SlackPeople, stub: Stub) -> None:
    stub.script["users.info"] = [{"ok": True, "user": {**DANA, "is_restricted": True}}]
    guest = await people.person(ACTOR)
    assert guest.refused == "guests may not use Watchkeeper, only full members of this workspace"
    assert guest.groups == frozenset()


async def test_what_slack_said_is_believed_for_two_minutes(people: SlackPeople, stub: Stub, clock: Clock) -> None:
    await people.person(ACTOR)
    await people.person(ACTOR)
    assert len(stub.calls["users.info"]) == len(stub.calls["usergroups.list"]) == 1
    clock.now = 121
    await people.person(ACTOR)
    assert len(stub.calls["users.info"]) == len(stub.calls["usergroups.list"]) == 2


async def test_fresh_sees_that_somebody_left_a_group(people: SlackPeople, stub: Stub) -> None:
    assert "S1" in (await people.person(ACTOR)).groups
    stub.script["usergroups.list"] = [{"ok": True, "usergroups": [{**GROUPS[0], "users": [], "user_count": 0}]}]
    assert "S1" in (await people.person(ACTOR)).groups
    assert (await people.person(ACTOR, fresh=True)).groups == frozenset()


async def test_a_workspace_without_groups(people: SlackPeople, stub: Stub) -> None:
    stub.script["usergroups.list"] = [{"ok": False, "error": "plan_upgrade_required"}]
    assert (await people.person(ACTOR)).groups == frozenset()


@pytest.mark.parametrize("method", ["users.info", "usergroups.list"])
@pytest.mark.parametrize("error", ["user_not_found", "internal_error", "missing_scope"])
async def test_who_cannot_be_asked_about_is_an_error(people: SlackPeople, stub: Stub, method: str, error: str) -> None:
    stub.script[method] = [{"ok": False, "error": error}]
    with pytest.raises(SendError):
        await people.person(ACTOR)


async def test_an_answer_about_somebody_else_is_not_taken(people: SlackPeople, stub: Stub) -> None:
    stub.script["users.info"] = [{"ok": True, "user": {**DANA, "id": "U0OTHER"}}]
    assert (await people.person(ACTOR)).refused


async def test_fresh_sees_that_somebody_was_deactivated(people: SlackPeople, stub: Stub) -> None:
    assert not (await people.person(ACTOR)).refused
    stub.script["users.info"] = [{"ok": True, "user": {**DANA, "deleted": True}}]
    assert not (await people.person(ACTOR)).refused
    assert "deactivated" in (await people.person(ACTOR, fresh=True)).refused
