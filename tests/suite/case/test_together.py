"""Cases that share a workflow: the same results as on workflows of their own, for less; and no doubt is lost on it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest

from contracts.breakages.breakage import Act, Forward, Memory, Request, Response
from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.recognise import about, recognise
from contracts.case.outcome import Outcome
from contracts.case.runner import run_case
from contracts.case.together import run_together
from contracts.catalog.cases import Case, cases
from contracts.catalog.chains import chains
from contracts.profiles import runs_at
from contracts.report.verdict_rules import Result
from contracts.standin.defects import BEHAVIOURS
from contracts.target.target import Target
from helpers.fuzzing import LONGER
from helpers.in_process import Direct, held, in_process, left_in

pytestmark = pytest.mark.usefixtures("bare")

SOME_BEHAVIOURS = ("perfect", "1.7.0", "1.9.0", "perfect-5.0", "5.0.0")
"""For all of them: ZCT_FUZZ=2."""
CASES = {case.id: case for case in cases("1.7.0")}


def shown(outcomes: Iterable[Outcome]) -> dict[str, tuple[str, set[str]]]:
    """Return what is told of each case: its result, and what departs."""
    return {each.case: (str(each.result), {breach.signature for breach in each.breaches}) for each in outcomes}


def shared(target: Target, rows: Iterable[Case]) -> list[Outcome]:
    """Run those of the rows that share a workflow, and alone those that are left of them."""
    return [outcome for chain in chains(rows, target.release) for outcome in of_chain(chain, target)]


def of_chain(chain: Iterable[Case], target: Target) -> Iterator[Outcome]:
    """Yield what became of the cases of a chain, as a run comes by it."""
    left = {case.id: case for case in chain}
    for outcome in run_together(chain, target, lambda: False):
        del left[outcome.case]
        yield outcome
    yield from (run_case(case, target) for case in left.values())


def regression(target: Target) -> list[Case]:
    """Return the rows that a regression run has."""
    return [case for case in cases(target.release.name) if runs_at(case.level, "regression") and not case.lacks]


def counts(target: Target) -> int:
    """Return how many requests a target got."""
    assert isinstance(target.client, Direct)
    return target.client.server.requests


@pytest.mark.parametrize("behaviour", BEHAVIOURS if LONGER > 1 else SOME_BEHAVIOURS)
def test_results_are_those_of_workflows_of_their_own(behaviour: str, tmp_path: Path) -> None:
    """Every case that shares comes to exactly what it comes to alone, and nothing is left."""
    with in_process(behaviour, tmp_path / "shared") as target:
        rows = [case for chain in chains(regression(target), target.release) for case in chain]
        together = shown(shared(target, rows))
        cost = counts(target)
        assert (held(target), left_in(target.journal)) == ([], {})
    with in_process(behaviour, tmp_path / "alone") as target:
        alone = shown(run_case(case, target) for case in rows)
        assert {case: (result, alone[case]) for case, result in together.items() if result != alone[case]} == {}
        assert cost < 0.6 * counts(target)


@pytest.mark.parametrize("release", ["1.7.0", "5.0.0"])
def test_each_case_is_in_one_chain_and_finds_what_the_one_before_leaves(release: str, tmp_path: Path) -> None:
    """No case is twice in the chains, and on a server that is right no case of them is in doubt."""
    behaviour = "perfect" if release == "1.7.0" else "perfect-5.0"
    with in_process(behaviour, tmp_path) as target:
        found = chains(regression(target), target.release)
        ids = [case.id for chain in found for case in chain]
        assert len(ids) == len({*ids}) > 100
        chosen = [chain for chain in found if len(chain) > 1]
        before = counts(target)
        for chain in chosen:
            outcomes = list(run_together(chain, target, lambda: False))
            assert [outcome.case for outcome in outcomes] == [case.id for case in chain]
            made = [step for outcome in outcomes for step in outcome.steps if step.call == "create-workflow"]
            assert sum(step.status == 200 for step in made) == 1, [case.id for case in chain]
        assert (counts(target) - before) / sum(map(len, chosen)) < 3.1


def of_family(family: str) -> list[str]:
    """Return the breakages of a family."""
    return sorted(name for name, each in breakages().items() if each.api == "aslan" and each.family == family)


SOME = [*of_family("refused")[::2], *of_family("state")[::24]]
"""Breakages of states; a task that has passed takes time, and so is no case's that shares."""


@pytest.mark.parametrize("name", sorted(each for each in SOME if "already-passed" not in each))
def test_a_breakage_shows_as_it_does_alone(name: str, tmp_path: Path) -> None:
    """What is broken of the states is a breach of the same operations, whichever cases shared a workflow before.

    A case may hold that is blocked where it takes the broken step to reach its given: another one has reached it.
    """
    with in_process("perfect", tmp_path / "shared", breakages()[name].act) as target:
        rows = [case for chain in chains(regression(target), target.release) for case in chain]
        together = wrong(shared(target, rows))
        assert left_in(target.journal) == {}
    with in_process("perfect", tmp_path / "alone", breakages()[name].act) as target:
        alone = wrong(run_case(case, target) for case in rows)
    assert together == alone != set()


def wrong(outcomes: Iterable[Outcome]) -> set[tuple[str, str]]:
    """Return the operations that departed, and how."""
    return {(each.operation, breach.signature) for each in outcomes for breach in each.breaches}


IDS = ("create-workflow/team-left-out", "start-task/first-task", "cancel-task/id-minus-one", "cancel-task/id-zero")
CHAIN = tuple(CASES[case] for case in (*IDS, "cancel-task/queued-task", "restart-task/cancelled-task"))


def on_cancel(wrong_id: str, does: Callable[[Response], Response], find: str = "") -> Act:
    """Let a cancel of an id do something to its response, or from then on to what is found of its workflow."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        response, name = await forward(request), about(request).workflow
        if request.operation == "cancel-task" and f"/{wrong_id}/" in request.path:
            memory.notes[name] = True
            return response if find else does(response)
        if request.operation == find and memory.notes.get(name):
            return does(response)
        return response

    return act


def test_what_an_answer_departs_by_costs_no_other_case_its_workflow(tmp_path: Path) -> None:
    """A case that is answered wrongly is run once more alone, and the others go on where they were."""
    act = on_cancel("-1", lambda response: replace(response, status=418))
    with in_process("perfect", tmp_path, act) as target:
        outcomes = list(run_together(CHAIN, target, lambda: False))
        assert (held(target), left_in(target.journal)) == ([], {})
    assert [each.case for each in outcomes] == [case.id for case in CHAIN]
    assert {each.case for each in outcomes if each.result is not Result.HELD} == {"cancel-task/id-minus-one"}
    assert "curl" in outcomes[2].again
    made = [step for each in outcomes for step in each.steps if (step.call, step.status) == ("create-workflow", 200)]
    assert len(made) == 2


def test_what_is_seen_late_is_of_the_case_that_did_it(tmp_path: Path) -> None:
    """A workflow that another case changed is looked at only later, and the change is told of the one that made it."""
    act = on_cancel(
        "-1",
        lambda response: replace(response, body=response.body.replace(b'"description":"', b'"description":"other ')),
        find="find-workflow",
    )
    with in_process("perfect", tmp_path, act) as target:
        outcomes = list(run_together(CHAIN, target, lambda: False))
        assert (held(target), left_in(target.journal)) == ([], {})
    assert wrong(outcomes) == {("cancel-task", "state:workflow:description")}
    assert [each.case for each in outcomes if each.breaches] == ["cancel-task/id-minus-one"]


ONCE, AT_TIMES = range(1, 2), range(3, 100, 3)


@pytest.mark.parametrize(
    ("wrong", "kinds"),
    [
        pytest.param(ONCE, {"status", "contradiction"}, id="a-crash-once"),
        pytest.param(AT_TIMES, {"state"}, id="at-times"),
    ],
)
def test_what_comes_and_goes_counts_whoever_shares(wrong: range, kinds: set[str], tmp_path: Path) -> None:
    """A cancel that goes wrong at times shows as it does alone, and is not lost on its being right the next time."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        if request.operation != "cancel-task" or not request.path.partition("/id/")[2].startswith("1/"):
            return await forward(request)
        memory.notes["times"] = memory.notes.get("times", 0) + 1
        if memory.notes["times"] in wrong and "state" in kinds:
            return Response(200, [("Content-Type", "application/json; charset=utf-8")], b'{"message":"success"}')
        response = await forward(request)
        return replace(response, status=500) if memory.notes["times"] in wrong else response

    chains_of = [CHAIN, CHAIN, CHAIN] if wrong is AT_TIMES else [CHAIN]
    with in_process("perfect", tmp_path, act) as target:
        outcomes = [outcome for chain in chains_of for outcome in of_chain(chain, target)]
        assert (held(target), left_in(target.journal)) == ([], {})
    found = [(each.case, {str(breach.kind) for breach in each.breaches}) for each in outcomes if each.breaches]
    assert found
    assert all(each == ("cancel-task/queued-task", kinds) for each in found)


def test_what_shows_only_behind_another_case_is_not_told_of_it(tmp_path: Path) -> None:
    """Where a case goes wrong behind another one again and again, and never alone, it holds, as it does alone."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        response, behind = await forward(request), f"behind {about(request).workflow}"
        if request.operation == "cancel-task":
            memory.notes[behind] = memory.notes.get(behind) or "/0/" in request.path
            return replace(response, status=418) if memory.notes[behind] and response.status == 200 else response
        return response

    with in_process("perfect", tmp_path, act) as target:
        outcomes = list(of_chain(CHAIN, target))
        assert (held(target), left_in(target.journal)) == ([], {})
    assert {each.case: str(each.result) for each in outcomes} == {case.id: "held" for case in CHAIN}


@pytest.mark.parametrize("after", [0, 1, 8, 14])
def test_a_run_that_ends_tells_what_is_certain_and_leaves_nothing(after: int, tmp_path: Path) -> None:
    """Where no more is to begin, no more begins; what was not reached is not told, and the workflow is removed."""
    with in_process("perfect", tmp_path, on_cancel("-9", lambda response: response)) as target:
        outcomes = list(run_together(CHAIN, target, lambda: counts(target) >= after))
        assert (held(target), left_in(target.journal)) == ([], {})
        assert counts(target) <= after + 8
    assert [each.case for each in outcomes] == [case.id for case in CHAIN][: len(outcomes)]
    assert bool(outcomes) == bool(after)
    assert {each.result for each in outcomes} <= {Result.HELD}


def test_agents_that_are_faster_cost_a_result_nothing(tmp_path: Path) -> None:
    """Where tasks of a shared workflow go on by themselves, every case holds as it does alone."""
    for seed in range(LONGER):
        random = Random(seed)  # noqa: S311  # no secret

        async def act(request: Request, forward: Forward, _: Memory, random: Random = random) -> Response:
            name = about(request).workflow
            if name and random.random() < 1 / 8:
                await forward(recognise("POST", f"/_standin/clock/{quote(name)}", body=b'{"seconds": 4}'))
            return await forward(request)

        with in_process("perfect", tmp_path / str(seed), act) as target:
            live = replace(target, control=None)
            outcomes = [
                each
                for chain in chains(CASES.values(), target.release)[:6]
                for each in run_together(chain, live, lambda: False)
            ]
            assert left_in(target.journal) == {}
        results = {each.case: each.reason for each in outcomes if each.result is not Result.HELD}
        assert results == {}, seed
