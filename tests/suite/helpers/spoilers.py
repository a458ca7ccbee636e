"""Ways to spoil the answers of a stand-in, so that it breaks its contract in one small way each."""

import asyncio
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from helpers.spoilt import PREFIX, Answer, Ask, Call, Change, Spoil


def answers(name: str, status: int | None, change: Change) -> Spoil:
    """Spoil the answers of one call, or only those with one status."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        answer = await ask(call)
        return change(answer) if call.name == name and status in (None, answer.status) else answer

    return spoil


def every_json(change: Change) -> Spoil:
    """Change every answer below the prefix that has a body of JSON."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        answer = await ask(call)
        json_here = call.path.startswith(PREFIX) and "json" in answer.headers.get("content-type", "")
        return change(answer) if json_here else answer

    return spoil


def value(change: Callable[[Any], Any]) -> Change:
    """Change the JSON value of an answer."""
    return lambda answer: replace(answer, body=json.dumps(change(answer.value), ensure_ascii=False).encode())


def without(key: str) -> Change:
    """Leave a key out."""
    return value(lambda old: {name: inner for name, inner in old.items() if name != key})


def holding(**changes: Any) -> Change:
    """Put other values under keys."""
    return value(lambda old: old | changes)


def body(change: Callable[[bytes], bytes]) -> Change:
    """Change the bytes of an answer."""
    return lambda answer: replace(answer, body=change(answer.body))


def header(name: str, text: str | None) -> Change:
    """Set a header, or leave it out."""

    def change(answer: Answer) -> Answer:
        kept = {key: old for key, old in answer.headers.items() if key != name}
        return replace(answer, headers=kept if text is None else kept | {name: text})

    return change


def instead(status: int, text: str = "", **headers: str) -> Change:
    """Answer something else altogether, the stamp of the stand-in apart."""
    stamp = "x-zadig-stand-in"

    def change(answer: Answer) -> Answer:
        named = {name.replace("_", "-"): given for name, given in headers.items()}
        return Answer(status, {stamp: answer.headers[stamp], **named}, text.encode())

    return change


def then(name: str, status: int, follow: Callable[[Call], Call]) -> Spoil:
    """Do something further behind the back of a caller whose call got `status`."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        answer = await ask(call)
        if call.name == name and answer.status == status:
            await ask(follow(call))
        return answer

    return spoil


def first(name: str, alter: Callable[[Call], Call]) -> Spoil:
    """Take another call for the one that was sent."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        return await ask(alter(call) if call.name == name else call)

    return spoil


def in_turn(name: str, status: int, *changes: Change) -> Spoil:
    """Change the answers of one call that have one status in turn: the first, the second, and from the start again."""
    seen = 0

    async def spoil(call: Call, ask: Ask) -> Answer:
        nonlocal seen
        answer = await ask(call)
        if call.name != name or answer.status != status:
            return answer
        seen += 1
        return changes[(seen - 1) % len(changes)](answer)

    return spoil


def fails_and_does(name: str, alter: Callable[[Call], Call]) -> Spoil:
    """Answer an error as usual, and do all the same what was asked for, as `alter` makes it possible."""
    return then(name, 400, alter)


def ignored(name: str) -> Spoil:
    """Say success to one call, and do nothing."""

    async def spoil(call: Call, ask: Ask) -> Answer | None:
        if call.name != name:
            return await ask(call)
        return holding_success(await ask(replace(call, method="GET", path=f"{PREFIX}/health")))

    return spoil


def holding_success(answer: Answer) -> Answer:
    """Return the answer that says success."""
    return replace(answer, body=b'{"message":"success"}')


def closed(name: str) -> Spoil:
    """Close the connection on one call without an answer."""

    async def spoil(call: Call, ask: Ask) -> Answer | None:
        return None if call.name == name else await ask(call)

    return spoil


def hanging(name: str, seconds: float) -> Spoil:
    """Keep the caller of one call waiting."""

    async def spoil(call: Call, ask: Ask) -> Answer | None:
        if call.name == name:
            await asyncio.sleep(seconds)
        return await ask(call)

    return spoil


def for_everybody(status: int) -> Spoil:
    """Turn every caller of an operation away."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        answer = await ask(replace(call, method="GET", path=f"{PREFIX}/health"))
        return instead(status)(answer) if call.name and call.name != "list-tasks" else await ask(call)

    return spoil


def unauthorized(admin: str) -> Spoil:
    """Let everybody do everything, by the admin's token."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        if not call.path.startswith(PREFIX):
            return await ask(call)
        kept = tuple(pair for pair in call.headers if pair[0] != b"authorization")
        return await ask(replace(call, headers=(*kept, (b"authorization", f"Bearer {admin}".encode()))))

    return spoil


def gzipped(answer: Answer) -> Answer:
    """Compress an answer, asked or not."""
    return replace(answer, headers={**answer.headers, "content-encoding": "gzip"}, body=gzip.compress(answer.body))


def reordered(old: Any) -> Any:
    """Return a JSON value with the keys of all objects the other way round."""
    if isinstance(old, dict):
        return {key: reordered(inner) for key, inner in reversed(old.items())}
    return [reordered(inner) for inner in old] if isinstance(old, list) else old
