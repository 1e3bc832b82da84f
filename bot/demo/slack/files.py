"""Files: an upload in three steps, the moment until it can be shown, and the sharing."""

from __future__ import annotations

import mimetypes
import secrets

import msgspec

from bot.demo.slack.model import BOT_USER_ID, Json, SlackError
from bot.demo.slack.workspace import Workspace


class File(msgspec.Struct, kw_only=True):
    """``ready_at`` is 0 until the upload is completed."""

    id: str
    name: str
    length: int
    ticket: str
    title: str = ""
    alt_txt: str = ""
    content: bytes | None = None
    ready_at: float = 0.0
    channels: list[str] = msgspec.field(default_factory=list)


class Files:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.base_url = ""
        self.by_id: dict[str, File] = {}

    def begin(self, name: str, length: int, alt_txt: str = "") -> File:
        """Step 1: a one-time address."""
        file = File(
            id=self.workspace.new_id("F"), name=name, length=length, alt_txt=alt_txt, ticket=secrets.token_urlsafe(16)
        )
        self.by_id[file.id] = file
        return file

    def receive(self, ticket: str, content: bytes) -> File:
        """Step 2: the bytes, once."""
        file = next((each for each in self.by_id.values() if each.ticket == ticket), None)
        if file is None or file.content is not None or len(content) != file.length:
            raise SlackError("upload_failed")
        file.content = content
        return file

    def complete(self, file_id: str, title: str) -> File:
        """Step 3. Slack goes on processing for a moment afterwards."""
        file = self.by_id.get(file_id)
        if file is None or file.content is None or file.ready_at:
            raise SlackError("file_not_found")
        file.title = title or file.name
        file.ready_at = self.workspace.clock() + self.workspace.settings.upload_delay
        return file

    def ready(self, file: File) -> bool:
        return 0 < file.ready_at <= self.workspace.clock()

    def usable(self, reference: Json) -> bool:
        """May a block show this ``slack_file``? Too early is as wrong as unknown."""
        url = reference.get("url")
        file = self.by_id.get(str(reference.get("id"))) or next(
            (each for each in self.by_id.values() if url and url in (self.url(each), self.permalink(each))), None
        )
        return file is not None and self.ready(file)

    def url(self, file: File) -> str:
        return f"{self.base_url}/files/{file.id}/{file.name}"

    def permalink(self, file: File) -> str:
        return f"{self.base_url}/files/{file.id}"

    def get(self, file_id: str) -> File:
        file = self.by_id.get(file_id)
        if file is None or not file.ready_at:
            raise SlackError("file_not_found")
        return file

    def to_slack(self, file: File) -> Json:
        """The file object. Until it is processed Slack knows neither its type nor where it is shared."""
        ready = self.ready(file)
        kind = mimetypes.guess_type(file.name)[0] or "text/plain"
        suffix = file.name.rpartition(".")[2] if "." in file.name else "text"
        return {
            "id": file.id,
            "created": int(file.ready_at),
            "name": file.name,
            "title": file.title,
            "mimetype": kind if ready else "",
            "filetype": suffix if ready else "",
            "pretty_type": suffix.upper() if ready else "",
            "user": BOT_USER_ID,
            "size": file.length,
            "mode": "hosted",
            "alt_txt": file.alt_txt,
            "channels": file.channels if ready else [],
            "groups": [],
            "ims": [],
            "url_private": self.url(file),
            "url_private_download": self.url(file),
            "permalink": self.permalink(file),
        }
