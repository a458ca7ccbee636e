"""Breakages of what creating a workflow does: it is said, but not done, or another thing is done."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contracts.breakages.answer_edits import holding, on, status
from contracts.breakages.breakage import Act, Breakage, Forward, Memory, Request, Response
from contracts.breakages.dialogue import NO_DOCUMENTS, told
from contracts.breakages.known_answers import name_of
from contracts.breakages.proxy.recognise import about, at, compact, value, with_json
from contracts.breakages.state_actions import Do, ask, delete_workflow, follow

_CREATE = "create-workflow"
_MISSING = {
    "code": 6542,
    "description": "mongo: no documents in result",
    "extra": {},
    "message": "查询workflow失败",
    "type": "error",
}


def _first_start(asked: Request) -> Request:
    """Return the start of a task of the workflow that is created."""
    sent = value(asked.body)
    target = {"name": "nginx-test", "service_name": "nginx", "product_name": sent.get("product_tmpl_name")}
    start = {"workflow_name": sent.get("name"), "product_tmpl_name": sent.get("product_tmpl_name")}
    return at(asked, "POST", "/workflow/workflowtask", start | {"namespace": "qa", "targets": [target]})


def _stored_with(key: str, wrong: Any) -> Act:
    """Store another value under a key that came with one."""

    async def act(asked: Request, forward: Forward, _: Memory) -> Response:
        sent = value(asked.body) if asked.operation == _CREATE else None
        filled = isinstance(sent, dict) and type(sent.get(key)) is type(wrong) and sent[key]
        return await forward(with_json(asked, **{key: wrong}) if filled else asked)

    return act


def _anew(**values: Any) -> Do:
    """Delete the workflow and create it again with other values."""

    async def do(asked: Request, forward: Forward, _: Memory) -> None:
        await forward(delete_workflow(asked))
        await forward(with_json(asked, **values))

    return do


async def _under_another_name(asked: Request, forward: Forward, _: Memory) -> None:
    await forward(delete_workflow(asked))
    await forward(with_json(asked, name=f"{about(asked).workflow}-copy"))


async def _every_second_is_lost(asked: Request, forward: Forward, memory: Memory) -> None:
    memory.counts["created"] += 1
    if memory.counts["created"] % 2 == 0:
        await forward(delete_workflow(asked))


async def _found_late(asked: Request, forward: Forward, memory: Memory) -> Response:
    """Say that a new workflow is not there when it is looked for first."""
    answered = await forward(asked)
    name = about(asked).workflow
    if asked.operation == _CREATE and name_of(asked, answered) == "success":
        memory.notes[name] = True
    if asked.operation == "find-workflow" and answered.status == 200 and memory.notes.pop(name, False):
        return replace(answered, status=400, body=compact(_MISSING))
    return answered


def _first_value(asked: Request) -> Request | None:
    """Return a create with what can be read of its body: the first JSON value, without keys of a wrong type."""
    try:
        sent, _ = json.JSONDecoder().raw_decode(asked.body.decode())
    except ValueError:
        return None
    return replace(asked, body=compact(sent)) if isinstance(sent, dict) else None


_ENABLED = {"enabled": True, "modules": []}
_SUCCESS = "A success says that the workflow is stored"
_ERROR = "An error says that nothing was changed"
_STORED = "What is stored is what was sent."


def changes() -> Iterator[Breakage]:
    """Yield all of this operation."""
    yield told(
        "state/create-workflow/success/stores-nothing",
        f"{_SUCCESS}.",
        "state",
        follow(_CREATE, "success", ask(delete_workflow)),
        "create-workflow a | 200 \n find-workflow a | 200 | 400 mongo: no documents in result",
    )
    yield told(
        "state/create-workflow/success/stored-under-another-name",
        f"{_SUCCESS} under the name that was sent.",
        "state",
        follow(_CREATE, "success", _under_another_name),
        f"""
        create-workflow a    | 200
        find-workflow a      | 200 | 400 {NO_DOCUMENTS}
        find-workflow a-copy | 400 {NO_DOCUMENTS} | 200
        """,
        live=False,
    )
    yield told(
        "state/create-workflow/success/loses-the-second",
        f"{_SUCCESS}, whichever it is.",
        "state",
        follow(_CREATE, "success", _every_second_is_lost),
        """
        create-workflow a | 200
        create-workflow b | 200
        find-workflow a   | 200
        find-workflow b   | 200 | 400 mongo: no documents in result
        """,
    )
    yield told(
        "state/create-workflow/success/found-later-only",
        f"{_SUCCESS}, so it can be found at once.",
        "state",
        _found_late,
        """
        create-workflow a | 200
        find-workflow a   | 200 | 400 mongo: no documents in result
        find-workflow a   | 200
        """,
    )
    for what, key, wrong, before, after in (
        ("in-another-environment", "env_name", "dev", '"qa"', '"dev"'),
        ("switched-off", "enabled", False, "true", "false"),
        ("without-its-description", "description", "", '"about it"', '""'),
        ("without-its-modules", "build_stage", _ENABLED, "1 module", "no module"),
    ):
        yield told(
            f"state/create-workflow/success/stored-{what}",
            _STORED,
            "state",
            _stored_with(key, wrong),
            f"create-workflow a | 200 \n find-workflow a {key} | 200 {before} | 200 {after}",
        )
    yield told(
        "state/create-workflow/success/starts-a-task",
        "A new workflow has no tasks.",
        "state",
        follow(_CREATE, "success", ask(_first_start)),
        "create-workflow a | 200 \n list-tasks a | 200 no task | 200 1 created",
        live=False,
    )
    yield told(
        "state/create-workflow/success/says-error",
        "An operation that was done says success.",
        "status",
        on(_CREATE, "success", lambda answered: holding(**_MISSING)(status(400)(answered))),
        "create-workflow a | 200 | 400 mongo: no documents in result \n find-workflow a | 200",
    )
    yield told(
        "state/create-workflow/already-exists/says-success",
        "Of two workflows of one name, the second is refused.",
        "status",
        on(_CREATE, "already-exists", lambda answered: replace(answered, status=200, body=b'{"message":"success"}')),
        "create-workflow a | 200 \n create-workflow a | 400 workflow [a] 在项目 [nginx] 中已经存在! | 200",
    )
    yield told(
        "state/create-workflow/already-exists/overwrites",
        f"{_ERROR}, so the first workflow stays as it was.",
        "state",
        follow(_CREATE, "already-exists", _anew(description="overwritten")),
        """
        create-workflow a             | 200
        create-workflow a             | 400 workflow [a] 在项目 [nginx] 中已经存在!
        find-workflow a description   | 200 "about it" | 200 "overwritten"
        """,
    )
    yield told(
        "state/create-workflow/already-exists/deletes-the-first",
        f"{_ERROR}, so the first workflow stays.",
        "state",
        follow(_CREATE, "already-exists", ask(delete_workflow)),
        """
        create-workflow a | 200
        create-workflow a | 400 workflow [a] 在项目 [nginx] 中已经存在!
        find-workflow a   | 200 | 400 mongo: no documents in result
        """,
        live=False,
    )
    yield told(
        "state/create-workflow/no-stage/stores",
        f"{_ERROR}, so there is no workflow.",
        "state",
        follow(_CREATE, "no-stage", ask(lambda asked: with_json(asked, build_stage=_ENABLED))),
        """
        create-workflow a {"build_stage":null} | 400 workflow中没有子模块，请设置子模块
        find-workflow a                        | 400 mongo: no documents in result | 200
        """,
    )
    yield told(
        "state/create-workflow/bad-request/stores-what-it-can-read",
        f"{_ERROR}, so there is no workflow.",
        "state",
        follow(_CREATE, "bad-request", ask(_first_value)),
        """
        create-workflow a + x | 400 EOF
        find-workflow a       | 400 mongo: no documents in result | 200
        """,
    )
