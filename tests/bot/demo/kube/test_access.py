"""Tokens and rights."""

from __future__ import annotations

import pytest

from bot.demo.kube.access import ANONYMOUS, USER, Access, Denial
from bot.demo.kube.errors import ApiError


def test_who_one_is() -> None:
    access = Access("secret")
    assert access.user("") == ANONYMOUS
    assert access.user("Bearer secret") == USER
    with pytest.raises(ApiError) as caught:
        access.user("Bearer other")
    assert caught.value.code == 401


def test_a_denial_covers_what_it_names() -> None:
    access = Access("secret")
    access.denials.append(Denial(resource="secrets", namespace="shop"))
    assert not access.allowed("list", "secrets", "shop")
    assert access.allowed("list", "secrets", "payments")
    assert access.allowed("list", "pods", "shop")
