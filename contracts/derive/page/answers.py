"""Samples of an operation to its body and its answers, as documented.json has them."""

from collections.abc import Sequence
from typing import Any

from contracts.derive.page.findings import Note
from contracts.derive.page.samples import Sample

ERROR, SUCCESS = "error", "success"


def entry(samples: Sequence[Sample]) -> dict[str, Any]:
    """Return what documented.json says of samples of one thing: the first, its lines, and all if there are several."""
    first = samples[0]
    content: dict[str, Any] = {"sample": first.value, "lines": list(first.lines)}
    if not all(sample.strict for sample in samples):
        content["tolerant"] = True
    if len(samples) > 1:
        content["samples"] = [{"sample": sample.value, "lines": list(sample.lines)} for sample in samples]
    return content


def answers(success: Sequence[Sample], error: Sequence[Sample], note: Note) -> dict[str, Any]:
    """Return the answers by name: success, error, and error-CODE for each further code; a doubt is a finding.

    Samples of one answer stay together, so that what is derived can unite them.
    """
    kinds: dict[str, list[Sample]] = {SUCCESS: [], ERROR: []}
    for under, samples in ((SUCCESS, success), (ERROR, error)):
        for sample in samples:
            kind = _kind(sample.value) or under
            if kind != under:
                note("answer-of-another-kind", sample.lines[0], under=under, kind=kind)
            kinds[kind].append(sample)
    by_code: dict[str, list[Sample]] = {SUCCESS: kinds[SUCCESS]} if kinds[SUCCESS] else {}
    first = code_of(kinds[ERROR][0].value) if kinds[ERROR] else None
    for sample in kinds[ERROR]:
        code = code_of(sample.value)
        by_code.setdefault(ERROR if code in (first, None) else f"{ERROR}-{code}", []).append(sample)
        if code is None:
            note("error-without-code", sample.lines[0])
    for name, samples in by_code.items():
        if len(samples) > 1:
            note("several-samples/answer", samples[1].lines[0], name=name, count=len(samples))
    return {name: entry(samples) for name, samples in by_code.items()}


def code_of(value: Any) -> int | None:
    """Return the code in the envelope of an answer, or None."""
    for key in ("code", "resultCode"):
        code = value.get(key) if isinstance(value, dict) else None
        if isinstance(code, int) and not isinstance(code, bool):
            return code
    return None


def _kind(value: Any) -> str | None:
    """Return the kind of answer that an envelope shows, or None where it does not."""
    code = code_of(value)
    if code is None:
        return None
    if value.get("type") == "error" or code >= 400:
        return ERROR
    return SUCCESS if code == 0 and set(value) <= {"code", "resultCode", "errorMsg", "message"} else None
