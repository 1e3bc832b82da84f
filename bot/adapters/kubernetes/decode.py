"""Bytes -> narrow structs: pages of a list and lines of a watch.

One object that does not decode never costs the rest: it is left out, and told.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec

from bot.adapters.kubernetes.failures import Status
from bot.core.objects import STRUCTS, Meta, Object

_log = logging.getLogger(__name__)
T = TypeVar("T")

# Written by kubectl apply: a second copy of the whole object, up to 256 KB, that nobody here reads.
_BALLAST = "kubectl.kubernetes.io/last-applied-configuration"


class _ListMeta(msgspec.Struct, gc=False, rename={"resource_version": "resourceVersion", "go_on": "continue"}):
    resource_version: str = ""
    go_on: str | None = None


class _Page(msgspec.Struct, Generic[T]):
    metadata: _ListMeta = msgspec.field(default_factory=_ListMeta)
    items: list[T] | None = None


class _Line(msgspec.Struct, Generic[T], gc=False):
    type: str
    object: T


class Page(msgspec.Struct, frozen=True):
    """One page of a list. ``go_on`` is the token of the next page, empty on the last.

    ``left_out``: those that exist but did not decode; a comparison must not take them for deleted.
    """

    items: Sequence[Any]
    version: str
    go_on: str = ""
    left_out: Sequence[Meta] = ()


class Change(msgspec.Struct, frozen=True, gc=False):
    """One line of a watch. ``type``: ADDED, MODIFIED, DELETED, BOOKMARK; ERROR carries ``failure`` instead.

    ``object`` is None where it could not be decoded; ``version`` is the resource version to resume from.
    """

    type: str
    object: Any = None
    version: str = ""
    failure: Status | None = None


def _slim(found: Any) -> Any:
    annotations = found.metadata.annotations
    if annotations is not None:
        annotations.pop(_BALLAST, None)
    return found


class Decoders:
    """The decoders of one kind, built once: that is the slow part."""

    def __init__(self, kind: str) -> None:
        struct: Any = STRUCTS.get(kind, Meta)
        self._kind = kind
        self._page = msgspec.json.Decoder(_Page[struct])
        self._raw_page = msgspec.json.Decoder(_Page[msgspec.Raw])
        self._line = msgspec.json.Decoder(_Line[struct])
        self._raw_line = msgspec.json.Decoder(_Line[msgspec.Raw])
        self._one = msgspec.json.Decoder(struct)
        self._meta = msgspec.json.Decoder(Meta)
        self._status = msgspec.json.Decoder(Status)

    def page(self, body: bytes) -> Page:
        """Raises msgspec.DecodeError where the page as a whole is no list."""
        try:
            page = self._page.decode(body)
        except msgspec.ValidationError:
            return self._odd_page(body)
        items: Sequence[Object] = page.items or ()
        for item in items:
            _slim(item)
        return Page(items, page.metadata.resource_version, page.metadata.go_on or "")

    def _odd_page(self, body: bytes) -> Page:
        page = self._raw_page.decode(body)
        items, left_out = [], []
        for raw in page.items or ():
            found = self._try(raw)
            if found is None:
                left_out.append(self._meta.decode(raw))
            else:
                items.append(found)
        return Page(items, page.metadata.resource_version, page.metadata.go_on or "", left_out)

    def line(self, line: bytes) -> Change:
        """Raises msgspec.DecodeError where the line is no watch event at all."""
        try:
            event = self._line.decode(line)
        except msgspec.ValidationError:
            return self._odd_line(line)
        if event.type == "ERROR":
            return self._odd_line(line)
        return Change(event.type, _slim(event.object), event.object.metadata.resource_version)

    def _odd_line(self, line: bytes) -> Change:
        event = self._raw_line.decode(line)
        if event.type == "ERROR":
            return Change("ERROR", failure=self._status.decode(event.object))
        meta = self._meta.decode(event.object)
        found = meta if event.type == "DELETED" else self._try(event.object)
        return Change(event.type, found, meta.metadata.resource_version)

    def _try(self, raw: msgspec.Raw) -> Any:
        try:
            return _slim(self._one.decode(raw))
        except msgspec.ValidationError as error:
            name = self._meta.decode(raw).metadata.name
            _log.warning("%s %s is left out: it does not look as expected: %s", self._kind, name, error)
            return None
