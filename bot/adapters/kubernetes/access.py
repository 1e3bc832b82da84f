"""Who we are towards one API server: in-cluster, kubeconfig or EKS -> the official client's Configuration.

The official client's loaders do the work; here they get a refresh that asks again when a token is old or refused.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import yaml
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config import ConfigException, load_incluster_config, load_kube_config, load_kube_config_from_dict

from bot.adapters.kubernetes.eks import EksIdentity
from bot.adapters.kubernetes.settings import ClusterSettings
from bot.core.errors import Unreachable

_KEY = "BearerToken"  # the name under which the client's generated code looks for the Authorization header
_RELOAD_AFTER = 600.0  # seconds after which a kubeconfig is read again: its token file or plug-in may say something new
_TOO_SOON = 3.0  # seconds: requests that were refused together need one new token, not one each
_MARGIN = 60.0  # seconds before a plug-in's token expires at which a new one is fetched


class Access(Protocol):
    """One way to be somebody for an API server."""

    async def open(self) -> Configuration:
        """A configuration whose ``refresh_api_key_hook`` keeps the token current. Raises KubeError."""

    async def renew(self) -> None:
        """The server said 401: get a new token at once."""


class InCluster:
    """The pod's own service account; the loader reads the rotated token file again every minute."""

    def __init__(self, load: Callable[..., None] = load_incluster_config) -> None:
        self._load = load
        self._configuration: Configuration | None = None

    async def open(self) -> Configuration:
        configuration = Configuration()
        self._load_into(configuration)
        self._configuration = configuration
        return configuration

    async def renew(self) -> None:
        if self._configuration is not None:
            self._load_into(self._configuration)

    def _load_into(self, configuration: Configuration) -> None:
        try:
            self._load(client_configuration=configuration)
        except (ConfigException, OSError) as error:
            raise Unreachable(
                f"this process does not run in a pod with a service account ({error}); "
                "give the cluster a kubeconfig or an eks section"
            ) from error


class Kubeconfig:
    """A kubeconfig file (``source`` is its path, empty for kubectl's default) or its content."""

    def __init__(
        self,
        source: str | Mapping[str, Any] = "",
        context: str = "",
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._source = source
        self._context = context or None
        self._clock = clock
        self._wall = wall
        self._loaded_at = 0.0
        self._reload_at = 0.0
        self._lock = asyncio.Lock()
        self._configuration: Configuration | None = None

    async def open(self) -> Configuration:
        configuration = Configuration()
        await self._load(configuration)
        configuration.refresh_api_key_hook = self._refresh
        self._configuration = configuration
        return configuration

    async def renew(self) -> None:
        async with self._lock:
            if self._configuration is not None and self._clock() - self._loaded_at >= _TOO_SOON:
                await self._take_token(self._configuration)

    async def _refresh(self, configuration: Configuration) -> None:
        async with self._lock:
            if self._clock() >= self._reload_at:
                await self._take_token(configuration)

    async def _take_token(self, configuration: Configuration) -> None:
        fresh = Configuration()
        await self._load(fresh)
        if _KEY in fresh.api_key:
            configuration.api_key[_KEY] = fresh.api_key[_KEY]

    async def _load(self, configuration: Configuration) -> None:
        try:
            if isinstance(self._source, str):
                loader = await load_kube_config(
                    config_file=self._source or None,
                    context=self._context,
                    client_configuration=configuration,
                    persist_config=False,
                )
            else:
                loader = await load_kube_config_from_dict(
                    dict(self._source), context=self._context, client_configuration=configuration
                )
        except (ConfigException, OSError, yaml.YAMLError, TypeError, AttributeError) as error:
            # The loader answers a missing file or an empty document with TypeError and AttributeError.
            where = self._source if isinstance(self._source, str) and self._source else "kubeconfig"
            raise Unreachable(f"{where} cannot be used: {error}") from error
        self._loaded_at = self._clock()
        self._reload_at = self._loaded_at + self._lifetime(loader)

    def _lifetime(self, loader: Any) -> float:
        expiry = getattr(loader, "exec_plugin_expiry", None)
        if not isinstance(expiry, datetime):
            return _RELOAD_AFTER
        moment = expiry if expiry.tzinfo else expiry.replace(tzinfo=UTC)
        return max(_MARGIN / 2, moment.timestamp() - self._wall() - _MARGIN)


class Eks:
    """An EKS cluster from outside."""

    def __init__(self, identity: EksIdentity) -> None:
        self._identity = identity

    async def open(self) -> Configuration:
        endpoint = await self._identity.endpoint()
        configuration = Configuration(host=endpoint.url, ca_cert_data=endpoint.ca)
        configuration.refresh_api_key_hook = self._refresh
        return configuration

    async def renew(self) -> None:
        await self._identity.token(fresh=True)

    async def _refresh(self, configuration: Configuration) -> None:
        configuration.api_key[_KEY] = "Bearer " + await self._identity.token()


def choose_access(settings: ClusterSettings) -> Access:
    """In-cluster when nothing else is said."""
    if settings.eks:
        return Eks(EksIdentity(settings.eks))
    if settings.kubeconfig or settings.context:
        return Kubeconfig(settings.kubeconfig, settings.context)
    return InCluster()


async def authorization(configuration: Configuration) -> str:
    """The Authorization header's value now, after the refresh hook has run; empty for client certificates."""
    value = configuration.get_api_key_with_prefix(_KEY, alias="authorization")
    if inspect.isawaitable(value):
        value = await value
    return str(value or "").strip()
