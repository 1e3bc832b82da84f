"""All verbs load and can be explained."""

from __future__ import annotations

from commands.parse import Defaults, canonical, parse
from commands.registry import load_verbs


def test_every_example_of_every_verb_is_a_command() -> None:
    verbs = load_verbs()
    assert {"describe", "help", "logs"} <= verbs.keys()
    for verb in verbs.values():
        assert verb.examples
        for example in verb.examples:
            call = parse(example, verbs, Defaults(("prod",)))
            assert call.verb == verb.name
            assert canonical(verb, call) == call.text


def test_every_verb_that_touches_a_cluster_says_what_rights_it_needs() -> None:
    for verb in load_verbs().values():
        assert verb.open or verb.rights
        assert not any(right.resource == "secrets" for right in verb.rights)
        if not verb.changes:
            assert all(set(right.verbs) <= {"get", "list"} for right in verb.rights)
