"""Runs one case: arranges the given, sends the request, checks the answer and the state afterwards, cleans up.

Nothing here knows pytest, and several cases may run at once in threads of one process.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote

from contracts.case.cleanup import remove_after_case
from contracts.case.givens import NotArrangedError, Wrong, arrange, moved_alone
from contracts.case.outcome import Outcome
from contracts.case.reproduce import reproduction
from contracts.case.trial import MOVES, WAITED_MOVES, Trial, alone, conclude, steadied, told_once, undisturbed
from contracts.case.wait import settled
from contracts.catalog.binding import LIFE
from contracts.catalog.cases import ANY, FIRST_STARTED, NOTED, STARTED, Case
from contracts.catalog.givens import GIVENS, NEEDS_AGENT
from contracts.check.breach import Breach, Kind
from contracts.check.check import check, promise
from contracts.check.effects import StateChange, effect
from contracts.check.moves import in_order, traced
from contracts.check.reads import shown
from contracts.check.snapshot import Snapshot, UnclearError, snapshot
from contracts.http.exchange import Exchange
from contracts.http.trace import Phase, Trace
from contracts.report.verdict_rules import Result, result_of
from contracts.safety.guard import RefusedError
from contracts.target.requests import operation_call, sent_body, sent_names
from contracts.target.target import Subject, Target, open_subject
from contracts.text.message import about, msg

TRIALS = 5
"""How often a case is run that shows cross-talk."""


def run_case(case: Case, target: Target) -> Outcome:
    """Run `case` on `target` and return what became of it. Never raises for what the target does.

    A case whose task moved by itself (an agent took it) is run again. So is one that shows cross-talk: it is cross-talk
    only if the right description comes too, or one with another workflow of this run in it, else the server just says
    the wrong thing. What is run again runs alone.
    """
    target = replace(target, trace=Trace())
    most = WAITED_MOVES if case.given in NEEDS_AGENT else MOVES

    def attempt() -> Trial:
        return _attempt(case, target)

    trial = steadied(target, attempt, undisturbed(target, attempt), most)
    if trial.strayed and trial.breaches:
        trial = alone(target, lambda: _attempt(case, target, instead=trial))
    if trial.cross_talk and not _names_another(trial, target):
        others = (steadied(target, attempt, alone(target, attempt), most) for _ in range(TRIALS - 1))
        if not any(each.about_itself for each in others):
            trial = _wrongly_described(trial)
    return concluded(case, told_once(target, replace(trial, promised=trial.promised or case.answer.basis)), target)


def concluded(case: Case, trial: Trial, target: Target) -> Outcome:
    """Return what became of a case, whose last trial this was, on the target with its trace."""
    operation, answer = trial.step or (case.operation, case.answer.name)
    about = {"case": case.id, "operation": operation, "answer": answer}
    return conclude(trial, target, level=case.level, given=case.given, **about)


def _names_another(trial: Trial, target: Target) -> bool:
    """Whether an answer has a name of this run that is in no part of its request: no server makes that up."""
    exchange = trial.exchanges[0]
    asked = unquote(exchange.url) + (exchange.request.body or b"").decode("utf-8", "replace")
    return any(name not in asked for name in target.names.given_in(exchange.body.decode("utf-8", "replace")))


def _wrongly_described(trial: Trial) -> Trial:
    """Return what a trial with cross-talk means after all repetitions went the same way."""
    breaches = tuple(
        replace(
            breach,
            kind=Kind.DESCRIPTION,
            came=msg("{came}, in {n} of {of} runs of the case", breach.came, TRIALS, TRIALS),
        )
        if breach.kind is Kind.CROSS_TALK
        else breach
        for breach in trial.breaches
    )
    return replace(trial, breaches=breaches)


def _attempt(case: Case, target: Target, instead: Trial | None = None) -> Trial:
    """Return what one run of a case shows; `instead`: nothing is sent after the given, which is only looked at again.

    That tells whose fault it is that the task went on: if it does so without the request too, the given's last step's.
    """
    if target.breaker.stopped:
        return instead or Trial(Result.UNREACHABLE, reason=msg("not tried: the target had stopped answering"))
    target.trace.sent.clear()
    target.trace.looks.clear()
    target.trace.doubts.clear()
    subject = open_subject(target, case.request.name, case.request.length)
    after: Snapshot | None = None
    try:
        after, trial = _run(case, target, subject, instead)
    finally:  # also on Ctrl-C
        if case.after == ANY and target.control is not None:
            target.control.forget(subject.name)
            target.journal.close(subject.name)
        else:
            with target.trace.during(Phase.CLEANUP):
                remove_after_case(target, subject, after)
    if trial is instead:
        return trial
    trial = replace(trial, doubts=tuple(target.trace.doubts))
    if trial.result is Result.HELD or not trial.exchanges:
        return trial
    request, lasting = trial.exchanges[0].request, case.after == ANY
    again = reproduction(target, target.trace, request, [subject], trial.breaches, lasting=lasting)
    return replace(trial, again=again)


def _run(case: Case, target: Target, subject: Subject, instead: Trial | None) -> tuple[Snapshot | None, Trial]:
    """Return what is known to be held in the end (None: not known), and the trial."""
    try:
        with target.trace.during(Phase.GIVEN):
            if case.licence and target.control is not None:
                target.control.license(subject.name, case.licence)
            found = arrange(target, case.given, subject, case.made)
            subject, before = found.subject, found.held
            put = target.control if case.put else None
            if put is not None:
                put.put(subject.name, subject.task_id, case.put)
            _prepare(case, target, subject)
            if put is not None or case.first:
                before = look_for(case, target, subject)
            if instead is not None:
                wrong = moved_alone(target, subject, case.given, before)
                return None, instead if wrong is None else _of_step(case, target, wrong)
    except (NotArrangedError, RefusedError, UnclearError) as error:
        return None, instead or _not_arranged(case, target, error)
    return ask(case, target, subject, before, partial(look_for, case, target))


def _not_arranged(case: Case, target: Target, error: NotArrangedError | RefusedError | UnclearError) -> Trial:
    """Return what a case comes to whose given could not be arranged."""
    exchange = None if isinstance(error, RefusedError) else error.exchange
    exchanges = (exchange,) if exchange else ()
    if exchange is not None and exchange.failure is not None and not target.alive():
        return Trial(Result.UNREACHABLE, reason=error.message, exchanges=exchanges)
    wrong = error.wrong if isinstance(error, NotArrangedError) else None
    if wrong is not None:
        return _of_step(case, target, wrong)
    reason = msg("precondition {given} could not be set up: {why}", case.given, error.message)
    overtaken = isinstance(error, NotArrangedError) and error.overtaken and not target.stands_still
    return Trial(Result.BLOCKED, reason=reason, exchanges=exchanges, moved=overtaken)


def look_for(
    case: Case, target: Target, subject: Subject, *, closely: bool = True, known: Mapping[str, Any] | None = None
) -> Snapshot:
    """Look, and as closely as a case needs unless that is not wished for; `known`: the workflow, not looked at again.

    A task is read by itself too where no list shows what is done to it, and where something is noted of it, those
    beside it as well.
    """
    noted = case.after == NOTED
    closely &= noted or target.release.binding.plays(case.operation) in LIFE
    return snapshot(target, subject, closely=closely, others=noted, known=known)


def ask(
    case: Case, target: Target, subject: Subject, before: Snapshot, look: Callable[[Subject], Snapshot]
) -> tuple[Snapshot | None, Trial]:
    """Send the request of a case whose given is there, and look; return what is known to be held, and the trial."""
    operation = target.release.operations[case.operation]
    request = operation_call(target, operation, subject, case.request)
    try:
        exchange = target.send(request, case.answer.name)
    except RefusedError as error:
        return before, Trial(Result.BLOCKED, reason=error.message)
    if exchange.failure is not None and (exchange.failure.kind == "refused" or not target.alive()):
        return None, Trial(Result.UNREACHABLE, reason=exchange.failure.text, exchanges=(exchange,))
    sent = sent_names(target, subject, case.request, request)
    checked = check(exchange, case.answer, sent, target.release.answers)
    trial = Trial(
        result_of([breach.drift for breach in checked.breaches]),
        checked.breaches,
        unknown=checked.unknown,
        seen=checked.seen,
        exchanges=(exchange,),
        wanted=promise(case.answer, sent),
    )
    if case.later and target.control is not None:
        target.control.advance(subject.name, case.later)
    if case.after == ANY:  # on a stand-in only: what this makes cannot be found
        return None, trial
    try:
        with target.trace.during(Phase.AFTERWARDS):
            starts = case.after in (STARTED, FIRST_STARTED)
            started = target.release.binding.roles["start"].get(checked.value, "id") if starts else None
            own = replace(subject, task_id=started) if isinstance(started, int) else subject
            after = settled(
                target,
                lambda: look(own),
                lambda held: held.tasks.get(subject.task_id),
                case.after,
            )
    except UnclearError as error:
        result = trial.result if checked.breaches else Result.BLOCKED
        reason = msg("the state afterwards could not be read: {why}", error.message)
        return None, replace(trial, result=result, reason=reason, exchanges=(exchange, error.exchange))
    change = StateChange(
        *(before, after, sent_body(request), checked.value, own, operation, target.release, case.documented),
        credential=case.request.credential,
    )
    return after, _with_state(case, target, trial, change, exchange)


def _with_state(case: Case, target: Target, trial: Trial, change: StateChange, exchange: Exchange) -> Trial:
    """Return a trial with the breaches of the state afterwards, where no agent may have moved a task instead."""
    lifecycle, task = target.release.lifecycle, change.subject.task_id
    went_on = bool(GIVENS[case.given].state) and lifecycle.went_on(
        change.before.tasks.get(task), change.after.tasks.get(task)
    )
    strict = trial.breaches + _effects(case, trial, change)
    if target.stands_still or not strict:
        result = result_of([breach.drift for breach in strict])
        return replace(trial, result=result, breaches=strict, strayed=bool(strict) and went_on)
    beyond = trial.breaches + _effects(case, trial, replace(change, agents=True))
    moved = went_on or not beyond
    breaches = strict if moved else beyond
    believed = moved and traced(change.before, change.after, exchange, lifecycle)
    if believed:
        try:
            believed = in_order(change.after, snapshot(target, change.subject), lifecycle)
        except UnclearError:
            believed = False
    result = result_of([breach.drift for breach in breaches])
    return replace(trial, result=result, breaches=breaches, moved=moved, traced=believed, strayed=went_on)


def _effects(case: Case, trial: Trial, change: StateChange) -> tuple[Breach, ...]:
    """Return how the state departs from what the request was to leave, and what its answer shows from that state."""
    reads = shown(change, case.items) if case.answer.succeeds and not trial.breaches else ()
    return (*effect(case.after, change), *reads)


def _of_step(case: Case, target: Target, wrong: Wrong) -> Trial:
    """Return what a step of a given comes to that left something wrong."""
    return Trial(
        result_of([wrong.breach.drift]),
        (wrong.breach,),
        reason=msg("precondition {given} could not be set up: {why}", case.given, wrong.breach.line()),
        promised=target.release.operations[wrong.call].answers[wrong.answer].basis,
        exchanges=(wrong.exchange,),
        step=(wrong.call, wrong.answer),
        moved=wrong.overtaken and not target.stands_still,
        traced=wrong.traced,
    )


def _prepare(case: Case, target: Target, subject: Subject) -> None:
    """Send what a case needs besides its given; raises NotArrangedError where that does not succeed."""
    for name, special in case.first:
        exchange = target.send(operation_call(target, target.release.operations[name], subject, special))
        if exchange.status is None or exchange.status >= 300:
            raise NotArrangedError(about(name, exchange.came), exchange)
