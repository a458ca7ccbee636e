"""What the stand-in answers about custom workflows, fact by fact; the facts and their requests stand in custom/*.toml.

A row: `on` the behaviours that it is about (left out: all five releases), the `licence`, what is done `before`, what is
sent (`send`, `as` whom, with a `body` as it stands or a workable one `with` changes), and what comes: `done`, an
`error` of code and description, `uncoded`, an `empty` status, a text `page`, or an object that `has` something. `state`
is that of task 1 of wf afterwards. A `*` at the end of a description stands for what nobody promised. A row `deviates`
where the page of its release promises something else, so that the perfect server answers another way.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts.text.toml import read
from helpers.custom_client import Answer, CustomZadig, script_job, script_workflow

FOLDER = Path(__file__).parent / "custom"
FACTS: Mapping[str, Mapping[str, Any]] = {
    f"{path.stem}/{name}": fact for path in sorted(FOLDER.glob("*.toml")) for name, fact in read(path).items()
}
RELEASES = ("2.3.0", "3.0.0", "3.4.1", "4.3.0", "5.0.0")
GROUPS: Mapping[str, tuple[str, ...]] = {"old": RELEASES[:2], "new": RELEASES[2:], "all": RELEASES}
PERFECT = {
    "5.0.0": "perfect-5.0",
    "4.3.0": "perfect-4.3",
    "3.4.1": "perfect-3.4",
    "3.0.0": "perfect-3.0",
    "2.3.0": "perfect-2.3",
}
"""Release to its perfect server; what deviates in the others does in one of these too."""
MESSAGES = {
    400: "Bad Request",
    6160: "创建工作流任务失败",
    6161: "获取工作流任务失败",
    6163: "取消工作流任务失败",
    6164: "重试工作流任务失败",
    6169: "批准工作流任务失败",
    6540: "新建或更新wokflow失败",
    6542: "查询workflow失败",
    6543: "删除workflow失败",
    6545: "校验workflow失败",
    7050: "用户许可证不可用，请检查许可证后重试",
}
ROW = {"on", "licence", "own_port", "as", "before", "send", "body", "with", "state", "deviates"}
EXPECTED = {"done", "error", "uncoded", "empty", "page", "moved", "has"}


@pytest.mark.parametrize("name", [name for name, fact in FACTS.items() if "rows" in fact])
def test_fact(name: str) -> None:
    """All rows of a fact are answered as they say, by every behaviour that they are about."""
    wrong = []
    for number, row in enumerate(FACTS[name]["rows"], 1):
        for behaviour in behaviours(row):
            actual, expected = outcome(behaviour, row)
            if actual != expected:
                wrong.append(f"row {number} on {behaviour}: expected {expected}, got {actual}")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("name", [name for name, fact in FACTS.items() if "rows" in fact])
def test_a_perfect_server_differs_where_its_page_promises_something_else(name: str) -> None:
    """The perfect server of a release answers as the real one, but for the rows that deviate."""
    wrong = []
    for number, row in enumerate(FACTS[name]["rows"], 1):
        for real, perfect in PERFECT.items():
            if real in behaviours(row):
                actual, expected = outcome(perfect, row)
                if (actual == expected) == row.get("deviates", False):
                    wrong.append(f"row {number} on {perfect}: the real server {expected}, the perfect one {actual}")
    assert wrong == [], "\n".join(wrong)


def behaviours(row: Mapping[str, Any]) -> list[str]:
    """Return the behaviours that a row is about."""
    return [each for group in row.get("on", ["all"]) for each in GROUPS.get(group, (group,))]


def outcome(behaviour: str, row: Mapping[str, Any]) -> tuple[object, object]:
    """Return what came of a row, and what it expects, in the same form."""
    zadig = CustomZadig(behaviour, row.get("licence", "basic"), row.get("own_port", False))
    for step in row.get("before", []):
        made = sent(zadig, step if isinstance(step, dict) else {"send": step})
        if made.status >= 300:
            return (step, made), "success"
    actual, expected = compared(sent(zadig, row), row)
    return ((actual, zadig.status()), (expected, row["state"])) if "state" in row else (actual, expected)


def sent(zadig: CustomZadig, row: Mapping[str, Any]) -> Answer:
    """Send the request of a row or of a step before it."""
    body = row.get("body")
    if "with" in row:
        verb, key = [*row["send"].split(), "wf"][:2]
        key = "wf" if verb.isupper() else key
        body = script_workflow(zadig.behaviour, key) | changed(zadig.behaviour, row["with"])
        body = {name: value for name, value in body.items() if value != "absent"}
    user = row.get("as", "admin")
    return zadig.verb(row["send"], body, None if user == "none" else user)


def changed(behaviour: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes of a definition, each name of a job made a script job, after `old:` one in the older shape."""

    def job(each: Any) -> Any:
        if not isinstance(each, str):
            return each
        name, _, script = each.removeprefix("old:").partition("=")
        return script_job("2.3.0" if each.startswith("old:") else behaviour, name, script or "echo hello")

    if not isinstance(changes.get("stages"), list):
        return dict(changes)
    stages = [stage | {"jobs": [job(each) for each in stage.get("jobs", [])]} for stage in changes["stages"]]
    return {**changes, "stages": stages}


def compared(answer: Answer, row: Mapping[str, Any]) -> tuple[object, object]:
    """Return of an answer what its row is about, and what the row expects there."""
    kind = answer.headers.get("content-type")
    if "empty" in row:
        return (answer.status, answer.body, kind), (row["empty"], b"", None)
    if "moved" in row:
        status, location = row["moved"]
        moved = (answer.status, answer.headers.get("location"), b"<a href=" in answer.body)
        return moved, (status, location, status == 301)
    if "page" in row:
        return (answer.status, answer.body.decode(), kind), (*row["page"], "text/plain; charset=utf-8")
    if kind != "application/json; charset=utf-8":
        return answer, "JSON"
    body = answer.json
    if "error" in row:
        code, description = row["error"]
        expected = {"code": code, "description": description, "extra": {}, "message": MESSAGES[code], "type": "error"}
        return (answer.status, cut(body, description)), (400, expected)
    if "uncoded" in row:
        expected = {"code": 500, "description": row["uncoded"], "message": "Internal Error: "}
        return (answer.status, cut(body, row["uncoded"])), (500, expected)
    if "done" in row:
        return (answer.status, answer.body), (200, b'{"message":"success"}')
    more = [key for key in row.get("lacks", []) if key in body]
    return (answer.status, subset(row["has"], body), more), (200, row["has"], [])


def cut(body: Any, description: str) -> Any:
    """Return an error with its description cut where the expected one has its star."""
    if not description.endswith("*"):
        return body
    return body | {"description": f"{body.get('description', '')[: len(description) - 1]}*"}


def subset(expected: Any, actual: Any) -> Any:
    """Return of `actual` what `expected` has keys and places for."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {key: subset(inner, actual[key]) for key, inner in expected.items() if key in actual}
    if isinstance(expected, list) and isinstance(actual, list) and expected:
        return [subset(one, other) for one, other in zip(expected, actual, strict=False)] + actual[len(expected) :]
    return actual


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_is_shown(name: str) -> None:
    """Each fact has a sentence, and rows that show it or a reason why none can."""
    fact = FACTS[name]
    assert fact.keys() <= {"fact", "rows", "shown_by", "not_carried"}
    assert fact["fact"].endswith(".")
    assert len({"rows", "shown_by", "not_carried"} & fact.keys()) == 1
    for row in fact.get("rows", []):
        assert row.keys() <= ROW | EXPECTED | {"lacks"}
        assert len(EXPECTED & row.keys()) == 1, row
    if "shown_by" in fact:
        tests = "".join(path.read_text("utf-8") for path in FOLDER.parent.glob("test_custom*.py"))
        assert f"def {fact['shown_by']}(" in tests
