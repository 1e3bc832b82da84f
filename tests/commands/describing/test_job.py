"""A Job's description."""

from __future__ import annotations

from typing import Any

from tests.commands.builders import NOW, at, pod, status, terminated, workload
from tests.commands.scene import Scene
from tests.fakes.reader import FakeReader


def job(state: dict[str, Any]) -> dict[str, Any]:
    made = workload("Job", "import", spec={"completions": 2, "backoffLimit": 3}, status=state)
    made["spec"]["selector"] = {"matchLabels": {"app": "api"}}
    return made


async def test_failed_job_says_of_what() -> None:
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "limit reached"}
    raw = job({"failed": 4, "startTime": at(600), "conditions": [failed]})
    dead = pod("import-1", status("app", terminated(3), ready=False), owner="import-uid", status={"phase": "Failed"})
    text = (await Scene(FakeReader(raw, dead), now=NOW).ask("describe job/import")).text
    assert "0 of 2 done, 4 failed" in text
    assert "• Failed is True: BackoffLimitExceeded: limit reached" in text
    assert "exit code 3" in text
    assert "Started: 10 min ago" in text


async def test_complete_job_is_well_whatever_its_first_pods_did() -> None:
    complete = {"type": "Complete", "status": "True"}
    raw = job({"succeeded": 2, "failed": 1, "conditions": [complete], "completionTime": at(60)})
    dead = pod("import-1", status("app", terminated(3), ready=False), owner="import-uid", status={"phase": "Failed"})
    text = (await Scene(FakeReader(raw, dead), now=NOW).ask("describe job/import")).text
    assert "· complete" in text
    assert "Nothing is wrong" in text
