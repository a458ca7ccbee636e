"""Sends bodies broken in one place: none crashes the target, and an error says what it is and changes nothing."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from contracts.case.bodies import Broken, broken
from contracts.case.cleanup import remove_after_case
from contracts.case.explore import Explorer
from contracts.case.givens import NotArrangedError, arrange
from contracts.case.reproduce import reproduction
from contracts.catalog.binding import NAME, PROJECT, SCOPE
from contracts.catalog.cases import UNCHANGED, Overrides
from contracts.catalog.lifecycle import NOT_THERE
from contracts.catalog.release import Operation
from contracts.check.breach import Breach, Kind
from contracts.check.effects import StateChange, effect
from contracts.check.snapshot import Snapshot, UnclearError, snapshot
from contracts.http.disturbance import SERVER_ERROR
from contracts.http.exchange import Exchange, Request
from contracts.http.trace import Phase, Trace
from contracts.report.verdict_rules import Result, result_of
from contracts.safety.guard import RefusedError
from contracts.target.requests import operation_call, sent_body
from contracts.target.target import Subject, open_subject
from contracts.text.message import msg
from contracts.text.strict_json import NotStrictError, parse

SHOWN = 5
"""Kinds of findings whose exchange is kept as evidence."""


class BodyExplorer(Explorer):
    """Reads as a sentence in a test: it sends bodies, for a part of the budget."""

    def bodies(self, share: float) -> None:
        """Send broken bodies until a part of the run's budget is spent; what goes wrong is told by kind and place."""
        bounds, trace = self._target.exploring, self._target.trace
        self._most, self._spent = int(bounds.requests * share), 0
        self._ends = min(self._target.deadline, time.time() + bounds.seconds * share)
        self._there: dict[str, tuple[Subject, Snapshot]] = {}
        self._findings: dict[str, tuple[Breach, Exchange, str]] = {}
        todo = [(operation, body) for operation in self._operations() for body in self._broken(operation)]
        Random(f"{bounds.seed} {self.id}").shuffle(todo)  # noqa: S311  # which comes first is no secret
        sent = refused = 0
        for operation, body in todo:
            if not self._room():
                break
            try:
                self._sends(operation, body)
                sent += 1
            except RefusedError:  # it could make what nobody can remove, so only a stand-in gets it
                refused += 1
        if todo and not sent + refused:
            self._end_unexplored()
        note = msg(
            "{n} bodies of {of}, {requests} requests, seed {seed}", sent, len(todo), len(trace.steps), bounds.seed
        )
        self._note(reason=note)
        if self._findings:
            found = [*self._findings.values()]
            self._again_line = found[0][2]
            self._note(exchanges=tuple(exchange for _, exchange, _ in found[:SHOWN]))
            breaches = tuple(breach for breach, _, _ in found)
            self._note(breaches=breaches, result=result_of([breach.drift for breach in breaches]))

    def _room(self) -> bool:
        held = [Snapshot(), *(seen for _, seen in self._there.values())]  # one may be made yet
        return len(self._target.trace.steps) + self._to_end(held) < self._most and time.time() < self._ends

    def _operations(self) -> Iterator[Operation]:
        """Yield the operations that have a body, and of which somebody says what they answer."""
        for operation in self._target.release.operations.values():
            if operation.answers and not operation.unbound and (operation.sample or operation.named("body")):
                yield operation

    def _broken(self, operation: Operation) -> Iterator[Broken]:
        """Yield the bodies of an operation; what names a workflow or its project stays, so that all can be removed."""
        keys = self._target.release.binding.keys("body", NAME, PROJECT, SCOPE)
        usual = sent_body(operation_call(self._target, operation, Subject(NAME, PROJECT)))

        def keeps(at: str) -> bool:
            pointer = at.removeprefix("$").replace("[*]", "/*").replace(".", "/")
            return pointer in keys or pointer.rpartition("/")[2] in keys

        return broken(usual, keeps)

    def _sends(self, operation: Operation, body: Broken) -> None:
        role = self._target.release.binding.plays(operation.name)
        subject, before = self._given(operation.name, role)
        raw = json.dumps(body.body, ensure_ascii=False)  # with templates in it, as a case may have
        request = operation_call(self._target, operation, subject, Overrides(raw=raw))
        exchange = self._target.send(request)
        if exchange.failure is not None and not self._target.alive():
            self._end(Result.UNREACHABLE, exchange.failure.text)
        where = f"{operation.name} {body.at}"
        wrong = [*self._wrong(exchange, operation, where)]
        try:
            after = snapshot(self._target, subject)
        except UnclearError as error:
            after, exchange = Snapshot({}), error.exchange
            wrong += [*self._wrong(exchange, operation, where)] or [_state(" ".join(("unclear", where)), error.message)]
        if exchange.status is not None and exchange.status >= 300 and not wrong:
            wrong = [
                _state(f"{each.detail} {where}", each.came, each.before)
                for each in self._changed(before, after, operation, subject)
            ]
        for breach in wrong:
            again = self._line(request, subject)
            self._findings.setdefault(
                breach.signature, (replace(breach, where=f"{where}: {body.how}"), exchange, again)
            )
        if wrong or role == "create":
            self._there.pop(operation.name, None)
            with self._target.trace.during(Phase.CLEANUP):
                remove_after_case(self._target, subject, None if wrong else after)
            self._subjects.remove(subject)
        else:
            self._there[operation.name] = (subject, replace(after, marks={}))

    def _given(self, name: str, role: str) -> tuple[Subject, Snapshot]:
        """Return the workflow that an operation's bodies are about, with a task where it needs one."""
        if name in self._there:
            return self._there[name]
        subject = open_subject(self._target)
        self._subjects.append(subject)
        given = NOT_THERE if role == "create" else "workflow" if role in ("update", "start") else "queued-task"
        try:
            with self._target.trace.during(Phase.GIVEN):
                found = arrange(self._target, given, subject)
        except NotArrangedError as error:
            self._end(Result.BLOCKED, error.message)
        there = found.subject, replace(found.held, marks={})
        if role != "create":
            self._subjects[-1] = found.subject
            self._there[name] = there
        return there

    def _wrong(self, exchange: Exchange, operation: Operation, where: str) -> Iterator[Breach]:
        """Yield how an answer is none of the contract: a crash, or no envelope."""
        if exchange.failure is not None:
            yield Breach(Kind(exchange.failure.kind), where, msg("a response"), exchange.failure.text, False, where)
            return
        status, plain = (
            exchange.status or 0,
            {answer.status for answer in operation.answers.values() if answer.body != "json"},
        )
        if self._target.own(exchange) or status in plain or (status < 300 and _is_json(exchange)):
            return
        came = msg(
            "HTTP {status}, {body}", status, exchange.body.decode("utf-8", "replace")[:80] or msg("an empty body")
        )
        if status >= SERVER_ERROR:
            yield Breach(Kind.STATUS, where, msg("a response"), came, False, f"{status} {where}")
        else:
            yield Breach(Kind.NOT_JSON, where, msg("a response of the contract"), came, False, where)

    def _changed(self, before: Snapshot, after: Snapshot, operation: Operation, subject: Subject) -> Iterator[Breach]:
        """Yield what is otherwise after an error."""
        change = StateChange(
            before, replace(after, marks={}), {}, None, subject, operation, self._target.release,
            documented=True, credential="", agents=not self._target.stands_still,
        )  # fmt: skip
        return effect(UNCHANGED, change)

    def _line(self, request: Request, subject: Subject) -> str:
        """Return a line for a shell that sends a body once more."""
        log = Trace()
        log.sent += [(Phase.GIVEN, entry) for _, entry in self._target.trace.sent if _about(entry, subject)][:2]
        return reproduction(self._target, log, request, [subject])


def _about(entry: object, subject: Subject) -> bool:
    return isinstance(entry, Request) and subject.name.encode() in (entry.body or b"")


def _is_json(exchange: Exchange) -> bool:
    try:
        parse(exchange.body)
    except NotStrictError:
        return False
    return True


def _state(detail: str, came: str, before: str = "") -> Breach:
    return Breach(Kind.STATE, "state afterwards", msg("nothing is changed by an error"), came, True, detail, before)
