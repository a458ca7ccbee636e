"""The facts that no page states: observed.toml, read strictly, with the rows of its base release below its own.

A fact can name what was sent: its texts are templates over NAMES.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Final

from contracts.derive.errors import DeriveError, read_toml
from contracts.derive.page.names import PLACES, Parameter, parameter
from contracts.text.frozen import dataclass
from contracts.text.strict_json import JSON_TYPES
from contracts.text.toml import TomlTable

JSON_TYPE: Final = "application/json; charset=utf-8"
OPEN: Final = "to be shown on a server of"
"""How the source of a row begins that is only assumed yet."""
API: Final = "aslan"
"""The API of what says nothing of its own."""
NUMBER = "{id}"
"""The one template that a number may have, too."""
NAMES: Final[Mapping[str, str]] = {
    "name": ".+",
    "project": ".+",
    "env": ".+",
    "id": r"-?\d+",
    "method": "[A-Z]+",
    "prefix": "(?:/[^/]+)*",
    "path": "/.*",
    "shorter": "/.*",
    "any": "(?s:.*)",
}
"""What a template may name, and what stands there in a sample; `shorter`: the path without a slash at its end; `any`:
what nobody promised."""


@dataclass(frozen=True)
class ObservedAnswer:
    """One answer: where ``documented`` is set, the page's sample of that kind is its body.

    ``body`` is ``json``, ``text`` or ``empty``. ``description``, ``text`` and ``values`` are templates over NAMES.
    ``release`` is the one whose observed.toml has the row. ``also`` are further statuses that something in front of
    the server may answer with instead; then nothing else of the answer is known. ``body`` may be ``any`` too.
    ``location`` is a template of the path that a redirect leads to.
    ``optional``: JSON paths of keys that the sample has and an answer may lack; ``varies``: of those that may be
    anything too, because the sample is only one example of what stands there.
    """

    name: str
    release: str
    status: int
    source: str
    means: str
    body: str
    content_type: str | None
    documented: str | None = None
    sample: Any = None
    text: str | None = None
    description: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    minimum: Mapping[str, int] = field(default_factory=dict)
    also: tuple[int, ...] = ()
    location: str | None = None
    optional: tuple[str, ...] = ()
    varies: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nobody has named yet what showed it."""
        return self.source.startswith(OPEN)


@dataclass(frozen=True)
class ObservedBody:
    """Facts of a request body: a sample where no page has one, keys that a page lacks, JSON paths not given back.

    ``usual``: what takes the place of the sample's own values in an ordinary request.
    """

    source: str
    sample: Any = None
    undocumented: Mapping[str, Any] = field(default_factory=dict)
    usual: Mapping[str, Any] = field(default_factory=dict)
    not_kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObservedOperation:
    """The rows of one operation; ``method``, ``path`` and ``parameters`` are None where the page has them.

    ``gone``: who says that this release has the operation no more. ``gone_answers``: those that it gives no more, by
    their names and by those of the page's samples.
    """

    name: str
    release: str
    answers: Mapping[str, ObservedAnswer]
    source: str | None = None
    method: str | None = None
    path: str | None = None
    parameters: tuple[Mapping[str, Any], ...] | None = None
    body: ObservedBody | None = None
    gone: str | None = None
    gone_answers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TaskStates:
    """The states of a task, and those that it does not leave by itself."""

    source: str
    states: tuple[str, ...]
    final: tuple[str, ...]


@dataclass(frozen=True)
class Observed:
    """All observed facts of a release, those of its base included. ``lineage`` is the release, its base, and so on.

    ``gone`` are operations, support calls and answers of all of them that a base had: whatever else names them means
    nothing any more.
    """

    release: str
    lineage: tuple[str, ...]
    operations: Mapping[str, ObservedOperation] = field(default_factory=dict)
    answers: Mapping[str, ObservedAnswer] = field(default_factory=dict)
    support: Mapping[str, ObservedOperation] = field(default_factory=dict)
    task_states: TaskStates | None = None
    gone: frozenset[str] = frozenset()
    api: str = API


def check_sample(answer: ObservedAnswer, sample: Any, where: str) -> None:
    """Raise DeriveError, naming ``where``, if a sample does not say what the templates of its answer say."""
    for text in misfits(answer, sample).values():
        raise DeriveError(f"{where}: {text}")


def misfits(answer: ObservedAnswer, sample: Any) -> dict[str, str]:
    """Return the keys in which a sample does not say what its answer says of them, each with what is wrong there."""
    wrong: dict[str, str] = {}
    said = sample if isinstance(sample, dict) else {}
    templates = answer.values if answer.description is None else {**answer.values, "description": answer.description}
    for key, template in templates.items():
        value = said.get(key)
        parts = string.Formatter().parse(template)
        form = "".join(re.escape(text) + (NAMES[name] if name else "") for text, name, _, _ in parts)
        written = str(value) if type(value) is int and template == NUMBER else value
        if not isinstance(written, str) or not re.fullmatch(form, written):
            wrong[key] = f"{key} is {value!r} in the sample, which is not of the form {template!r}"
    for key, least in answer.minimum.items():
        value = said.get(key)
        if not isinstance(value, int) or value < least:
            wrong.setdefault(key, f"{key} is {value!r} in the sample, which is not a number from {least} on")
    return wrong


def load(path: Path, above: tuple[str, ...] = ()) -> Observed:
    """Read ``<release>/observed.toml`` and the files of the releases that it is based on; ``above`` build on it.

    Raises DeriveError, one line with file and row, for what is missing, unknown or contradicts itself.
    """
    name = f"{path.parent.name}/{path.name}"
    top = TomlTable(read_toml(path, name), name, DeriveError)
    release = top.text("release")
    if release != path.parent.name:
        raise top.error(f"release = {release!r} stands in the folder {path.parent.name}: make them the same")
    base = top.optional_text("base")
    below = Observed(release, ())
    if base is not None:
        if base in (release, *above):
            raise top.error(f"base = {base!r} leads back to this release: name an earlier one")
        below = load(path.parent.parent / base / path.name, (release, *above))
    # The order is that in which errors are said.
    operations = {name: _operation(row, name, release) for name, row in top.tables("operations")}
    support = {name: _operation(row, name, release) for name, row in top.tables("support")}
    answers, lost = _answers(top, release)
    gone = {name for name, row in (operations | support).items() if row.gone} | lost
    strays = gone - below.operations.keys() - below.support.keys() - below.answers.keys() - operations.keys()
    if strays:
        raise top.error(f"{min(strays)} is gone, and no base has it: remove the row")
    back = {*operations, *support, *answers} - gone
    observed = Observed(
        release,
        (release, *below.lineage),
        _merged(below.operations, operations),
        {name: row for name, row in {**below.answers, **answers}.items() if name not in lost},
        _merged(below.support, support),
        top.nested(top.anything("task_states"), "task_states", _task_states) or below.task_states,
        (below.gone - back) | gone,
        path.parent.parent.name,
    )
    top.done()
    return observed


def _merged(
    below: Mapping[str, ObservedOperation], rows: Mapping[str, ObservedOperation]
) -> dict[str, ObservedOperation]:
    """Put rows over inherited ones: an answer replaces the one of its name whole, anything else key by key."""
    merged = dict(below)
    for name, row in rows.items():
        if row.gone:
            merged.pop(name, None)
            continue
        base = below.get(name, row)
        kinds = (base.answers[key].documented for key in row.gone_answers if key in base.answers)
        gone = (base.gone_answers - row.answers.keys()) | row.gone_answers | {*filter(None, kinds)}
        request = {key: getattr(row, key) for key in ("source", "method", "path", "parameters", "body")}
        changes: dict[str, Any] = {key: value for key, value in request.items() if value is not None}
        # The operation itself counts as this release's own only if something of its request is.
        release = row.release if changes else base.release
        answers = {key: each for key, each in {**base.answers, **row.answers}.items() if key not in row.gone_answers}
        merged[name] = replace(base, **changes, release=release, answers=answers, gone_answers=gone)
    return merged


def _answers(row: TomlTable, release: str) -> tuple[dict[str, ObservedAnswer], frozenset[str]]:
    """Return the rows of answers, and the names of those that are gone; such a row says no more than who says so."""
    answers, gone = {}, set()
    for name, answer in row.tables("answers"):
        if answer.optional_text("gone") is not None:
            answer.text("gone")
            gone.add(name)
        else:
            answers[name] = _answer(answer, name, release)
    return answers, frozenset(gone)


def _operation(row: TomlTable, name: str, release: str) -> ObservedOperation:
    if row.optional_text("gone") is not None:
        return ObservedOperation(name, release, {}, gone=row.text("gone"))
    method = row.optional_text("method")
    answers, gone = _answers(row, release)
    return ObservedOperation(
        name,
        release,
        answers,
        row.text("source") if method else row.optional_text("source"),
        method,
        row.text("path") if method else row.optional_text("path"),
        row.optional(
            list, "parameters", lambda rows: tuple(row.nested(item, "parameters", _parameter) for item in rows)
        ),
        row.nested(row.anything("body"), "body", _body),
        gone_answers=gone,
    )


def _parameter(row: TomlTable) -> Parameter:
    name, place, kind = row.text("name"), row.text("in"), row.text("type")
    row.choice("in", PLACES)
    row.choice("type", sorted(JSON_TYPES.values()))
    return parameter(name, place, kind, row.required(bool, "required"), row.json("default"), None)


def _body(row: TomlTable) -> ObservedBody:
    return ObservedBody(
        row.text("source"),
        row.json("sample"),
        row.json("undocumented") if row.optional(dict, "undocumented") else {},
        row.json("usual") if row.optional(dict, "usual") else {},
        row.texts("not_kept"),
    )


def _task_states(row: TomlTable) -> TaskStates:
    states = TaskStates(row.text("source"), row.texts("states"), row.texts("final"))
    if strays := set(states.final) - set(states.states):
        raise row.error(f"final has {min(strays)!r}, which states has not: add it there")
    return states


def _answer(row: TomlTable, name: str, release: str) -> ObservedAnswer:
    kinds = [key for key in ("documented", "sample", "body", "text") if key in row.data]
    if len(kinds) != 1:
        raise row.error("give it exactly one of documented, sample, body and text")
    documented = row.choice("documented", ("success", "error"))
    body = row.choice("body", ("empty", "any")) or ("text" if kinds == ["text"] else "json")
    given = row.optional_text("content_type")
    answer = ObservedAnswer(
        name=name,
        release=release,
        status=row.required(int, "status"),
        source=row.text("source"),
        means=row.text("means"),
        body=body,
        content_type=given or {"json": JSON_TYPE, "text": "text/plain", "empty": None, "any": None}[body],
        documented=documented,
        sample=row.json("sample"),
        text=row.optional_text("text"),
        description=row.optional_text("description"),
        values=row.by_name(str, "values"),
        minimum=row.by_name(int, "minimum"),
        also=tuple(row.optional(list, "also") or ()),
        location=row.optional_text("location"),
        optional=row.texts("optional"),
        varies=row.texts("varies"),
    )
    for template in filter(None, (answer.text, answer.location, answer.description, *answer.values.values())):
        try:
            strays = [name for _, name, _, _ in string.Formatter().parse(template) if name not in (None, *NAMES)]
        except ValueError as error:
            raise row.error(f"the template {template!r} cannot be read ({error})") from None
        if strays:
            raise row.error(f"the template has {{{strays[0]}}}: it can name {', '.join(NAMES)}")
    if documented is None and body == "json":
        check_sample(answer, answer.sample, row.where)
    return answer
