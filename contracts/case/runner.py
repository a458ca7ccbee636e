"""Runs one case: arranges the given, sends the request, checks the answer and the state afterwards, cleans up.

Nothing here knows pytest, and several cases may run at once in threads of one process.
"""

from dataclasses import replace

from contracts.case.cleanup import remove_after_case
from contracts.case.givens import NotArrangedError, arrange
from contracts.case.outcome import Outcome
from contracts.case.reproduce import reproduction
from contracts.case.trial import Trial, alone, conclude, undisturbed
from contracts.catalog.cases import ANY, STARTED, Case
from contracts.catalog.givens import GIVENS
from contracts.catalog.lifecycle import Lifecycle
from contracts.check.breach import Kind
from contracts.check.check import check, promise
from contracts.check.effects import StateChange, effect
from contracts.check.reads import shown
from contracts.check.snapshot import Snapshot, UnclearError, snapshot
from contracts.http.trace import Phase, Trace
from contracts.report.verdict_rules import Result, result_of
from contracts.safety.guard import RefusedError
from contracts.target.requests import operation_call, sent_body, sent_names
from contracts.target.target import Subject, Target, open_subject
from contracts.text.message import msg

TRIALS = 5
"""How often a case is run where its own evidence is in doubt: a given that moved by itself, or cross-talk."""


def run_case(case: Case, target: Target) -> Outcome:
    """Run `case` on `target` and return what became of it. Never raises for what the target does.

    A case whose given moved by itself (an agent took the queued task) is run again. So is one that shows cross-talk: it
    is cross-talk only if the right description comes too, else the server just says the wrong thing. What is run again
    runs alone.
    """
    target = replace(target, trace=Trace())

    def attempt() -> Trial:
        return _attempt(case, target)

    trial = undisturbed(target, attempt)
    for _ in range(TRIALS - 1):
        if not (trial.moved or trial.cross_talk):
            break
        another = alone(target, attempt)
        if trial.moved:
            trial = another
        elif another.about_itself:
            break
    else:
        trial = _settled(trial)
    about = {"case": case.id, "operation": case.operation, "answer": case.answer.name}
    trial = replace(trial, promised=case.answer.basis)
    return conclude(trial, target, level=case.level, given=case.given, **about)


def _settled(trial: Trial) -> Trial:
    """Return what a doubtful trial means after all repetitions went the same way."""
    if trial.moved:
        reason = msg("the given did not stay as arranged, {n} times", TRIALS)
        return replace(trial, result=Result.BLOCKED, reason=reason)
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


def _attempt(case: Case, target: Target) -> Trial:
    if target.breaker.stopped:
        return Trial(Result.UNREACHABLE, reason=msg("not tried: the target had stopped answering"))
    target.trace.sent.clear()
    target.trace.doubts.clear()
    subject = open_subject(target, case.request.name, case.request.length)
    after: Snapshot | None = None
    try:
        after, trial = _run(case, target, subject)
    finally:  # also on Ctrl-C
        if case.after == ANY and target.control is not None:
            target.control.forget(subject.name)
            target.journal.close(subject.name)
        else:
            with target.trace.during(Phase.CLEANUP):
                remove_after_case(target, subject, after)
    trial = replace(trial, doubts=tuple(target.trace.doubts))
    if trial.result is Result.HELD or not trial.exchanges:
        return trial
    lasting = case.after == "any"
    again = reproduction(target, target.trace, trial.exchanges[0].request, [subject], lasting=lasting)
    return replace(trial, again=again)


def _run(case: Case, target: Target, subject: Subject) -> tuple[Snapshot | None, Trial]:
    """Return what is known to be held in the end (None: not known), and the trial."""
    try:
        with target.trace.during(Phase.GIVEN):
            if case.licence and target.control is not None:
                target.control.license(subject.name, case.licence)
            subject, before = arrange(target, case.given, subject, case.made)
            if case.put and target.control is not None:
                target.control.put(subject.name, subject.task_id, case.put)
                before = snapshot(target, subject)
    except NotArrangedError as error:
        exchanges = (error.exchange,) if error.exchange else ()
        if error.exchange is not None and error.exchange.failure is not None and not target.alive():
            return None, Trial(Result.UNREACHABLE, reason=error.message, exchanges=exchanges)
        reason = msg("the given {given} could not be arranged: {why}", case.given, error.message)
        return None, Trial(Result.BLOCKED, reason=reason, exchanges=exchanges)
    except RefusedError as error:
        reason = msg("the given {given} could not be arranged: {why}", case.given, error.message)
        return None, Trial(Result.BLOCKED, reason=reason)
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
    if case.after == ANY:  # on a stand-in only: what this makes cannot be found
        return None, trial
    try:
        with target.trace.during(Phase.AFTERWARDS):
            started = target.release.binding.roles["start"].get(checked.value, "id") if case.after == STARTED else None
            own = replace(subject, task_id=started) if isinstance(started, int) else subject
            after = snapshot(target, own, closely=True)
    except UnclearError as error:
        result = trial.result if checked.breaches else Result.BLOCKED
        reason = msg("the state afterwards could not be read: {why}", error.message)
        return None, replace(trial, result=result, reason=reason, exchanges=(exchange, error.exchange))
    still = case.only == "stand-in"  # there a task stands where its given left it
    change = StateChange(
        *(before, after, sent_body(request), checked.value, own, operation, target.release, case.documented),
        credential=case.request.credential,
        still=still,
    )
    breaches = checked.breaches + tuple(effect(case.after, change))
    if case.answer.succeeds and not checked.breaches:
        breaches += tuple(shown(change, case.items))
    moved = bool(breaches) and not still and _moved(case, subject, before, after, target.release.lifecycle)
    return after, replace(
        trial, result=result_of([breach.drift for breach in breaches]), breaches=breaches, moved=moved
    )


def _moved(case: Case, subject: Subject, before: Snapshot, after: Snapshot, lifecycle: Lifecycle) -> bool:
    """Whether the given's task went on by itself, so that the answer may be right for its new state."""
    was, now = before.tasks.get(subject.task_id), after.tasks.get(subject.task_id)
    return bool(GIVENS[case.given].state) and lifecycle.went_on(was, now)
