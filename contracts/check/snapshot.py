"""What a target holds under one name, looked at with support calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.check.breach import show
from contracts.http.client import Exchange
from contracts.target.requests import support_call
from contracts.target.target import Subject, Target
from contracts.text.errors import TargetError
from contracts.text.message import about, msg
from contracts.text.strict_json import NotStrictError, parse


@dataclass(frozen=True)
class Snapshot:
    """What the target holds under one name.

    workflow: its documented keys, None where there is no such workflow; others may change by themselves.
    tasks: the state of each task by its id.
    """

    workflow: Mapping[str, Any] | None = None
    tasks: Mapping[int, str] = field(default_factory=dict)


class UnclearError(TargetError):
    """The target's state could not be read; `exchange` is what came back."""

    def __init__(self, what: str, exchange: Exchange) -> None:
        text = show(exchange.body.decode("utf-8", "replace")) or msg("an empty body")
        came = msg("HTTP {status}, {body}", exchange.status, text)
        super().__init__(about(what, exchange.failure.text if exchange.failure else came))
        self.exchange = exchange


def snapshot(target: Target, subject: Subject) -> Snapshot:
    """Return what the target holds under the subject's name; raises UnclearError where it cannot be told."""
    workflow = find(target, subject)
    return Snapshot(workflow, list_tasks(target, subject)) if workflow is not None else Snapshot()


def find(target: Target, subject: Subject) -> Mapping[str, Any] | None:
    """Return the documented keys of the subject's workflow, None where there is none; raises UnclearError."""
    exchange = target.send(support_call(target, "find-workflow", subject))
    value = json_value(exchange)
    absent = target.release.support["find-workflow"].answers["no-such-workflow"]
    said = (value.get("code"), value.get("description")) if isinstance(value, dict) else None
    if exchange.status == absent.status and said == (absent.code, absent.description):
        return None
    if exchange.status != 200 or not isinstance(value, dict) or "name" not in value:
        raise UnclearError(msg("looking for the workflow"), exchange)
    documented = target.release.operations["create-workflow"].sample or {}
    return {key: value[key] for key in documented if key in value}


def list_tasks(target: Target, subject: Subject) -> Mapping[int, str]:
    """Return the states of the tasks of the subject's workflow, by id; raises UnclearError."""
    exchange = target.send(support_call(target, "list-tasks", subject))
    try:
        return {int(task["task_id"]): str(task["status"]) for task in json_value(exchange)["data"]}
    except (TypeError, KeyError, ValueError):
        raise UnclearError(msg("looking at the workflow's tasks"), exchange) from None


def json_value(exchange: Exchange) -> Any:
    """Return the JSON value of an answer, None where it has none."""
    try:
        return parse(exchange.body)
    except NotStrictError:
        return None
