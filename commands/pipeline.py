"""From a Slack delivery to its answer, in one visible order; the only way in which anything is ever done.

claim -> who -> what -> allowed? -> record -> run -> record -> answer
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from bot.core.actions import StoredButton, look_up, register
from bot.core.errors import AuditError, KubeError, Refused, SendError, StoreError, UserError, VersionConflict
from bot.core.message import Actions, Button, User
from bot.core.ports import Reader, Store
from bot.core.redact import clean, redact
from commands.answers import asked_by, error_message, told, with_button, with_note
from commands.audit import Entry
from commands.auditing import AuditLog, Ticket
from commands.completing import Completion, complete
from commands.limits import Limits
from commands.model import Answer, Call, Context, Person, Request, Verb
from commands.parse import Defaults, canonical, parse
from commands.policy import Allow, Decision, Deny, Policy
from commands.ports import People, Responder
from commands.settings import CommandSettings
from commands.spelling import from_slack

_log = logging.getLogger(__name__)
_CLAIM_TTL = 24 * 3600.0  # Slack redelivers for an hour at the most; a day is beyond doubt
_NOT_RECORDED = "This answer could not be recorded: the audit log cannot be written. Changes are refused meanwhile."


class Attempt(msgspec.Struct):
    """What is known so far about one delivery; its errors are told with as much as there is."""

    request: Request
    call: Call | None = None
    ticket: Ticket | None = None
    ended: bool = False
    shown: bool = False


class Pipeline:
    """``handle`` is the ``commands.ports.Handler``."""

    def __init__(
        self,
        *,
        verbs: Mapping[str, Verb],
        readers: Mapping[str, Reader],
        people: People,
        store: Store,
        policy: Policy,
        audit: AuditLog,
        settings: CommandSettings,
        command: str = "/k8s",
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._verbs = verbs
        self._readers = readers
        self._people = people
        self._store = store
        self._policy = policy
        self._audit = audit
        self._settings = settings
        self._command = command
        self._now = now
        self._sleep = sleep
        self._limits = Limits(settings.per_person, settings.at_once)
        self._defaults = Defaults(tuple(readers), settings.namespace, settings.cluster)

    async def handle(self, request: Request, responder: Responder) -> None:
        """Never raises but for cancellation: whatever goes wrong is told to the asker and to our own log."""
        attempt = Attempt(request)
        try:
            claimed = await self._claim(request)
            if claimed is False:
                return
            await self._attempt(attempt, responder, claimed=bool(claimed))
        except asyncio.CancelledError:
            if attempt.ticket and not attempt.ended:
                await self._audit.outcome(attempt.ticket, "interrupted", "the process stopped")
            raise
        except Exception as error:  # noqa: BLE001 - the asker is told of every error, and our log of the unexpected
            await self._tell(error, attempt, responder)

    async def complete(self, person: Person, channel: str, text: str) -> list[Completion]:
        """How a half-typed command (without the slash command itself) may go on, for what this person may do."""
        return await complete(text, self._context(person, channel, None), self._readers, self._defaults)

    async def _claim(self, request: Request) -> bool | None:
        """True: ours alone. False: it has been taken, here or by another replica. None: the store does not say."""
        key = "delivery/" + hashlib.sha256(request.id.encode("utf-8", "replace")).hexdigest()[:40]
        try:
            await self._store.put(key, b"", expect=0, ttl=_CLAIM_TTL)
        except VersionConflict:
            return False
        except StoreError:
            _log.exception("delivery not claimed")
            return None
        return True

    async def _attempt(self, attempt: Attempt, responder: Responder, *, claimed: bool) -> None:
        request = attempt.request
        person = await self._who(request)
        call = attempt.call = await self._what(request, person)
        verb = self._verbs[call.verb]
        if verb.changes:
            if not claimed:
                raise UserError("Not done: the store does not answer, so it could run twice.", "Try again soon.")
            person = await self._who(request, fresh=True)
        decision = self._policy.decide(person, request.channel, call, verb)
        attempt.ticket = await self._audit.decision(_entry(request, call, verb, decision))
        if isinstance(decision, Deny):
            hint = f"Ask {decision.ask}." if decision.ask else "Ask whoever looks after Watchkeeper's policy."
            raise Refused(decision.why, hint, decision.rule)
        if call.flag("share") and not self._settings.share:
            raise UserError("Not done: answers are not shown to channels here (commands.share).")
        context = self._context(person, request.channel, call)
        answer = await self._execute(attempt, verb, context, responder)
        if answer.same is not None and not context.may(answer.same):
            answer = msgspec.structs.replace(answer, same=None)
        recorded = await self._audit.outcome(attempt.ticket, "ok", answer.outcome)
        attempt.ended = True
        await self._answer(attempt, answer, responder, recorded=recorded and attempt.ticket.written)

    async def _who(self, request: Request, *, fresh: bool = False) -> Person:
        try:
            return await self._people.person(request.actor, fresh=fresh)
        except SendError as error:
            raise UserError("Not done: Slack does not say who you are at the moment.", "Try again soon.") from error

    async def _what(self, request: Request, person: Person) -> Call:
        """The call that is asked for. What cannot be read is recorded too."""
        text = request.text
        try:
            if person.refused:  # no word about which commands and clusters there are
                return Call("help", text=_line(text))
            if request.button:
                stored = await look_up(self._store, request.button)
                text = stored.command if stored else ""
                return self._pressed(stored)
            return parse(from_slack(text), self._verbs, self._defaults)
        except UserError as error:
            entry = msgspec.structs.replace(
                _entry(
                    request,
                    Call("", text=_line(text)),
                    None,
                    Deny(error.why, "grammar"),
                ),
                decision="invalid",
            )
            await self._audit.decision(entry)
            raise

    def _pressed(self, button: StoredButton | None) -> Call:
        if button is None:
            raise UserError("Not done: this button has expired.", "/k8s help")
        return parse(button.command, self._verbs, self._defaults)

    def _context(self, person: Person, channel: str, call: Call | None) -> Context:
        def may(other: Call) -> bool:
            verb = self._verbs.get(other.verb)
            return verb is not None and isinstance(self._policy.decide(person, channel, other, verb), Allow)

        return Context(
            person=person,
            channel=channel,
            verbs=self._verbs,
            may=may,
            grants=lambda verb: self._policy.grants(person, channel, verb),
            now=self._now,
            reader=self._readers.get(call.cluster) if call else None,
            command=self._command,
        )

    async def _execute(self, attempt: Attempt, verb: Verb, context: Context, responder: Responder) -> Answer:
        """Run within the limits of number and time, with a word about it when that takes long."""
        assert attempt.call is not None
        actor = context.person.actor
        with self._limits.slot(f"{actor.team_id}/{actor.user_id}"):
            watcher = asyncio.create_task(self._show_progress(attempt, verb, responder))
            try:
                async with asyncio.timeout(verb.time_limit or self._settings.time_limit):
                    return await verb.run(attempt.call, context)
            finally:
                if not attempt.shown:
                    watcher.cancel()
                await asyncio.wait({watcher})

    async def _show_progress(self, attempt: Attempt, verb: Verb, responder: Responder) -> None:
        await self._sleep(self._settings.progress_after)
        attempt.shown = True
        try:
            # Slack keeps this line above the answer of a slash command, so it must read well there too.
            await responder.reply(told(_progress(verb, attempt.call), "", self._command))
        except SendError:
            _log.warning("progress not shown", exc_info=True)

    async def _answer(self, attempt: Attempt, answer: Answer, responder: Responder, *, recorded: bool) -> None:
        call, message = attempt.call, answer.message
        assert call is not None
        assert attempt.ticket is not None
        if not recorded:
            message = with_note(message, _NOT_RECORDED)
        public = call.flag("share")
        if public:
            message = asked_by(
                message, User(attempt.request.actor.user_id), self._command, call.text.removesuffix(" --share")
            )
        elif self._settings.share and not self._verbs[call.verb].open:
            message = with_button(message, Button("Share here", self._shared(answer.same or call)))
        try:
            message = await register(self._store, message, f"answer/{attempt.ticket.id}")
        except StoreError:
            _log.exception("buttons not stored, answering without them")
            parts = tuple(part for part in message.parts if not isinstance(part, Actions))
            message = msgspec.structs.replace(message, parts=parts)
        await responder.reply(message, public=public, replace=attempt.shown and not public)
        for file in answer.files:
            try:
                await responder.upload(file.name, file.content, title=file.title)
            except SendError as error:
                _log.warning("file not delivered", exc_info=True, extra={"audit_id": attempt.ticket.id})
                await responder.reply(told(f"{file.name} could not be sent: {error.code}.", "", self._command))

    def _shared(self, call: Call) -> str:
        verb = self._verbs[call.verb]
        return canonical(verb, msgspec.structs.replace(call, params=(*call.params, ("share", True))))

    async def _tell(self, error: Exception, attempt: Attempt, responder: Responder) -> None:
        expected = isinstance(error, UserError | KubeError | AuditError | TimeoutError)
        audit_id = attempt.ticket.id if attempt.ticket else ""
        if not expected:
            _log.error("command failed", exc_info=error, extra={"audit_id": audit_id})
        if attempt.ticket and not attempt.ended and not isinstance(error, Refused):
            detail = type(error).__name__ if not isinstance(error, UserError) else error.why
            await self._audit.outcome(attempt.ticket, "failed", redact(clean(detail))[:300])
        try:
            # The answer's place is where its progress was shown.
            await responder.reply(error_message(error, attempt.call, self._command, audit_id), replace=attempt.shown)
        except SendError:
            _log.exception("answer not delivered", extra={"audit_id": audit_id})


def _line(text: str) -> str:
    """Typed text that could not be read, as it may stand in a log."""
    return redact(clean(text))[:300].replace("\n", " ")


def _progress(verb: Verb, call: Call | None) -> str:
    """``Reading the log of deploy/api in prod / shop: it takes a moment, the answer follows.``"""
    what = f" {call.ref.slug}" if call and call.name else ""
    where = " / ".join(filter(None, (call.cluster, call.namespace))) if call else ""
    return f"{verb.progress}{what}{f' in {where}' if where else ''}: it takes a moment, the answer follows."


def _entry(request: Request, call: Call, verb: Verb | None, decision: Decision) -> Entry:
    allowed = isinstance(decision, Allow)
    return Entry(
        team=request.actor.team_id,
        user=request.actor.user_id,
        channel=request.channel,
        source=request.source,
        delivery=request.id,
        command=redact(call.text),
        verb=call.verb,
        cluster=call.cluster,
        namespace=call.namespace,
        kind=call.kind,
        name=call.name,
        decision="allow" if allowed else "deny",
        rule=decision.rule,
        why="" if isinstance(decision, Allow) else redact(clean(decision.why))[:300],
        changes=verb.changes if verb else False,
    )
