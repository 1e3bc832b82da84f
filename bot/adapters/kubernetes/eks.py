"""An EKS cluster from outside: where its API server is, and the token that stands for our AWS identity.

The token is a signed URL of STS GetCallerIdentity, in base64. EKS calls that URL to learn who we are, so making one
needs no right; the header with the cluster's name is part of the signature. boto3 is blocking: it runs in a thread.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from bot.adapters.kubernetes.settings import EksSettings
from bot.core.errors import Forbidden, NotFound, Unreachable

T = TypeVar("T")

_HEADER = "x-k8s-aws-id"
_URL_EXPIRES = 60  # seconds; what aws eks get-token asks for. The verifier counts 15 min from the date regardless
_TOO_SOON = 3.0  # seconds: requests that were refused together need one new token, not one each
REFRESH_AFTER = 600.0  # seconds: well before those 15 minutes, clocks that differ included


class Endpoint(msgspec.Struct, frozen=True):
    """Where the API server is. ``ca``: its certificate authority in PEM."""

    url: str
    ca: str


def make_token(session: Any, settings: EksSettings) -> str:
    """A bearer token. ``session``: a boto3 session with credentials. Blocking: credentials may be fetched."""
    from botocore.config import Config  # noqa: PLC0415 - heavy, and only needed for EKS from outside

    config = Config(signature_version="v4", connect_timeout=5, read_timeout=10, retries={"max_attempts": 2})
    client = session.client(
        "sts",
        region_name=settings.region,
        endpoint_url=f"https://sts.{settings.region}.{_suffix(settings.region)}",
        config=config,
    )

    def add_header(request: Any, **_: Any) -> None:
        request.headers[_HEADER] = settings.name

    client.meta.events.register("before-sign.sts.GetCallerIdentity", add_header)
    url = client.generate_presigned_url("get_caller_identity", ExpiresIn=_URL_EXPIRES, HttpMethod="GET")
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _suffix(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def find_endpoint(session: Any, settings: EksSettings) -> Endpoint:
    """Ask AWS where the cluster is; needs eks:DescribeCluster. Blocking."""
    client = session.client("eks", region_name=settings.region)
    cluster = client.describe_cluster(name=settings.name)["cluster"]
    ca = base64.b64decode(cluster["certificateAuthority"]["data"]).decode()
    return Endpoint(cluster["endpoint"], ca)


def make_session(settings: EksSettings) -> Any:
    """A boto3 session, with the role assumed where one is named. Blocking."""
    import boto3  # noqa: PLC0415 - heavy, and only needed for EKS from outside

    base = boto3.Session(region_name=settings.region)
    if not settings.role:
        return base
    from botocore.credentials import (  # noqa: PLC0415 - as above
        AssumeRoleCredentialFetcher,
        DeferredRefreshableCredentials,
    )
    from botocore.session import get_session  # noqa: PLC0415 - as above

    fetcher = AssumeRoleCredentialFetcher(
        base._session.create_client,  # noqa: SLF001 - boto3 has no public way to give refreshable credentials
        base.get_credentials(),
        settings.role,
        extra_args={"RoleSessionName": "watchkeeper"},
    )
    inner = get_session()
    inner._credentials = DeferredRefreshableCredentials(  # noqa: SLF001 - as above
        refresh_using=fetcher.fetch_credentials, method="assume-role"
    )
    return boto3.Session(botocore_session=inner, region_name=settings.region)


class EksIdentity:
    """Tokens for one cluster, made anew when they get old. ``clock`` in seconds, any origin."""

    def __init__(
        self,
        settings: EksSettings,
        *,
        session: Callable[[EksSettings], Any] = make_session,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._make_session = session
        self._clock = clock
        self._session: Any = None
        self._token = ""
        self._made_at = 0.0
        self._lock = asyncio.Lock()

    async def endpoint(self) -> Endpoint:
        return await self._off_loop(lambda: find_endpoint(self._get_session(), self._settings), "eks:DescribeCluster")

    async def token(self, *, fresh: bool = False) -> str:
        """The current token; ``fresh`` after the server has refused it."""
        async with self._lock:
            age = self._clock() - self._made_at
            if not self._token or age >= REFRESH_AFTER or (fresh and age >= _TOO_SOON):
                made_at = self._clock()
                self._token = await self._off_loop(lambda: make_token(self._get_session(), self._settings), "STS")
                self._made_at = made_at
            return self._token

    def _get_session(self) -> Any:
        if self._session is None:
            self._session = self._make_session(self._settings)
        return self._session

    async def _off_loop(self, work: Callable[[], T], what: str) -> T:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - heavy, only for EKS

        try:
            return await asyncio.to_thread(work)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise _classify(code)(f"AWS refused {what} for EKS cluster {self._settings.name}: {error}") from error
        except BotoCoreError as error:
            raise Unreachable(f"AWS ({what}) for EKS cluster {self._settings.name}: {error}") from error


def _classify(code: str) -> type[Forbidden | NotFound | Unreachable]:
    if code == "ResourceNotFoundException":
        return NotFound
    if "AccessDenied" in code or "Token" in code or "Unauthorized" in code:
        return Forbidden
    return Unreachable
