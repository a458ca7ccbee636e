"""What a person reads at the end of a run: target, table, one block per cause, and the verdict last."""

import re
from dataclasses import replace
from typing import Any
from unicodedata import east_asian_width

import pytest

from contracts.case.outcome import Evidence, Outcome
from contracts.check.breach import Breach, Kind
from contracts.check.check import Promise
from contracts.report.summary.terminal import BLOCKS, LINES, summary
from contracts.report.verdict_rules import Result
from contracts.run.verdict import Run, RunResult, decide
from helpers.verdicts import CURL, DRIFT, RUN

LIVE = replace(RUN, profile="nightly")
EMBEDDED = replace(LIVE, base_url="http://127.0.0.1:4711", stand_in="1.7.0", embedded=True)
SCREEN = 60
"""Lines that a window on a usual screen shows."""
PAGE = "zadig-1.7.0-workflow-api.md:148-150"
STATUS = Breach(Kind.STATUS, "status", "HTTP 200", "HTTP 500", False, "500")
MESSAGE = Breach(Kind.CONSTANT, "$.message", "'success'", "'成功'", True, "$.message")


def broken(case: str, *breaches: Breach, result: Result = Result.BREACH, **parts: Any) -> Outcome:
    """Return a case that broke its promises, with its evidence."""
    evidence = Evidence(CURL, 500, "application/json", '{"message":\n "成功"}', None, 0.1)
    whole = Outcome(
        case, case.partition("/")[0], "success", result, promised=PAGE, breaches=breaches, evidence=(evidence,)
    )
    return replace(whole, **parts)


def held(case: str, answer: str = "success") -> Outcome:
    return Outcome(case, case.partition("/")[0], answer, Result.HELD)


def lines(*outcomes: Outcome, run: Run = LIVE, **tally: Any) -> list[str]:
    """Return the lines that a run with these outcomes ends with."""
    found = [outcome.to_json() for outcome in outcomes]
    verdict = decide(run, RunResult(**{"planned": [case["case"] for case in found], "outcomes": found} | tally))
    return "\n".join(line.text for line in summary(verdict, "runs/x")).splitlines()


def blocks(text: list[str]) -> list[list[str]]:
    """Return the paragraphs of a summary."""
    return [part.splitlines() for part in "\n".join(text).split("\n\n")]


def width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def test_a_live_target_is_named_first() -> None:
    """The first lines say what was tested, against which release, and which run it was."""
    assert lines(held("a/b"))[:2] == [
        "target   https://zadig.example.com/api/aslan",
        "release  1.7.0   profile  nightly   run  20260102t030405-abcd",
    ]


def test_a_stand_in_is_marked() -> None:
    """Nobody can take a run on the stand-in for one on a live Zadig, neither at the head nor at the verdict."""
    text = lines(held("a/b"), run=EMBEDDED)
    assert "** stand-in, behaviour 1.7.0: this says nothing about a live Zadig **" in text[0]
    assert text[-2].startswith("VERDICT on the stand-in (1.7.0): ACCEPTED")
    assert not any("stand-in" in line for line in lines(held("a/b")))


@pytest.mark.parametrize(
    ("outcomes", "tally", "line"),
    [
        pytest.param([held("a/b"), held("a/c")], {}, "VERDICT: ACCEPTED (2 of 2 held, exit 0)", id="accepted"),
        pytest.param(
            [held("a/b"), broken("a/c", MESSAGE)],
            {},
            "VERDICT: REJECTED: 1 breach (1 of 2 held, exit 1)",
            id="rejected",
        ),
        pytest.param(
            [held("a/b")],
            {"planned": ["a/b", "a/c"]},
            "VERDICT: INCONCLUSIVE: 1 planned and not run (1 of 2 held, exit 6)",
            id="inconclusive",
        ),
        pytest.param([held("a/b")], {"leaks": ["x"]}, "VERDICT: ACCEPTED: 1 leaked (1 of 1 held, exit 7)", id="leaked"),
        pytest.param(
            [held("a/b"), broken("a/c", STATUS, result=Result.KNOWN, deviation="x")],
            {},
            "VERDICT: ACCEPTED (1 of 2 held, 1 known, exit 0)",
            id="known",
        ),
    ],
)
def test_the_verdict_comes_last(outcomes: list[Outcome], tally: dict[str, Any], line: str) -> None:
    assert lines(*outcomes, **tally)[-2:] == [line, "runs/x/report.html"]


def test_the_table_lines_up_with_chinese_text() -> None:
    """Columns stand under their heads, however wide the characters in them."""
    outcomes = [held("创建工作流/a"), held("ascii/b"), broken("更多/c", MESSAGE)]
    text = lines(*outcomes)
    start = next(number for number, line in enumerate(text) if line.startswith("operation"))
    head, ruler, *rows = text[start : start + 5]
    assert [row.split() for row in (head, *rows)] == [
        ["operation", "held", "breach"],
        ["ascii", "1"],
        ["创建工作流", "1"],
        ["更多", "1"],
    ]
    ends = [width(ruler[: match.end()]) for match in re.finditer("-+", ruler)]
    assert [width(row.rstrip()) for row in rows] == [ends[1], ends[1], ends[2]]


def test_the_table_has_a_column_only_for_what_there_is() -> None:
    """A run in which all held shows nothing but held."""
    head = next(line for line in lines(held("a/b")) if line.startswith("operation"))
    assert head.split() == ["operation", "held"]


def test_a_block_says_all_that_is_needed() -> None:
    """A block names the case, page and schema, each breach, what came back, and how to see it again."""
    wanted = Promise(200, None, "{}", "schemas/aslan/1.7.0/cancel-task/success.json")
    block = blocks(lines(broken("cancel-task/queued-task", STATUS, MESSAGE, wanted=wanted, again="z; " + CURL)))[2]
    assert block == [
        "BREACH  cancel-task/queued-task",
        f"  source: {PAGE}, {wanted.schema}",
        "  status: expected HTTP 200, got HTTP 500  [status:500]",
        "  wrong-constant at $.message: expected 'success', got '成功'  [wrong-constant:$.message]",
        '  response: HTTP 500, {"message": "成功"}',
        "  again: python -m contracts again runs/x cancel-task/queued-task",
        "  alone: pytest tests/api -k '[cancel-task/queued-task]' --base-url https://zadig.example.com",
    ]


def test_a_drift_is_called_one() -> None:
    """Where only an observed fact is departed from, the block says so."""
    block = blocks(lines(broken("cancel-task/x", DRIFT, result=Result.DRIFT)))[2]
    assert block[0] == "DRIFT  cancel-task/x"
    assert "  status (drift): expected HTTP 400, got HTTP 404  [status:404]" in block


@pytest.mark.parametrize("result", [Result.BLOCKED, Result.UNREACHABLE])
def test_a_case_that_tells_nothing_says_why(result: Result) -> None:
    outcome = Outcome("cancel-task/x", "cancel-task", "success", result, reason="Connection refused")
    assert blocks(lines(outcome))[2][:2] == [f"{str(result).upper()}  cancel-task/x", "  Connection refused"]


@pytest.mark.parametrize(
    ("run", "options"),
    [
        pytest.param(EMBEDDED, " --behaviour 1.7.0", id="embedded"),
        pytest.param(replace(EMBEDDED, embedded=False), " --base-url http://127.0.0.1:4711", id="stand-in-by-hand"),
        pytest.param(LIVE, " --base-url https://zadig.example.com", id="live"),
    ],
)
def test_a_case_can_be_run_alone(run: Run, options: str) -> None:
    """The line to repeat one case has the target that it was seen on; an embedded stand-in has no lasting address."""
    (line,) = [line for line in lines(broken("a/b", MESSAGE), run=run) if "alone:" in line]
    assert line == f"  alone: pytest tests/api -k '[a/b]'{options}"


STATE = Breach(Kind.STATE, "state afterwards", "task 1 is cancelled", "created", True, "task-created")
GROUPS = [
    ("the-same", [broken("a/b", STATUS), broken("a/c", STATUS)], [["a/b", "a/c"]]),
    ("other-promise", [broken("a/b", STATUS), broken("a/c", replace(STATUS, promised="HTTP 400"))], [["a/b"], ["a/c"]]),
    ("other-state-too", [broken("a/b", STATUS, STATE), broken("a/c", STATUS)], [["a/b", "a/c"]]),
    ("other-breach", [broken("a/b", STATUS), broken("a/c", MESSAGE)], [["a/b"], ["a/c"]]),
    ("more-breaches", [broken("a/b", STATUS), broken("a/c", STATUS, MESSAGE)], [["a/b"], ["a/c"]]),
    ("same-state", [broken("a/b", STATE), broken("a/c", STATE)], [["a/b", "a/c"]]),
    ("other-state", [broken("a/b", STATE), broken("a/c", replace(STATE, detail="not-stored"))], [["a/b"], ["a/c"]]),
    ("other-result", [broken("a/b", DRIFT), broken("a/c", DRIFT, result=Result.DRIFT)], [["a/b"], ["a/c"]]),
]


@pytest.mark.parametrize(("outcomes", "wanted"), [pytest.param(*row, id=name) for name, *row in GROUPS])
def test_one_cause_makes_one_block(outcomes: list[Outcome], wanted: list[list[str]]) -> None:
    """Cases with the same trouble share a block that names them; another trouble has a block of its own."""
    found = [part for part in blocks(lines(*outcomes)) if part[0].startswith(("BREACH", "DRIFT"))]
    assert [re.findall("a/[bc]", "".join(part[:2])) for part in found] == wanted


def test_the_same_in_many_more_stays_short() -> None:
    """A cause that breaks many cases names some of them, and how many there are."""
    block = blocks(lines(*(broken(f"a/{number}", STATUS) for number in range(30))))[2]
    assert block[:2] == ["BREACH  a/0  × 30 cases", "  the same in 29: a/1, a/2, a/3, a/4, a/5, a/6, …"]


def test_many_causes_stay_readable() -> None:
    """Some causes are told in full, some in a line, and the rest is pointed to; the verdict still comes last."""
    many = [broken(f"a/{number}", replace(STATUS, came=f"HTTP {number}")) for number in range(BLOCKS + LINES + 5)]
    text = lines(*many)
    assert sum("alone:" in line for line in text) == BLOCKS
    assert f"BREACH  a/{BLOCKS}: status: expected HTTP 200, got HTTP {BLOCKS}" in text
    assert sum(line.startswith("BREACH") for line in text) == BLOCKS + LINES
    assert "… and 5 more causes, in runs/x/report.html" in text
    assert len(text) <= SCREEN
    assert text[-2].startswith("VERDICT: REJECTED")


def test_a_long_body_is_cut() -> None:
    """A body of many lines is one line of a length that a screen holds."""
    evidence = Evidence(CURL, 200, None, "word\n" * 500, None, 0.1)
    (line,) = [line for line in lines(broken("a/b", MESSAGE, evidence=(evidence,))) if "response: " in line]
    assert len(line) < 400
    assert line.endswith("…")


def test_no_answer_is_said_as_it_was() -> None:
    """Where no answer came back, the line has the reason instead of a status."""
    evidence = Evidence(CURL, None, None, "", "the connection closed without a response", 0.1)
    text = lines(broken("a/b", Breach(Kind.NO_ANSWER, "answer", "HTTP 200", "closed", True), evidence=(evidence,)))
    assert "  response: the connection closed without a response" in text


def test_unknown_keys_leaks_and_notes_are_listed() -> None:
    """What nobody documented, what was left behind, and what was not planned stand before the verdict."""
    outcome = replace(held("start-task/first-task"), unknown=("$.project_name",))
    text = lines(outcome, run=replace(LIVE, notes=["7 cases are off"]), leaks=["zct-1 in project shop: HTTP 500"])
    joined = "\n".join(text)
    assert "  start-task  $.project_name  × 1 cases" in text
    assert "  zct-1 in project shop: HTTP 500" in text
    assert "python -m contracts sweep" in joined
    assert "note: 7 cases are off" in text
    assert joined.index("$.project_name") < joined.index("zct-1") < joined.index("note:") < joined.index("VERDICT")


def test_known_and_fixed_deviations_are_shown() -> None:
    """A known deviation stands with what it is, where it was seen and until when; a fixed one is told too."""
    row = {"means": "it crashes", "source": "a server", "since": "1.7.0", "expires": "2027-12-31"}
    rows = [row | {"id": "one", "seen": ["a/b"], "fixed": []}, row | {"id": "two", "seen": [], "fixed": ["a/c"]}]
    text = lines(broken("a/b", STATUS, result=Result.KNOWN, deviation="one"), held("a/c"), deviations=rows)
    assert "KNOWN DEVIATION  one: it crashes" in text
    assert any("2027-12-31" in line for line in text)
    assert any(line.startswith("FIXED  two") and "a/c" in line for line in text)
    assert not any(line.startswith("BREACH") for line in text)


def test_a_run_without_outcomes_has_a_summary() -> None:
    assert lines(planned=["a/b"])[-2] == "VERDICT: INCONCLUSIVE: 1 planned and not run (0 of 1 held, exit 6)"
