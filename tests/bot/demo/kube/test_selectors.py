"""Selectors in queries and in objects."""

from __future__ import annotations

import pytest

from bot.demo.kube.errors import ApiError
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.selectors import field_selector, label_selector, matches, to_text


@pytest.mark.parametrize(
    ("text", "held"),
    [("", True), ("a=1,b", True), ("a==2", False), ("b in (x,y), a!=3", True), ("c", False), ("!c,b notin (z)", True)],
)
def test_labels(text: str, held: bool) -> None:
    assert label_selector(text)({"metadata": {"labels": {"a": "1", "b": "x"}}}) is held


@pytest.mark.parametrize("text", ["==", "a=1,,", "a in x", ",a"])
def test_labels_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ApiError):
        label_selector(text)


def test_fields_of_pods_and_events() -> None:
    pod = {"metadata": {"name": "p"}, "spec": {"nodeName": "n"}, "status": {"phase": "Running"}}
    select = field_selector(BY_KIND["Pod"], "spec.nodeName=n,status.phase!=Failed")
    assert select(pod)
    event = {"metadata": {"name": "e"}, "involvedObject": {"uid": "u"}, "reason": "BackOff", "type": "Warning"}
    assert field_selector(BY_KIND["Event"], "involvedObject.uid=u,type=Warning")(event)
    assert not field_selector(BY_KIND["Event"], "reason=Killing")(event)


def test_selector_objects() -> None:
    selector = {"matchLabels": {"a": "1"}, "matchExpressions": [{"key": "b", "operator": "DoesNotExist"}]}
    assert matches(selector, {"a": "1"})
    assert not matches(selector, {"a": "1", "b": "x"})
    assert to_text({"matchLabels": {"b": "2", "a": "1"}}) == "a=1,b=2"
