"""Where state is kept."""

from __future__ import annotations

import msgspec


class StoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    sqlite: str = "watchkeeper.sqlite3"
    """Path of the database file, made when missing. Put it on a volume that survives the pod (EFS on Fargate)."""
