"""What an answer promises, written out for one request: what a report puts beside what came."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.catalog.release import Answer
from contracts.check.check import fill


@dataclass(frozen=True)
class Promise:
    """An answer written out for one request.

    status, content_type, body: the response as it should be.
    schema: what its body is held against, a path of this project.
    """

    status: int
    content_type: str | None
    body: str
    schema: str


def promise(answer: Answer, sent: Mapping[str, str]) -> Promise:
    """Return what `answer` promises to a request that used the names `sent`."""
    return Promise(answer.status, answer.content_type, _body(answer, sent), answer.schema_file)


def _body(answer: Answer, sent: Mapping[str, str]) -> str:
    if answer.body != "json":
        return fill(answer.text, sent)
    if not isinstance(answer.sample, Mapping):
        return json.dumps(answer.sample, ensure_ascii=False) if answer.sample is not None else ""
    texts = dict(answer.values) | ({"description": answer.description} if answer.description is not None else {})
    sample = dict(answer.sample) | {key: fill(text, sent) for key, text in texts.items()}
    return json.dumps(sample, ensure_ascii=False)
