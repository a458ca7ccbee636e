"""A concurrent scenario: many requests at once, each held against its own answer."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import zip_longest
from random import Random
from typing import Any

from contracts.case.outcome import Span
from contracts.case.reproduce import reproduction
from contracts.case.scenario import Scenario, state_breach
from contracts.catalog.cases import NO_OVERRIDES, Case, Overrides, crowd
from contracts.catalog.lifecycle import IDLE, MEANINGS, NOT_THERE, OTHER
from contracts.catalog.release import Answer
from contracts.check.breach import Breach, Kind
from contracts.check.check import check, promise
from contracts.check.history import Act, Life, explain
from contracts.check.linearize import Call, Ordering
from contracts.check.snapshot import Snapshot, UnclearError, json_value, snapshot
from contracts.http.exchange import Exchange, Request
from contracts.http.trace import Trace
from contracts.report.verdict_rules import Result
from contracts.target.requests import operation_call, sent_names
from contracts.target.target import Subject
from contracts.text.frozen import dataclass
from contracts.text.message import msg

CLIENTS = 8
"""Clients of a crowd: enough to mix answers up, few enough for any deployment."""


@dataclass(frozen=True)
class _Attempt:
    """One request of a crowd and the answers that it may get.

    role, task: of its call, and the id of the task that it is about, None where it is about none.
    """

    request: Request
    answers: tuple[Answer, ...]
    sent: dict[str, str]
    role: str
    task: int | None

    @property
    def expected(self) -> str:
        """The answer that it gets; empty where it may be one of several."""
        return self.answers[0].name if len(self.answers) == 1 else ""


@dataclass(frozen=True)
class _Answered:
    """An attempt, what came of it, and when it was under way, in seconds of one clock."""

    attempt: _Attempt
    exchange: Exchange
    called: float
    returned: float


class ConcurrentScenario(Scenario):
    """Reads as a sentence in a test: a crowd creates one name, and one of them succeeds."""

    operation = "concurrency"
    alone = True

    def exists(self) -> None:
        """Create the crowd's workflow."""
        self._one("create", NOT_THERE)

    def has_task(self) -> None:
        """Start a task of it."""
        role = self._target.release.binding.roles["start"]
        self._subject = replace(self._subject, task_id=role.get(self._one("start", IDLE), "id"))

    def fails_at_once(self, each: int) -> None:
        """Let every client send `each` requests that fail for different reasons: every answer is about its own.

        Which ones are said by pairs of cases, one pair a round; those without a workflow share one that is not there.
        """
        pairs = [(pair, tuple(case.id for case in pair)) for pair in crowd(self._target.release)]
        kinds: dict[tuple[str, ...], list[_Attempt]] = {}
        for pair, ids in pairs:
            if ids not in kinds:
                missing = self._another() if any(case.given == NOT_THERE for case in pair) else self._subject
                kinds[ids] = [self._of_case(case, missing) for case in pair]
        turns = [(client, number) for number in range(each) for client in range(CLIENTS)]
        attempts = [kinds[pairs[number % len(pairs)][1]][(client + number) % 2] for client, number in turns]
        self._all_as_promised(self._at_once(attempts))

    def creates_at_once(self, clients: int = CLIENTS) -> None:
        """Let several clients create one name: one succeeds, and the others hear that it exists."""
        lifecycle = self._target.release.lifecycle
        create = self._prepare("create", lifecycle.answers("create"), self._subject)
        answered = self._at_once([create] * clients)
        self._all_as_promised(answered)
        success = create.answers[0].status
        won = sum(each.exchange.status == success for each in answered)
        if won != 1:
            actual = msg("{n} of {of} creates", won, clients)
            self._end_if((_wrong("created", msg("one of the creates succeeds"), actual),), msg("counting"))
        if self._look().workflow is None:
            lost = state_breach("not-stored", msg("the workflow can be found"), msg("no such workflow"))
            self._end_if((lost,), msg("looking"))
        self._in_some_order(answered, Life(NOT_THERE))

    def starts_at_once(self) -> None:
        """Let all clients start a task of one workflow: each gets an id of its own, without a gap."""
        release = self._target.release
        start = self._prepare("start", (release.lifecycle.move("start", IDLE).answer,), self._subject)
        answered = self._at_once([start] * CLIENTS)
        self._all_as_promised(answered)
        role = release.binding.roles["start"]
        ids = sorted(role.get(json_value(each.exchange), "id") for each in answered)
        if ids != list(range(ids[0], ids[0] + CLIENTS)):
            self._end_if((_wrong("ids", msg("{n} ids without a gap", CLIENTS), str(ids)),), msg("counting"))
        held = sorted(self._look().tasks)
        if held != ids:
            self._end_if((state_breach("tasks", msg("the tasks {ids}", str(ids)), str(held)),), msg("looking"))
        self._in_some_order(answered, Life(), ids[0])

    def cancels_and_restarts_at_once(self) -> None:
        """Let half of the clients cancel the task and half restart it: each answer is legal, and so is the end."""
        lifecycle = self._target.release.lifecycle
        cancels, restarts = (
            self._prepare(role, lifecycle.answers(role, MEANINGS), self._subject) for role in ("cancel", "restart")
        )
        answered = self._at_once([cancels, restarts] * (CLIENTS // 2))
        self._all_as_promised(answered)
        state = self._look().tasks.get(self._subject.task_id, msg("gone"))
        legal = set(lifecycle.words)
        if state not in legal:
            expected = msg("one of {states}", ", ".join(sorted(legal)))
            self._end_if((state_breach(f"task-{state}", expected, state),), msg("looking"))
        self._in_some_order(answered, Life(tasks=(lifecycle.leaves("start"),)), self._subject.task_id)

    def lives_at_once(self, each: int) -> None:
        """Let every client cancel and restart tasks that others start: some order explains all answers.

        There is one task; half of the clients start another, and then every one asks for one of these `each` times.
        What for is made of the case's id: so two runs ask for the same.
        """
        release, random = self._target.release, Random(self.id)  # noqa: S311  # which to ask for is no secret
        start = self._prepare("start", (release.lifecycle.move("start", IDLE).answer,), self._subject)
        tasks = range(self._subject.task_id, self._subject.task_id + CLIENTS // 2 + 1)
        asks = {
            (role, task): self._prepare(
                role, release.lifecycle.answers(role, (IDLE, *MEANINGS)), replace(self._subject, task_id=task)
            )
            for role in ("cancel", "restart")
            for task in tasks
        }
        answered = self._at_once([start] * (len(tasks) - 1) + random.choices(list(asks.values()), k=CLIENTS * each))
        self._all_as_promised(answered)
        self._in_some_order(answered, Life(tasks=(release.lifecycle.leaves("start"),)), self._subject.task_id)

    def _in_some_order(self, answered: Sequence[_Answered], first: Life, first_id: int = 1) -> None:
        """End the scenario where the calls, and a look at what they left, can have happened in no order.

        Which id a workflow's first task gets is none of its business.
        """
        lifecycle = self._target.release.lifecycle
        parties = min(CLIENTS, len(answered))
        calls = [
            Call(self._act(each, first_id), each.called, each.returned, number % parties)
            for number, each in enumerate(answered)
        ]
        called = time.monotonic()
        for task, state in self._look().tasks.items():
            read = Act("list-tasks", task - first_id + 1, meaning=lifecycle.words.get(state, state))
            calls.append(Call(read, called, time.monotonic(), parties))
        found = explain(calls, lifecycle, first=first, agents=not self._target.stands_still)
        if found.stuck:
            self._note(history=_spans(calls, found))
            expected = msg("an order of all calls that explains every response")
            left = ", ".join(str(call.what) for call in found.stuck)
            actual = msg(
                "{n} of {of} calls fit; none of these can come next: {left}",
                len(found.order),
                len(calls),
                left,
            )
            self._end_if((_wrong("no-order", expected, actual),), msg("looking for an order of the calls"))

    def _act(self, answered: _Answered, first_id: int) -> Act:
        """Return what a client did, with those answers that came or may have come.

        Those are not told apart by their words alone: where several ask at once, they may be another request's.
        """
        attempt, exchange = answered.attempt, answered.exchange
        fit = tuple(a.name for a in attempt.answers if _fits(check(exchange, a, attempt.sent).breaches))
        starts = self._target.release.binding.roles["start"].get
        task = starts(json_value(exchange), "id") if attempt.role == "start" else attempt.task
        return Act(attempt.role, None if task is None else task - first_id + 1, fit)

    def _again(self, request: Request) -> str:
        return reproduction(self._target, Trace(), request, self._subjects)  # one shell is no crowd

    def _of_case(self, case: Case, missing: Subject) -> _Attempt:
        subject = missing if case.given == NOT_THERE else self._subject
        role = self._target.release.binding.plays(case.operation)
        return self._prepare(role, (case.answer.name,), subject, case.request)

    def _prepare(
        self, role: str, answers: tuple[str, ...], subject: Subject, overrides: Overrides = NO_OVERRIDES
    ) -> _Attempt:
        call = self._target.release.call(role)
        request = operation_call(self._target, call, subject, overrides)
        known = tuple(call.answers[name] for name in answers if name in call.answers)
        if not known:
            self._end(Result.BLOCKED, self._target.release.lifecycle.unsaid(call.name, OTHER))
        about_task = not set(MEANINGS).isdisjoint(self._target.release.lifecycle.moves.get(role, ()))
        sent = sent_names(self._target, subject, overrides, request)
        self._documented = known[0].documented
        return _Attempt(request, known, sent, role, subject.task_id if about_task else None)

    def _one(self, role: str, state: str) -> Any:
        operation, answer = (
            self._target.release.call(role).name,
            self._target.release.lifecycle.move(role, state).answer,
        )
        attempt = self._prepare(role, (answer,), self._subject)
        exchange = self._send(attempt.request, operation, answer)
        checked = check(exchange, attempt.answers[0], attempt.sent)
        if checked.breaches:
            self._end(Result.BLOCKED, checked.breaches[0].line(operation))
        return checked.value

    def _look(self) -> Snapshot:
        try:
            return snapshot(self._target, self._subject)
        except UnclearError as error:
            self._end(Result.BLOCKED, error.message)

    def _at_once(self, attempts: Sequence[_Attempt]) -> list[_Answered]:
        """Send all attempts, one after the other by each client, all clients at once.

        Where an answer is waited for in vain no client sends another: each might wait as long, time after time.
        """
        parties = min(CLIENTS, len(attempts))
        barrier, in_vain = threading.Barrier(parties), threading.Event()

        def send(attempt: _Attempt) -> _Answered:
            called = time.monotonic()
            exchange = self._target.send(attempt.request, attempt.expected)
            if exchange.failure is not None and exchange.failure.kind == Kind.DEADLINE:
                in_vain.set()
            return _Answered(attempt, exchange, called, time.monotonic())

        def client(number: int) -> list[_Answered]:
            barrier.wait()
            return [send(attempt) for attempt in attempts[number::parties] if not in_vain.is_set()]

        with ThreadPoolExecutor(parties) as pool:
            turns = zip_longest(*pool.map(client, range(parties)))
        answered = [each for turn in turns for each in turn if each is not None]
        self._note(exchanges=(answered[-1].exchange,))
        return answered

    def _all_as_promised(self, answered: Sequence[_Answered]) -> None:
        """End the scenario with one breach per kind, each with its count and one example."""
        counts: Counter[str] = Counter()
        example: dict[str, tuple[Breach, _Answered]] = {}
        for each in answered:
            for breach in self._best(each.attempt, each.exchange):
                counts[breach.signature] += 1
                example.setdefault(breach.signature, (breach, each))
        if not counts:
            return
        failures = [each.exchange.failure for each in answered]
        if failures[0] is not None and all(failures) and not self._target.alive():
            self._end(Result.UNREACHABLE, failures[0].text)
        otherwise = "{n} of {of} responses differ, for example {came}"
        breaches = tuple(
            replace(breach, came=msg(otherwise, counts[name], len(answered), breach.came))
            for name, (breach, _) in example.items()
        )
        _, first = next(iter(example.values()))
        expected = first.attempt.answers[0]
        wanted = promise(expected, first.attempt.sent)
        self._note(exchanges=(first.exchange,), promised=expected.basis, wanted=wanted)
        self._end_if(breaches, msg("{n} clients at once", CLIENTS))

    def _best(self, attempt: _Attempt, exchange: Exchange) -> tuple[Breach, ...]:
        """Return the breaches against that answer of an attempt which fits best: none, or the fewest."""
        others = self._target.release.answers
        return min((check(exchange, answer, attempt.sent, others).breaches for answer in attempt.answers), key=len)


def _spans(calls: Sequence[Call[Act]], found: Ordering[Act]) -> tuple[Span, ...]:
    """Return all calls as they are drawn: when each was under way, and its place in the order that was found."""
    first = min(call.called for call in calls)
    places = {(call.client, call.called): place for place, call in enumerate(found.order, 1)}
    stuck = {(call.client, call.called) for call in found.stuck}
    return tuple(
        Span(
            call.client,
            str(call.what),
            round(call.called - first, 6),
            round(call.returned - first, 6),
            places.get((call.client, call.called), 0),
            (call.client, call.called) in stuck,
        )
        for call in calls
    )


def _fits(breaches: Sequence[Breach]) -> bool:
    """Whether an exchange shows no more against an answer than its description."""
    return all(breach.kind in (Kind.DESCRIPTION, Kind.CROSS_TALK) for breach in breaches)


def _wrong(detail: str, promised: str, came: str) -> Breach:
    return Breach(Kind.CONCURRENCY, "all answers together", promised, came, False, detail)
