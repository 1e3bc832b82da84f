"""Help shows what this person may do, and no more than that as usable."""

from __future__ import annotations

import pytest

from tests.commands.scene import Scene


async def test_overview_shows_what_this_person_may_do() -> None:
    scene = Scene()
    text = (await scene.ask("help")).text
    assert "/k8s logs POD|KIND/NAME [-n NAMESPACE] [flags]\n" in text
    assert "for example /k8s logs deploy/api -n shop" in text
    assert "shop (viewer)" in text
    assert "not for" not in text
    other = (await scene.ask("", "U02")).text
    assert "/k8s logs" not in other.replace("/k8s help logs", "")
    assert "not for vera here: " in other


async def test_one_command_with_its_flags_and_examples() -> None:
    text = (await Scene().ask("help logs")).text
    for flag in ("-c, --container", "-p, --previous", "--since", "--tail", "--grep", "--share"):
        assert flag in text
    assert "Examples" in text
    assert "dana may: shop (viewer)" in text
    assert "may not use it here" in (await Scene().ask("help logs", "U02")).text


@pytest.mark.parametrize("text", ["help lgs", "help LGS"])
async def test_unknown_topic_names_the_nearest(text: str) -> None:
    assert "Did you mean logs?" in (await Scene().ask(text)).text


async def test_what_is_open_to_all_needs_no_role() -> None:
    rules = {"roles": {"r": {"verbs": ["*"], "namespaces": ["shop"]}}, "bindings": [{"role": "r", "everyone": True}]}
    text = (await Scene(policy=rules).ask("help")).text
    assert text.count("shop (r)") == 2  # logs and describe, not help itself
