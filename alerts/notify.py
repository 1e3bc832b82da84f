"""The outbox: brings every incident to Slack, at least once and in practice exactly once.

The incident is stored before it comes here. A claim is written before a post and Slack's answer after it, so that after
a kill in between our own message is looked for before another is posted. A failed send is tried again with what is then
true. Each incident is delivered on its own: one failing channel keeps nobody else waiting.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable

import msgspec

from alerts import present
from alerts.model import Delivery, Incident
from bot.core.actions import register
from bot.core.errors import SendError, SendLater, SendNever, StoreError
from bot.core.message import Message, Picture, Pre
from bot.core.ports import Messenger, Posted, Store

log = logging.getLogger(__name__)

_SKEW = 120.0  # our clock against Slack's, when a message is looked for
_FIRST_RETRY, _LAST_RETRY = 1.0, 300.0
# Slack has certainly not taken the message: no need to look for it.
_NOT_TAKEN = frozenset({"ratelimited", "rate_limited", "paced"})
# The message itself is not at fault: a shorter one would fail as well.
_CHANNEL = frozenset({"channel_not_found", "not_in_channel", "is_archived", "restricted_action", "no_permission"})
_ACCOUNT = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
_ACCOUNT |= {"missing_scope", "team_access_not_granted", "org_login_required", "ekm_access_denied"}
_DELETED = frozenset({"message_not_found", "thread_not_found"})
_MOST_SIMPLE = 2


def simplify(message: Message, level: int) -> Message:
    """Level 1 leaves out pictures and preformatted text, level 2 everything but the notification's line."""
    if level <= 0:
        return message
    if level >= _MOST_SIMPLE:
        return Message(message.text, (), message.colour)
    parts = tuple(part for part in message.parts if not isinstance(part, Picture | Pre))
    return msgspec.structs.replace(message, parts=parts)


def digest(message: Message) -> str:
    return hashlib.sha256(msgspec.json.encode(message)).hexdigest()[:32]


class _Open:
    """One incident on its way: what it is now, what Slack has of it, and when to try next."""

    def __init__(self, incident: Incident) -> None:
        self.incident = incident
        self.delivery = Delivery(id=incident.id)
        self.loaded = False
        self.due = 0.0
        self.failures = 0
        self.edited = 0.0
        self.doubt = False
        self.line_doubt = False
        self.task: asyncio.Task[None] | None = None

    async def load(self, store: Store) -> None:
        """What Slack already has: from an earlier run, or from before the incident came back."""
        record = await store.get(f"delivery/{self.incident.id}")
        if record is not None:
            self.delivery = msgspec.json.decode(record.value, type=Delivery)
        # A claim read from the store is in doubt; our own is, once a send has failed without an answer.
        self.doubt = bool(self.delivery.claimed and not self.delivery.posted)
        self.line_doubt = bool(self.delivery.line_claimed)
        self.loaded = True


class Notifier:
    """Incidents -> Messenger. ``offer`` what changed, call ``pump`` often; it never waits."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        *,
        now: Callable[[], float],
        fallback: str,
        edit_every: float = 3.0,
        keep: float = 7 * 86400.0,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._now = now
        self._fallback = fallback
        self._edit_every = edit_every
        self._keep = keep
        self._open: dict[str, _Open] = {}
        self._draining = False

    def offer(self, incident: Incident) -> None:
        """This is what the incident is now. It has been stored. After a start: whatever Slack may not have yet."""
        one = self._open.get(incident.id)
        if one is None:
            self._open[incident.id] = _Open(incident)
        else:
            one.incident = incident
            if not one.failures:  # else the next try takes what is then true
                one.due = self._next(one)

    def _next(self, one: _Open) -> float:
        """When the next edit may go out; a first message at once."""
        return one.edited + self._edit_every if one.delivery.posted else 0.0

    def pump(self) -> None:
        """Start what is due."""
        now = self._now()
        for one in list(self._open.values()):
            if one.task is None and (one.due <= now or (self._draining and one.due != float("inf"))):
                one.task = asyncio.create_task(self._deliver(one))

    @property
    def next_due(self) -> float:
        """When ``pump`` has something to do next (epoch seconds)."""
        return min((one.due for one in self._open.values() if one.task is None), default=float("inf"))

    @property
    def waiting(self) -> int:
        """How many incidents Slack does not have as they are now."""
        return sum(1 for one in self._open.values() if one.task or one.due != float("inf"))

    async def settle(self) -> None:
        """Wait for the sends that are under way; what one of them raised beyond errors of sending is raised here."""
        while tasks := [one.task for one in self._open.values() if one.task]:
            await asyncio.gather(*tasks)

    async def stop(self, limit: float) -> bool:
        """Send what is left, at once and without pauses, within ``limit`` seconds; True when nothing is left."""
        self._draining = True
        try:
            async with asyncio.timeout(limit):
                while self.waiting:
                    self.pump()
                    await self.settle()
                    if any(one.failures for one in self._open.values()):
                        await asyncio.sleep(_FIRST_RETRY / 4)
        except TimeoutError:
            log.warning("%d messages were not sent before the stop; they follow after the next start", self.waiting)
        left = [one.task for one in self._open.values() if one.task]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return not self.waiting

    # --- one incident -------------------------------------------------------------------------------------------------

    async def _deliver(self, one: _Open) -> None:
        """Bring Slack to what the incident is now; on failure set when to try again."""
        incident = one.incident
        try:
            await self._reconcile(one, incident)
        except SendNever as error:
            await self._never(one, error)
        except (SendLater, StoreError) as error:
            self._later(one, error)
        except Exception:  # a fault in one incident must not stop the others, nor be silent
            log.exception("delivering %s failed", incident.id)
            self._later(one, SendLater("internal"))
        else:
            one.failures = 0
            changed = one.incident is not incident
            one.due = self._next(one) if changed else float("inf")
            if not changed and incident.state == "ended":
                await self._finished(one)
        finally:
            one.task = None

    async def _reconcile(self, one: _Open, incident: Incident) -> None:
        if not one.loaded:
            await one.load(self._store)
        if one.delivery.gone:
            return
        if one.delivery.posted is None:
            await self._post(one, incident)
        else:
            await self._edit(one, incident)
        while one.delivery.lines < len(incident.story):
            await self._reply(one, incident, one.delivery.lines)

    async def _write(self, one: _Open, **changes: object) -> None:
        after = msgspec.structs.replace(one.delivery, **changes)
        await self._store.put(f"delivery/{after.id}", msgspec.json.encode(after))
        one.delivery = after

    async def _ready(self, one: _Open, message: Message, subject: str) -> Message:
        return await register(self._store, simplify(message, one.delivery.level), subject)

    async def _post(self, one: _Open, incident: Incident) -> None:
        """The first message; before it, the look for one that an earlier try may have left."""
        channel = one.delivery.channel or incident.channel
        posted = await self._found(one, channel) if one.doubt else None
        if posted is not None:
            await self._write(one, channel=channel, posted=posted)
            one.doubt = False
            await self._edit(one, incident)
            return
        message = await self._ready(one, present.message(incident), incident.id)
        # The earliest claim stays: any try since then may have left a message.
        await self._write(one, channel=channel, claimed=one.delivery.claimed or self._now())
        one.doubt = True
        try:
            posted = await self._messenger.post(channel, message, key=incident.id)
        except SendNever:
            one.doubt = False
            raise
        except SendLater as error:
            one.doubt = error.code not in _NOT_TAKEN
            raise
        one.edited = self._now()
        await self._write(one, channel=channel, posted=posted, shown=digest(message))
        one.doubt = False

    async def _found(self, one: _Open, channel: str, key: str = "", thread: str = "") -> Posted | None:
        """Our own message, if a send that was never answered was taken all the same."""
        claimed = one.delivery.line_claimed if thread else one.delivery.claimed
        try:
            return await self._messenger.find(channel, key or one.incident.id, since=claimed - _SKEW, thread=thread)
        except SendNever as error:
            log.warning("cannot look for our own messages in %s (%s): one may appear twice", channel, error.code)
            return None

    async def _edit(self, one: _Open, incident: Incident) -> None:
        posted = one.delivery.posted
        assert posted is not None
        message = await self._ready(one, present.message(incident), incident.id)
        shown = digest(message)
        if shown == one.delivery.shown:
            return
        try:
            await self._messenger.update(posted, message, key=incident.id)
        except SendNever as error:
            if error.code in _DELETED | _ACCOUNT or one.delivery.level < _MOST_SIMPLE:
                raise
            log.warning("Slack lets nobody edit %s (%s): its thread goes on without", incident.id, error.code)
        one.edited = self._now()
        await self._write(one, shown=shown)

    async def _reply(self, one: _Open, incident: Incident, number: int) -> None:
        """The next line of the thread, exactly once by the same means as the message."""
        posted = one.delivery.posted
        assert posted is not None
        key = f"{incident.id}/{number}"
        if one.line_doubt and await self._found(one, posted.channel, key, posted.ts):
            await self._write(one, lines=number + 1, line_claimed=0.0)
            one.line_doubt = False
            return
        story = incident.story[number]
        message = await self._ready(one, present.line(incident, story), key)
        await self._write(one, line_claimed=one.delivery.line_claimed or self._now())
        # What happened before the message was posted is no news to the channel.
        broadcast = story.broadcast and story.at > one.delivery.claimed
        one.line_doubt = True
        try:
            await self._messenger.post(posted.channel, message, thread=posted.ts, broadcast=broadcast, key=key)
        except SendNever:
            one.line_doubt = False
            raise
        except SendLater as error:
            one.line_doubt = error.code not in _NOT_TAKEN
            raise
        await self._write(one, lines=number + 1, line_claimed=0.0)
        one.line_doubt = False

    # --- when it fails ------------------------------------------------------------------------------------------------

    def _later(self, one: _Open, error: SendError | StoreError) -> None:
        one.failures += 1
        wait = min(_FIRST_RETRY * 2 ** (one.failures - 1), _LAST_RETRY)
        after = error.after if isinstance(error, SendLater) else 0.0
        one.due = self._now() + max(wait, after)
        log.warning("%s is not sent yet, next try in %.0f s: %s", one.incident.id, max(wait, after), error)

    async def _never(self, one: _Open, error: SendNever) -> None:
        """The same again cannot help: another channel, a simpler message, or a slow retry until somebody acts."""
        changes: dict[str, object] = {}
        channel = one.delivery.channel or one.incident.channel
        if error.code in _DELETED and one.delivery.posted:
            log.warning("the message of %s was deleted in Slack; nothing more is told of it", one.incident.id)
            changes = {"gone": True}
        elif error.code in _CHANNEL and not one.delivery.posted and channel != self._fallback:
            log.warning("%s takes no message (%s): told in %s instead", channel, error.code, self._fallback)
            changes = {"channel": self._fallback, "claimed": 0.0}
        elif error.code not in _CHANNEL | _ACCOUNT and one.delivery.level < _MOST_SIMPLE:
            log.warning("Slack refused the message of %s (%s): sending a simpler one", one.incident.id, error.code)
            changes = {"level": one.delivery.level + 1}
        if not changes:
            one.failures = max(one.failures, 5)  # nobody mends this within seconds
            self._later(one, error)
            return
        try:
            await self._write(one, **changes)
            one.due = 0.0
        except StoreError as trouble:
            self._later(one, trouble)

    async def _finished(self, one: _Open) -> None:
        """All of an ended incident is told: its record may expire, our memory may forget it."""
        try:
            value = msgspec.json.encode(one.delivery)
            await self._store.put(f"delivery/{one.delivery.id}", value, ttl=self._keep + 86400.0)
        except StoreError as error:
            self._later(one, error)
            return
        if one.incident.state == "ended" and one.due == float("inf"):
            self._open.pop(one.incident.id, None)
