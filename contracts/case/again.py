"""A case whose answer may not be the target's own is done again, alone and on a workflow of its own."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.http.disturbance import Doubt
from contracts.report.verdict_rules import Result
from contracts.target.steady import disturbance
from contracts.target.target import Target
from contracts.text.message import Message, msg

if TYPE_CHECKING:
    from contracts.case.trial import Trial

MOST = 4
"""How often a case is done again."""


def undoubted(target: Target, attempt: Callable[[], "Trial"], trial: "Trial", *, company: bool) -> "Trial":
    """Return what a trial comes to: itself, unless something in it may not be the target's own answer.

    Then it is done again when the target is steady. What comes each time is believed; what is gone was not the
    target's; and what is of neither kind is a disturbance, which tells nothing of the target.
    """
    first = _doubt(trial, company=company)
    if first is None:
        return trial
    with target.lock.exclusive():
        before = target.weather.sent
        if first.sign.load and company:
            target.lock.slow_down()
        try:
            return _again(target, attempt, trial, first, company=company)
        finally:
            if not first.sign.load:
                target.weather.repeated += target.weather.sent - before


def _again(target: Target, attempt: Callable[[], "Trial"], trial: "Trial", first: Doubt, *, company: bool) -> "Trial":
    doubts = [first]
    for _ in range(MOST):
        reason = target.weather.ended or disturbance(target, doubts[-1])
        if reason is None:
            return trial
        if reason:
            return _disturbed(target, trial, doubts[-1], reason)
        another = attempt()
        latest = _doubt(another, company=True)
        if latest is None:
            return _gone(target, trial, another, doubts, company=company)
        doubts.append(latest)
        last = doubts[-1 - latest.sign.repeats :]
        if len(last) > latest.sign.repeats and all(_same(doubt, latest) for doubt in last):
            believed = latest.sign.load or not (latest.sign.foreign or target.weather.noisy(latest))
            return another if believed else _disturbed(target, another, latest, latest.sentence)
    return _disturbed(target, trial, doubts[-1], doubts[-1].sentence)


def _doubt(trial: "Trial", *, company: bool) -> Doubt | None:
    """Return the first doubt in a trial that did not hold; a crash is only doubted where there was load."""
    if trial.result is Result.HELD:
        return None
    return next((doubt for doubt in trial.doubts if company or doubt.sign.name != "empty-500"), None)


def _same(doubt: Doubt, other: Doubt) -> bool:
    return (doubt.sign, doubt.at) == (other.sign, other.at)


def _gone(target: Target, trial: "Trial", another: "Trial", doubts: list[Doubt], *, company: bool) -> "Trial":
    """Return what a case comes to whose doubts were gone when it was done again."""
    doubt, weather = doubts[0], target.weather
    for each in doubts:
        weather.passed(each)
    if doubt.sign.load and company:
        weather.held_again(doubt)
        return another
    if weather.flaky(doubt) and trial.breaches:
        return trial
    if doubt.sign.name == "cut" and not (company and weather.missed()):
        once = msg("{why}; when the case was run again, it was not", doubt.sentence)
        return _disturbed(target, trial, doubt, once)
    weather.held_again(doubt)
    return another


def _disturbed(target: Target, trial: "Trial", doubt: Doubt, reason: Message | str) -> "Trial":
    target.weather.disturbed(doubt)
    return replace(
        trial, result=Result.DISTURBED, breaches=(), reason=reason, exchanges=(doubt.exchange,), moved=False, again=""
    )
