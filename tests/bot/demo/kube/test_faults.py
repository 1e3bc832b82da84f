"""Refusals are counted."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.kube.errors import ApiError
from bot.demo.kube.faults import Faults


class Asked:
    method, rel_url = "GET", "/api/v1/pods"


async def test_only_what_matches_is_refused_and_only_so_often() -> None:
    faults, request = Faults(), Asked()
    wrong: Any = request
    faults.refuse(500, "POST")
    faults.refuse(503, "GET /api/v1/pods", times=2)
    for _ in range(2):
        with pytest.raises(ApiError) as caught:
            await faults.before(wrong)
        assert caught.value.code == 503
    await faults.before(wrong)
