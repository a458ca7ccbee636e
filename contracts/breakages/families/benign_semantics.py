"""Harmless changes of what is said: what no promise is about, and what stands in front of a server may say."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from contracts.breakages.answer_edits import Spoil, holding, keys, more
from contracts.breakages.breakage import Breakage, Forward, Headers, Memory, Request, Response
from contracts.breakages.dialogue import QUEUED, told
from contracts.breakages.families.benign_syntax import Rule, act_of, harmless
from contracts.breakages.families.concurrency import HOLD
from contracts.breakages.known_answers import name_of
from contracts.breakages.proxy.recognise import about, compact, value


def _of(*meant: str, spoil: Spoil) -> Rule:
    """Change the answers of these names, or of these support calls."""

    def rule(asked: Request, answered: Response) -> Response:
        return spoil(answered) if {asked.operation, name_of(asked, answered)} & {*meant} else answered

    return rule


def _tasks(change: Callable[[Any], Any]) -> Spoil:
    return keys(lambda old: old | {"data": change(old["data"])} if isinstance(old.get("data"), list) else old)


def _gateway(number: int) -> Spoil:
    return lambda answered: replace(answered, status=number, body=b"", headers=_without_type(answered.headers))


def _without_type(headers: Headers) -> Headers:
    return tuple(pair for pair in headers if pair[0].lower() not in ("content-type", "location"))


def _without_empty(old: dict[str, Any]) -> dict[str, Any]:
    return {key: inner for key, inner in old.items() if inner not in ("", False, None)}


def _listed(answered: Response) -> Response:
    listed, other = value(answered.body), {"name": "somebody-elses", "product_tmpl_name": "nginx"}
    return replace(answered, body=compact([*listed, other])) if isinstance(listed, list) else answered


async def _lost_race(asked: Request, forward: Forward, memory: Memory) -> Response:
    """Let a create that was under way when another one of its name succeeded hear of the database."""
    if asked.operation != "create-workflow":
        return await forward(asked)
    under_way: dict[object, bool] = memory.notes.setdefault(about(asked).workflow, {})
    own = object()
    under_way[own] = False
    await asyncio.sleep(HOLD)
    answered = await forward(asked)
    got = name_of(asked, answered)
    if got == "success":
        under_way.update(dict.fromkeys(under_way, True))
    lost = under_way.pop(own) and got == "already-exists"
    return holding(description="mongo duplicate key error")(answered) if lost else answered


_BOTH = ("2 created, 1 created", "1 created, 2 created")
_READS: tuple[tuple[str, str, Rule, str], ...] = (
    (
        "tasks-oldest-first",
        "Nobody says in which order tasks are listed.",
        _of("list-tasks", spoil=_tasks(lambda rows: rows[::-1])),
        f"{QUEUED} start-task a | 200 task 2 of a \n list-tasks a | 200 {_BOTH[0]} | 200 {_BOTH[1]}",
    ),
    (
        "empty-values-left-out",
        "What is empty may come back as nothing.",
        _of("find-workflow", spoil=keys(_without_empty)),
        'create-workflow a {"description":""} | 200 \n find-workflow a description | 200 "" | 200 null',
    ),
    (
        "others-at-work",
        "There may be other people's workflows in a project.",
        _of("list-workflows", spoil=_listed),
        "create-workflow a | 200 \n list-workflows | 200 a | 200 a, somebody-elses",
    ),
)
_SOMEWHERE: tuple[tuple[str, str, str, str, Rule], ...] = (
    (
        "extra-filled",
        "Nobody says what extra holds.",
        "cancel-task",
        "no-such-task",
        lambda _, answered: _extra(answered),
    ),
    (
        "project-named-too",
        "Later releases name the project of a new task.",
        "start-task",
        "queued",
        _of("queued", spoil=keys(lambda old: old | {"project_name": "nginx"})),
    ),
    (
        "malformed-reworded",
        "No page and no server's fact says what is said of a malformed body.",
        "start-task",
        "malformed-body",
        _of("malformed-body", spoil=keys(lambda old: old | {"description": "invalid character"})),
    ),
    (
        "turned-away-with-a-challenge",
        "A 401 may say how to log in.",
        "cancel-task",
        "unauthorized",
        _of("unauthorized", spoil=more(("WWW-Authenticate", 'Bearer realm="zadig"'))),
    ),
    (
        "turned-away-with-a-type",
        "An empty body may have a content type.",
        "cancel-task",
        "forbidden",
        _of("unauthorized", "forbidden", spoil=more(("Content-Type", "text/plain"))),
    ),
    (
        "wrong-method-not-found",
        "A gateway may say that it has no such route.",
        "cancel-task",
        "wrong-method",
        _of("wrong-method", "no-method", spoil=_gateway(404)),
    ),
    (
        "wrong-method-forbidden",
        "A gateway may have no rule for it.",
        "cancel-task",
        "wrong-method",
        _of("wrong-method", "no-method", spoil=_gateway(403)),
    ),
    (
        "unknown-path-forbidden",
        "A gateway may have no rule for it.",
        "cancel-task",
        "unknown-path",
        _of("unknown-path", spoil=_gateway(403)),
    ),
    (
        "options-answered",
        "What stands in front may answer OPTIONS and HEAD itself.",
        "cancel-task",
        "no-method",
        _of("no-method", spoil=_gateway(204)),
    ),
    (
        "trailing-slash-moved",
        "A slash too many may be redirected for good.",
        "cancel-task",
        "trailing-slash",
        _of("trailing-slash", spoil=lambda answered: replace(answered, status=301)),
    ),
    (
        "trailing-slash-not-found",
        "A gateway may have no route for it.",
        "cancel-task",
        "trailing-slash",
        _of("trailing-slash", spoil=_gateway(404)),
    ),
)


def _extra(answered: Response) -> Response:
    return keys(lambda old: old | {"extra": {"trace": "7c9e6679"}} if "extra" in old else old)(answered)


def changes() -> Iterator[Breakage]:
    """Yield all of these."""
    for what, says, operation, answer, rule in _SOMEWHERE:
        yield harmless(what, says, operation, answer, rule)
    for what, says, rule, lines in _READS:
        yield told(f"benign/{what}", says, "", act_of(rule), lines)
    exists = "workflow [a] 在项目 [nginx] 中已经存在!"
    yield told(
        "benign/lost-race",
        "Who loses a race may hear of the database.",
        "",
        _lost_race,
        f"create-workflow a & create-workflow a | 200 & 400 {exists} | 200 & 400 mongo duplicate key error",
    )
