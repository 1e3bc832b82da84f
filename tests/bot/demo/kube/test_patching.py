"""The corners of the patch types that the contract tests leave out."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.kube.errors import ApiError
from bot.demo.kube.patching import json_patch, merge_patch, strategic


@pytest.mark.parametrize(
    ("operations", "result"),
    [
        ([{"op": "add", "path": "/list/-", "value": 3}], {"list": [1, 2, 3], "a/b": 1}),
        ([{"op": "add", "path": "/list/0", "value": 0}], {"list": [0, 1, 2], "a/b": 1}),
        ([{"op": "remove", "path": "/a~1b"}], {"list": [1, 2]}),
        ([{"op": "move", "from": "/a~1b", "path": "/c"}], {"list": [1, 2], "c": 1}),
        ([{"op": "copy", "from": "/list", "path": "/c"}], {"list": [1, 2], "a/b": 1, "c": [1, 2]}),
        ([{"op": "test", "path": "/nope", "value": None}], {"list": [1, 2], "a/b": 1}),
    ],
)
def test_json_patch(operations: list[Any], result: Any) -> None:
    assert json_patch({"list": [1, 2], "a/b": 1}, operations) == result


@pytest.mark.parametrize("path", ["/list/9", "/nope/x", "list"])
def test_a_json_patch_on_a_path_that_is_not_there(path: str) -> None:
    with pytest.raises(ApiError) as caught:
        json_patch({"list": [1]}, [{"op": "replace", "path": path, "value": 1}])
    assert caught.value.code == 422


def test_a_merge_patch_makes_what_is_missing() -> None:
    assert merge_patch({"a": 1}, {"b": {"c": None, "d": 2}}) == {"a": 1, "b": {"d": 2}}


def test_strategic_lists_merge_delete_and_replace() -> None:
    have = {"containers": [{"name": "a", "image": "1"}, {"name": "b"}], "args": ["x"]}
    patch = {"containers": [{"name": "a", "image": "2"}, {"name": "b", "$patch": "delete"}], "args": ["y"]}
    assert strategic(have, patch) == {"containers": [{"name": "a", "image": "2"}], "args": ["y"]}
    assert strategic({"a": {"b": 1}}, {"a": {"$patch": "replace", "c": 2}}) == {"a": {"c": 2}}
