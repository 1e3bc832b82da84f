"""The grammar: kubectl's spelling, helpful refusals, and nothing that is not a Kubernetes name in a Call."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import UserError
from commands.model import Call, Verb
from commands.parse import Defaults, is_label, is_name, parse
from commands.spelling import from_slack

Verbs = dict[str, Verb]


def test_kubectls_spelling(verbs: Verbs, one_cluster: Defaults) -> None:
    text = "logs deploy/api -n shop -c app --since 10m --tail 200 --previous --grep 'x y'"
    call = parse(text, verbs, one_cluster)
    assert (call.verb, call.cluster, call.namespace, call.kind, call.name) == (
        "logs", "prod", "shop", "Deployment", "api",
    )  # fmt: skip
    assert (call.word("container"), call.word("grep")) == ("app", "x y")
    assert (call.number("since", 0), call.number("tail", 0), call.flag("previous")) == (600, 200, True)
    assert call.text == (
        'logs deploy/api -n shop --cluster prod --container app --previous --since 10m --tail 200 --grep "x y"'
    )


SAME = [
    ("describe pod api-x", "describe pod/api-x"),
    ("describe po/api-x", "describe pods/api-x"),
    ("describe deployment.apps/api", "describe deploy/api"),
    ("logs api-x -n=shop", "logs pod/api-x --namespace shop"),
    ("logs -n shop api-x --namespace=shop2", None),
    ("logs --cluster prod -p api-x", "logs api-x --previous"),
    ("logs api-x --since 1h30m", "logs api-x --since 90m"),
    ("logs api-x --since 1500ms", "logs api-x --since=2s"),
    ("rollout status deploy/api", "rollout status deploy api"),
    ("", "help"),
    ("help rollout status", "help 'rollout status'"),
    ("logs x --grep -- --tail 5", None),
]


@pytest.mark.parametrize(("one", "other"), [(one, other) for one, other in SAME if other is not None])
def test_two_spellings_of_one_call(verbs: Verbs, one_cluster: Defaults, one: str, other: str) -> None:
    assert parse(one, verbs, one_cluster) == parse(other, verbs, one_cluster)


WRONG = [  # text, what the answer must contain
    ("logs api --tial 5", "Did you mean --tail? logs takes -n, --cluster, -c, -p, --since, --tail, --grep"),
    ("logs api -n shop -n prod", "-n is given twice"),
    ("logs api -n shop --namespace=shop", "--namespace is given twice"),
    ("log api", "Did you mean logs? There are: describe, help, logs"),
    ("logs", "logs needs TARGET"),
    ("describe api", "describe needs KIND/NAME, for example deploy/api"),
    ("logs api web --tail 5 more", "does not know what to do with web"),
    ("logs widget/api", "not a kind that logs knows. It knows pod, deploy"),
    ("logs deplyo/api", "Did you mean deploy?"),
    ("describe secret/db", "Secrets are never read"),
    ("describe secrets db", "Secrets are never read"),
    ("logs API", "Names are lower case: api"),
    ("logs api/../../secrets", "is not a kind"),
    ("logs pod/../secrets/x", "is not a name"),
    ("logs pod/a%2fb", "is not a name"),
    ("logs pod/a?x=1", "is not a name"),
    ("logs api -n kube/system", "is not a namespace's name"),
    ("logs api -n Shop", "is not a namespace's name"),
    ("logs api -c ../x", "is not a container's name"),
    ("logs api --cluster prd", "Did you mean prod?"),
    ("logs api --tail 0", "from 1 to 5000"),
    ("logs api --tail 1e3", "from 1 to 5000"),
    ("logs api --tail ٣", "from 1 to 5000"),
    ("logs api --since 10", "such as 90s"),
    ("logs api --since ٣m", "such as 90s"),
    ("logs api --since 90d", "from 1s to 30d"),
    ("logs api --since 0s", "from 1s to 30d"),
    ("logs api --previous=yes", "takes no value"),
    ("logs api --tail", "--tail needs a value"),
    ("logs api --grep --tail 5", "--grep needs a value"),
    ("logs api --grep ''", "needs some text"),
    ("logs api -f", "not followed"),
    ("logs api -A", "Name one namespace"),
    ("logs api -o=json", "one form"),
    ("logs api -nshop", "Did you mean -n shop?"),
    ("logs api -- --previous", "-- is not known"),
    ("logs '--previous'", "is not a name"),
    ("get --raw /api", "get is not a command here"),
    ("'logs' api", "is not a command"),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_what_is_wrong_is_said(verbs: Verbs, one_cluster: Defaults, text: str, told: str) -> None:
    with pytest.raises(UserError) as raised:
        parse(text, verbs, one_cluster)
    assert told in raised.value.why


def test_which_cluster_must_be_said_where_there_are_two(verbs: Verbs) -> None:
    two = Defaults(("prod", "dev"))
    with pytest.raises(UserError, match="Which cluster"):
        parse("logs api", verbs, two)
    assert parse("logs api --cluster dev", verbs, two).cluster == "dev"
    assert parse("logs api", verbs, Defaults(("prod", "dev"), cluster="dev")).cluster == "dev"


def test_namespace_defaults_and_is_empty_for_nodes(verbs: Verbs) -> None:
    assert parse("logs api", verbs, Defaults(("prod",), namespace="shop")).namespace == "shop"
    assert parse("describe node/n1 -n shop", verbs, Defaults(("prod",))).namespace == ""


_PIECES = """logs describe help rollout status restart pod/api deploy/api node/n1 api -n shop --namespace=x -c app
    --tail 5 --since 10m --previous -p --grep --grep= --cluster prod --share ' " \\ -- - = / ../.. %2f"""
_WORDS = st.one_of(st.sampled_from(_PIECES.split()), st.text(max_size=12))
_LINES = st.lists(_WORDS, max_size=9).map(" ".join)


def _holds(call: Call, verbs: Verbs) -> None:
    assert call.verb in verbs
    assert call.cluster in {"", "prod"}
    assert not call.namespace or is_label(call.namespace)
    assert not call.name or is_name(call.name)
    assert not call.word("container") or is_label(call.word("container"))
    assert "\n" not in call.text
    # Whatever the defaults are, the canonical text means the same.
    assert parse(call.text, verbs, Defaults(("prod", "dev"), namespace="elsewhere", cluster="dev")) == call


@settings(max_examples=1500, deadline=None)
@given(_LINES)
def test_any_line_is_a_sound_call_or_a_user_error(verbs: Verbs, one_cluster: Defaults, line: str) -> None:
    for text in (line, from_slack(line)):
        try:
            call = parse(text, verbs, one_cluster)
        except UserError:
            pass
        else:
            _holds(call, verbs)
