"""A proposal of what an API's tables say, from its page alone: which call plays which role, and what is sent where."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from contracts.derive.page.names import folded, path_parameters, shape
from contracts.text import toml
from contracts.text.frozen import dataclass

_DATA: Final = toml.read(Path(__file__).with_suffix(".toml"))
_WORDS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = _DATA["words"]
_MEANING: Final = {word: meaning for meaning, row in _WORDS.items() for kind in row.values() for word in kind}
_LIKELY: Final = frozenset(word for row in _WORDS.values() for word in row["likely"])
_STATE: Final = {word: meaning for meaning, words in _DATA["states"].items() for word in words}
FIND: Final = "find"
"""The role whose error says that a workflow is not there."""
DOUBT: Final = "doubt: "
"""How each line of comment begins that says what a person has to settle."""


@dataclass(frozen=True)
class Call:
    """An operation of documented.json, and what its keys seem to mean.

    name: of the operation.
    operation: its entry.
    """

    name: str
    operation: Mapping[str, Any]

    @cached_property
    def sent(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Place and key of all that is sent, by what it seems to mean; of a body what is outermost."""
        rows = [(row["in"], row["name"]) for row in self.operation["parameters"]]
        rows += [("path", name) for name in path_parameters(self.operation["path"])]
        rows += [("body", key) for key in self.body]
        found: dict[str, dict[tuple[str, str], None]] = {}
        for place, key in rows:
            found.setdefault(_MEANING.get(folded(key), ""), {})[place, key] = None
        return {meaning: tuple(keys) for meaning, keys in found.items()}

    @cached_property
    def body(self) -> Mapping[str, Any]:
        """The sample of its body; empty where there is none that is an object."""
        sample = (self.operation["body"] or {}).get("sample")
        return sample if isinstance(sample, Mapping) else {}

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its path."""
        return tuple(folded(part) for part in self.operation["path"].split("/") if part and not path_parameters(part))

    @cached_property
    def about_tasks(self) -> bool:
        """Whether it is about tasks."""
        return "id" in self.sent or any(re.fullmatch(_DATA["tasks"], word) for word in self.words)

    @property
    def answer(self) -> Any:
        """The sample of its success; None where the page shows none."""
        return self.operation["answers"].get("success", {}).get("sample")

    @cached_property
    def samples(self) -> Mapping[str, str]:
        """The first answer of the page that says success and the first that says error, by these words."""
        kinds = [kind for kind, answer in self.operation["answers"].items() if "text" not in answer]
        return {word: kind for kind in sorted(kinds, reverse=True) for word in _PLAIN if kind.startswith(word)}

    def fits(self, form: Mapping[str, Any]) -> bool:
        """Whether it is of this form."""
        path = self.operation["path"]
        where = form.get("sent_at", ("path", "query", "body"))
        return (
            self.operation["method"] in form["methods"]
            and form.get("task") in (None, self.about_tasks)
            and (not form.get("inside") or bool(path_parameters(path.rpartition("/")[2])))
            and re.fullmatch(form.get("ends", ".*"), self.words[-1] if self.words else "") is not None
            and not re.fullmatch(form.get("never", ""), self.words[-1] if self.words else "/")
            and all(any(place in where for place, _ in self.sent.get(word, ())) for word in form.get("sent", ()))
            and ("sent_at" not in form or all(place in where for place, _ in self.sent[form["sent"][0]]))
            and not any(word in self.sent for word in form.get("unsent", ()))
            and (isinstance(self.answer, Mapping) or not form.get("has"))
            and all(pointer(self.answer, word) for word in form.get("has", ()))
            and ("items" not in form or items(self.answer, form["items"]) is not None)
        )


_PLAIN: Final = ("success", "error")


@dataclass(frozen=True)
class Proposal:
    """What is proposed of an API.

    texts: by the name of each file.
    roles: of each operation that plays one.
    """

    texts: Mapping[str, str]
    roles: Mapping[str, str]


def key_of(answer: Any, word: str) -> str | None:
    """Return the key under which an object has what a word means; None where it has not."""
    keys = {folded(key): key for key in answer} if isinstance(answer, Mapping) else {}
    return next((keys[each] for kind in _WORDS[word].values() for each in kind if each in keys), None)


def pointer(answer: Any, word: str) -> str:
    """Return where an object has what a word means, as a JSON pointer; empty where it has not."""
    return "" if (key := key_of(answer, word)) is None else _pointed(key)


def _pointed(key: str) -> str:
    return f"/{key.replace('~', '~0').replace('/', '~1')}"


def items(answer: Any, words: Iterable[str], depth: int = 2) -> tuple[str, Mapping[str, Any]] | None:
    """Return where an answer lists what has all this, as a JSON pointer, and an item of that; or None."""
    if isinstance(answer, list):
        return ("", answer[0]) if answer and all(pointer(answer[0], word) for word in words) else None
    for key, value in answer.items() if isinstance(answer, Mapping) and depth else ():
        if (found := items(value, words, depth - 1)) is not None:
            return f"{_pointed(key)}{found[0]}", found[1]
    return None


def propose(documented: Mapping[str, Any]) -> Proposal:
    """Return what documented.json of an API's first page lets propose of its tables."""
    calls = [Call(name, row) for name, row in documented["operations"].items()]
    played, others = _roles(calls)
    page = documented["page"]["file"]
    names = {call.name: shape(call.operation["method"], call.operation["path"]) for call in calls}
    rows = "".join(f"{name} = {toml.value(text)}\n" for name, text in names.items())
    texts = {
        "operations.toml": f"{toml.comment(_DATA['texts']['operations'])}\n{rows}",
        "binding.toml": toml.comment(_DATA["texts"]["binding"].format(page=page))
        + "\n"
        + _binding(calls, played, others),
        "lifecycle.toml": toml.comment(_DATA["texts"]["lifecycle"].format(page=page)) + "\n" + _lifecycle(played),
    }
    return Proposal(texts, {call.name: role for role, call in played.items()})


def _roles(calls: Sequence[Call]) -> tuple[dict[str, Call], dict[str, list[str]]]:
    """Return the call of each role, and the names of the others that could play it.

    Of several the one that most of the page's other paths begin with, as what a page is about has calls below it.
    """
    played: dict[str, Call] = {}
    others: dict[str, list[str]] = {}
    roots = {call.name: re.split(r"/[:{]", call.operation["path"])[0] for call in calls}

    def weight(call: Call) -> tuple[int, int]:
        root = roots[call.name]
        below = sum(path == root or path.startswith(f"{root}/") for path in roots.values())
        return -below, len(call.operation["path"])

    for role, row in _DATA["roles"].items():
        free = [call for call in calls if call not in played.values()]
        for form in row["forms"]:
            if found := sorted((call for call in free if call.fits(form)), key=weight):
                played[role], others[role] = found[0], [call.name for call in found[1:]]
                break
    return played, others


def _doubt(text: str) -> str:
    """Return what somebody has to settle as one line of comment, whatever keys of a page it names."""
    return toml.comment(DOUBT + " ".join(text.split()))


def _binding(calls: Sequence[Call], played: Mapping[str, Call], others: Mapping[str, Sequence[str]]) -> str:
    parts = [_errors(calls), *_usual(calls), *_bodies(played)]
    for role, row in _DATA["roles"].items():
        if role not in played:
            parts.append(_doubt(f"no call for the role {role}: nothing on the page is {row['is']}"))
            continue
        call, form = played[role], next(form for form in row["forms"] if played[role].fits(form))
        listed = items(call.answer, form["items"]) if "items" in form else None
        inside = listed[1] if listed else call.answer
        at = {word: found for word in row.get("at", ()) if (found := pointer(inside, word))}
        absent = call.samples.get("error") if row.get("absent") else None
        said = [f"{role} could also be {', '.join(others[role])}"] if others[role] else []
        if row.get("absent"):
            said.append(_DATA["texts"]["absent" if absent else "no_absent"].format(call=call.name, absent=absent))
        if "id" in at and not isinstance(inside[key_of(inside, "id") or ""], int):
            said.append(_DATA["texts"]["id_is_text"].format(call=call.name))
        where = {"items": listed[0]} if listed and listed[0] else {}
        text = toml.table(("roles", role), {"call": call.name, "absent": absent, **where, **at})
        parts.append("".join(map(_doubt, said)) + text)
    return "\n".join(filter(None, parts))


def _errors(calls: Sequence[Call]) -> str:
    """Return the table of the keys of an error, as the page's errors have them."""
    errors = [
        answer["sample"]
        for call in calls
        for kind, answer in call.operation["answers"].items()
        if kind.startswith("error") and isinstance(answer.get("sample"), Mapping)
    ]
    found = {
        word: next(filter(None, (key_of(error, word) for error in errors)), None) for word in ("code", "description")
    }
    rows = {word: key for word, key in found.items() if key is not None}
    return toml.table(("errors",), rows) if rows else _doubt("the page shows no error with a code: which keys has one?")


def _template(place: str, meaning: str) -> str:
    return "{scope}" if (place, meaning) == ("query", "project") else str(_DATA["sent"][meaning])


def _usual(calls: Sequence[Call]) -> Iterator[str]:
    """Yield what every call is sent: in path and query, and in a body what says where to work, however deep."""
    for place in ("path", "query"):
        sent = {
            (key, meaning)
            for call in calls
            for meaning in _DATA["sent"]
            for at, key in call.sent.get(meaning, ())
            if at == place
        }
        rows = {key: _template(place, meaning) for key, meaning in sorted(sent)}
        doubts = [
            _doubt(f"is {key} in the {place} what {text} stands for?")
            for key, text in rows.items()
            if folded(key) in _LIKELY
        ]
        unknown = sorted(
            f"{row['name']} ({call.name})"
            for call in calls
            for row in call.operation["parameters"]
            if row["in"] == place and row["required"] and _MEANING.get(folded(row["name"])) not in _DATA["sent"]
        )
        doubts += [
            _doubt(f"what is to be sent in the {place} as {each}? Without it the call is not tried") for each in unknown
        ]
        if rows or doubts:
            yield "".join(doubts) + (toml.table((place,), rows) if rows else "")
    keys = sorted({key for call in calls for key in _keys(call.body)})
    rows = {key: _DATA["sent"][word] for key in keys if (word := _MEANING.get(folded(key))) in _PLACE}
    if rows:
        yield toml.table(("body",), rows)


_PLACE: Final = ("env", "service", "service_module")
"""What says where a task works, which must never be what a sample of a page names."""


def _bodies(played: Mapping[str, Call]) -> Iterator[str]:
    """Yield what stands in the body of each call that plays a role, by pointers where a key is used deeper again."""
    for call in played.values():
        deeper = {key for value in call.body.values() for key in _keys(value)}
        sent = [
            (key, meaning)
            for meaning in ("name", "id", "project")
            for at, key in call.sent.get(meaning, ())
            if at == "body"
        ]
        if not sent:
            continue
        rows = {
            _pointed(key) if key in deeper or key.startswith("/") else key: _template("body", meaning)
            for key, meaning in sent
        }
        doubts = [
            _doubt(f"is {key} in the body of {call.name} what {_template('body', meaning)} stands for?")
            for key, meaning in sent
            if folded(key) in _LIKELY
        ]
        yield "".join(doubts) + toml.table(("calls", call.name, "body"), rows)


def _keys(value: Any) -> Iterator[str]:
    """Yield every key of a value, however deep."""
    if isinstance(value, Mapping):
        yield from value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from _keys(inner)


def _lifecycle(played: Mapping[str, Call]) -> str:
    words = _states(played)
    states = {word: _STATE[folded(word)] for word in words if folded(word) in _STATE}
    doubts = [_doubt(f"what does the state {word} mean?") for word in words if word not in states]
    if not states:
        doubts.append(_doubt("the page lists no states of a task: what are they, and what do they mean?"))
    parts = ["".join(doubts) + toml.table(("states",), states)]
    for role, row in _DATA["roles"].items():
        if role not in played or "life" not in row:
            continue
        call = played[role]
        known = {"success": "success", **call.samples}
        said, lines = [], {}
        for state, (sample, *left) in row["life"].items():
            if state in _DATA["states"] and state not in states.values():
                continue
            if sample in known:
                lines[state] = {"answer": known[sample], "next": left[0] if left else None}
        if "success" not in call.samples:
            said.append(
                f"the page shows no success of {call.name}: does the one come that is assumed in observed.toml?"
            )
        if "error" not in call.samples:
            said.append(f"the page shows no error of {call.name}: what comes where it cannot be done?")
        else:
            said.append(f"does {call.name} answer {known['error']} in each of the states that are given it here?")
        parts.append("".join(map(_doubt, said)) + toml.table((role,), lines))
    return "\n".join(parts)


def _states(played: Mapping[str, Call]) -> list[str]:
    """Return the words for a task's state that the page lists, or shows in a sample, of the calls that read it."""
    found: dict[str, None] = {}
    for role in ("list-tasks", "get-task"):
        if (call := played.get(role)) is None:
            continue
        models = call.operation.get("models") or {}
        rows = [*(call.operation.get("answer_keys") or ()), *(row for model in models.values() for row in model)]
        for row in rows:
            if _MEANING.get(folded(row["name"])) == "state":
                found |= dict.fromkeys(word for word in row.get("enum") or () if isinstance(word, str))
        listed = items(call.answer, ("state",))
        shown = listed[1] if listed and role == "list-tasks" else call.answer
        if (key := key_of(shown, "state")) is not None and isinstance(shown[key], str):
            found[shown[key]] = None
    return list(found)
