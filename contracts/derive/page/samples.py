"""JSON samples, strict where they are JSON and else what they seem to mean, and the answers that they make."""

import bisect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from contracts.derive.page.blocks import Fence
from contracts.derive.page.findings import Note
from contracts.derive.page.lenient_json import DEEPEST, NotJsonError, values
from contracts.derive.page.vocabulary import MESSAGES
from contracts.text.frozen import dataclass
from contracts.text.strict_json import parse

_EVENT: Final = re.compile(r"^(?:data|event):", re.MULTILINE)
"""How a line of an event stream begins."""


@dataclass(frozen=True)
class Sample:
    """One value that a page shows.

    value: what it is.
    lines: the first and last line of its fence.
    strict: whether it is JSON as it stands.
    text: whether it is no JSON at all, and the value what stands there.
    """

    value: Any
    lines: tuple[int, int]
    strict: bool
    text: bool = False


def read_samples(fence: Fence, note: Note, answer: bool = False) -> list[Sample]:
    """Return the samples of a fence: usually one, several if several values stand there, none after a finding.

    The sample of an ``answer`` may be a text: lines that are no objects, arrays or parts of such, or those of a stream.
    """
    lines = (fence.first, fence.last)
    if not fence.text.strip():
        note("sample-empty", fence.first)
        return []
    try:
        return [Sample(parse(fence.text.encode(), DEEPEST), lines, strict=True)]
    except ValueError:
        pass
    liberties: list[tuple[str, int, dict[str, object]]] = []
    why: NotJsonError | None = None
    try:
        parsed = values(fence.text, lambda text, at, /, **named: liberties.append((text, at, named)))
    except NotJsonError as error:
        parsed, why = [], error
    if answer and (is_stream(fence.text) or (parsed and not any(isinstance(one, dict | list) for one in parsed))):
        note("answer-is-text", fence.first)
        return [Sample(fence.text, lines, strict=False, text=True)]
    if not parsed:
        note("sample-not-json", fence.first, error=why)
        return []
    breaks = [at for at, char in enumerate(fence.text) if char == "\n"]
    for text, offset, named in liberties:
        note(text, fence.content + bisect.bisect_left(breaks, offset), **named)
    return [Sample(value, lines, strict=False) for value in parsed]


def is_stream(text: str) -> bool:
    """Return whether a text has lines of an event stream."""
    return _EVENT.search(text) is not None


def entry(samples: Sequence[Sample]) -> dict[str, Any]:
    """Return what documented.json says of samples of one thing: the first, its lines, and all if there are several."""
    if all(sample.text for sample in samples):
        text = "\n".join(line.rstrip() for line in samples[0].value.split("\n"))
        return {"text": text, "lines": list(samples[0].lines)}
    samples = [sample for sample in samples if not sample.text]
    listed = [{"sample": sample.value, "lines": list(sample.lines)} for sample in samples]
    content: dict[str, Any] = dict(listed[0])
    if not all(sample.strict for sample in samples):
        content["tolerant"] = True
    return content if len(listed) == 1 else {**content, "samples": listed}


def values_by_key(objects: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return each key of objects with all the values that it has there."""
    by_key: dict[str, list[Any]] = {}
    for one in objects:
        for key, value in one.items():
            by_key.setdefault(key, []).append(value)
    return by_key


def answers(success: Sequence[Sample], error: Sequence[Sample], note: Note) -> dict[str, Any]:
    """Return the answers by name: success, error, and error-CODE for each further code; a doubt is a finding.

    Samples of one answer stay together, so that what is derived can unite them.
    """
    kinds: dict[str, list[Sample]] = {"success": [], "error": []}
    for under, samples in (("success", success), ("error", error)):
        for sample in samples:
            kind = _kind(sample.value) or under
            if kind != under:
                note("answer-of-another-kind", sample.lines[0], under=under, kind=kind)
            kinds[kind].append(sample)
    by_name = {"success": kinds["success"]} if kinds["success"] else {}
    first = code_of(kinds["error"][0].value) if kinds["error"] else None
    for sample in kinds["error"]:
        code = code_of(sample.value)
        by_name.setdefault("error" if code in (first, None) else f"error-{code}", []).append(sample)
        if code is None:
            note("error-without-code", sample.lines[0])
        elif is_translated(sample.value):
            note("message-translated", sample.lines[0], message=sample.value["message"][:60], code=code)
    for name, samples in by_name.items():
        if len(samples) > 1:
            note("several-samples/answer", samples[1].lines[0], name=name, count=len(samples))
    return {name: entry(samples) for name, samples in by_name.items()}


def code_of(value: Any) -> int | None:
    """Return the code in the envelope of an answer, or None."""
    for key in ("code", "resultCode"):
        code = value.get(key) if isinstance(value, dict) else None
        if isinstance(code, int) and not isinstance(code, bool):
            return code
    return None


def is_translated(value: Any) -> bool:
    """Return whether an error has a known code, and its message not a character of the language that servers speak."""
    message = value.get("message") if isinstance(value, dict) else None
    return code_of(value) in MESSAGES and isinstance(message, str) and message.isascii()


def _kind(value: Any) -> str | None:
    """Return the kind of answer that an envelope shows, or None where it does not."""
    code = code_of(value)
    if code is None:
        return None
    if value.get("type") == "error" or code >= 400:
        return "error"
    return "success" if code == 0 and set(value) <= {"code", "resultCode", "errorMsg", "message"} else None
