"""The EKS token as its verifier reads it: prefix, no padding, regional host, the signed header."""

from __future__ import annotations

import base64
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from botocore.stub import Stubber

from bot.adapters.kubernetes.eks import EksIdentity, find_endpoint, make_token
from bot.adapters.kubernetes.settings import EksSettings
from bot.core.errors import Forbidden, NotFound, Unreachable

SETTINGS = EksSettings(name="prod", region="ap-northeast-2")


def session(*_: Any) -> Any:
    return boto3.Session(aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="s", aws_session_token="t" * 200)


def url_of(token: str) -> str:
    prefix, _, body = token.partition(".")
    assert prefix == "k8s-aws-v1"
    assert "=" not in body
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()


def test_the_token_is_a_signed_question_to_the_regional_sts() -> None:
    token = make_token(session(), SETTINGS)
    assert len(token) <= 4096
    parts = urlsplit(url_of(token))
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "sts.ap-northeast-2.amazonaws.com", "/")
    assert query["Action"] == "GetCallerIdentity"
    assert query["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
    assert query["X-Amz-Expires"] == "60"
    assert "/ap-northeast-2/sts/aws4_request" in query["X-Amz-Credential"]
    assert set(query) == {
        "Action", "Version", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires",
        "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Security-Token",
    }  # fmt: skip


def test_the_clusters_name_is_part_of_the_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore.auth

    moment = botocore.auth.get_current_datetime()
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: moment)
    first = make_token(session(), SETTINGS)
    assert make_token(session(), SETTINGS) == first
    assert make_token(session(), EksSettings(name="other", region="ap-northeast-2")) != first


def test_the_endpoint_comes_with_its_ca_in_pem() -> None:
    client = boto3.client("eks", "ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b")
    ca = base64.b64encode(b"-----BEGIN CERTIFICATE-----").decode()
    with Stubber(client) as stub:
        found = {"cluster": {"endpoint": "https://X.eks.amazonaws.com", "certificateAuthority": {"data": ca}}}
        stub.add_response("describe_cluster", found, {"name": "prod"})

        class Session:
            def client(self, *_: Any, **__: Any) -> Any:
                return client

        endpoint = find_endpoint(Session(), SETTINGS)
    assert (endpoint.url, endpoint.ca) == ("https://X.eks.amazonaws.com", "-----BEGIN CERTIFICATE-----")


@pytest.mark.parametrize(
    ("code", "error"),
    [("AccessDeniedException", Forbidden), ("ResourceNotFoundException", NotFound), ("ServerException", Unreachable)],
)
async def test_what_aws_refuses_is_told_with_the_right(code: str, error: type[Exception]) -> None:
    client = boto3.client("eks", "ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b")

    class Session:
        def client(self, *_: Any, **__: Any) -> Any:
            return client

    with Stubber(client) as stub:
        stub.add_client_error("describe_cluster", code, "no")
        with pytest.raises(error, match="eks:DescribeCluster for EKS cluster prod"):
            await EksIdentity(SETTINGS, session=lambda _: Session()).endpoint()


async def test_no_credentials_is_told() -> None:
    class Session:
        def client(self, *_: Any, **__: Any) -> Any:
            raise NoCredentialsError

    with pytest.raises(Unreachable, match="Unable to locate credentials"):
        await EksIdentity(SETTINGS, session=lambda _: Session()).token()


async def test_a_token_serves_ten_minutes_or_until_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def make(*_: Any) -> str:
        made.append(f"token-{len(made) + 1}")
        return made[-1]

    monkeypatch.setattr("bot.adapters.kubernetes.eks.make_token", make)
    now = [0.0]
    identity = EksIdentity(SETTINGS, session=session, clock=lambda: now[0])
    assert await identity.token() == "token-1"
    now[0] = 599
    assert await identity.token() == "token-1"
    now[0] = 600
    assert await identity.token() == "token-2"
    now[0] = 650
    assert await identity.token(fresh=True) == "token-3"
    assert await identity.token(fresh=True) == "token-3"  # nine watches were refused together


def test_the_aws_library_is_not_loaded_for_a_bot_that_reaches_its_cluster_without_it() -> None:
    """Six MiB at import alone, more with each client."""
    program = "import sys, bot.app; print(*sorted({'boto3', 'botocore'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
