"""Explored lives: what is right holds, what goes wrong is found, shortened and told, and nothing is left of it."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.breakages.apis import APIS
from contracts.breakages.breakage import Act, Forward, Memory, Request, Response
from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.recognise import about, recognise
from contracts.case.bodies import broken
from contracts.case.body_explorer import BodyExplorer
from contracts.case.explore import Explorer
from contracts.case.lives import LOOK, WAIT, Life, Step, drawn, shortened
from contracts.case.outcome import Outcome
from contracts.catalog.binding import NAME
from contracts.report.verdict_rules import Result
from contracts.run.deviations import judge, known
from contracts.standin.defects import BEHAVIOURS
from contracts.target.target import Exploring, Target
from helpers.fuzzing import LONGER
from helpers.in_process import Direct, held, in_process, left_in

pytestmark = pytest.mark.usefixtures("bare")

SEEDS = 2 * LONGER
"""Seeds that each behaviour is explored with; for a long run: ZCT_FUZZ=100."""
FEW = 200
SECOND = breakages()["later/restart-task/success/second-does-nothing"]


def explored(target: Target, seed: int = 0, requests: int = 1500, seconds: float = 600) -> Outcome:
    """Explore a target, and return what became of it."""
    explorer = Explorer("explore/lives", "explore")
    bounds = Exploring(seed, requests, seconds)
    return explorer.play(replace(target, exploring=bounds), lambda: explorer.lives(share=1))


def sent(target: Target) -> int:
    """Return how many requests a target got."""
    assert isinstance(target.client, Direct)
    return target.client.server.requests


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_what_is_right_holds_within_the_budget(behaviour: str, tmp_path: Path) -> None:
    """On each behaviour all lives hold, nothing is left of them, and no more is sent than may be."""
    with in_process(behaviour, tmp_path) as target:
        for seed in range(SEEDS):
            before = sent(target)
            outcome = explored(target, seed, FEW)
            assert outcome.result is Result.HELD, (seed, outcome.reason, outcome.breaches)
            assert FEW / 2 < sent(target) - before <= FEW
        assert (held(target), left_in(target.journal)) == ([], {})


IN_LINE = [Step("create"), Step("start"), Step("start"), Step(WAIT), Step(WAIT), Step("cancel", task=1), Step(LOOK)]
"""A life in which the second task waits for the first, and runs as soon as that one is cancelled."""


def test_a_task_that_is_next_in_line_may_run_when_another_is_ended(tmp_path: Path) -> None:
    """Where a workflow runs one task at a time, a cancel lets the next one run at once, which is no breach."""
    with in_process("perfect-5.0", tmp_path) as target:
        outcome = lived(target, IN_LINE)
    assert (outcome.result, outcome.breaches) == (Result.HELD, ())


def test_what_waits_in_vain_is_not_waited_for_again_and_again(tmp_path: Path) -> None:
    """A life that ends with an answer that never came is lived once more, and not shortened: each try would wait."""
    hang = breakages()["robustness/create-workflow/already-exists/hang"]
    waits = 0

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        nonlocal waits
        response = await hang.act(request, forward, memory)
        waits += response.wire == "silent"
        return response

    with in_process("perfect", tmp_path, act) as target:
        outcome = explored(target)
    assert [str(breach.kind) for breach in outcome.breaches] == ["deadline"]
    assert 2 <= waits <= 4


def test_no_other_task_may_run_when_one_is_ended(tmp_path: Path) -> None:
    """Where tasks do not wait for each other, one that runs as another is cancelled is a breach."""
    with in_process("perfect", tmp_path, running_at_a_cancel) as target:
        outcome = lived(target, [step for step in IN_LINE if step.does != WAIT])
    assert [breach.signature for breach in outcome.breaches] == ["state:task-created-running"]


async def running_at_a_cancel(request: Request, forward: Forward, memory: Memory) -> Response:
    """Let all tasks run once one is cancelled."""
    memory.counts["cancels"] += request.operation == "cancel-task"
    response = await forward(request)
    reads = request.operation == "list-tasks" and memory.counts["cancels"]
    return replace(response, body=response.body.replace(b'"created"', b'"running"')) if reads else response


def lived(target: Target, steps: list[Step]) -> Outcome:
    """Live one life, and return what became of it."""
    explorer = Explorer("explore/lives", "explore")
    return explorer.play(target, lambda: _live(explorer, Life((NAME,), tuple(steps))))


def _live(explorer: Explorer, life: Life) -> None:
    explorer._most, explorer._ends = 1000, explorer._target.deadline
    found = explorer._lived(life)
    explorer._report(found, 1, len(life.steps))


@pytest.mark.parametrize("requests", [0, 5, 8, 9, 30, 60])
@pytest.mark.parametrize("bodies", [False, True], ids=["lives", "bodies"])
def test_a_budget_too_small_for_anything_ends_at_once_and_is_no_word_for_the_target(
    requests: int, tmp_path: Path, *, bodies: bool
) -> None:
    """Where it reaches for nothing the case is blocked and says what to set; it never sends more than that."""
    with in_process("perfect", tmp_path) as target:
        explorer = BodyExplorer("explore/some", "explore")
        explore = explorer.bodies if bodies else explorer.lives
        outcome = explorer.play(replace(target, exploring=Exploring(0, requests, 600)), lambda: explore(share=1))
        tried = sent(target)
        assert tried <= requests
        assert held(target) == []
    assert (outcome.result is Result.HELD) == (tried > 0)
    if not tried:
        assert outcome.result is Result.BLOCKED
        assert f"{requests} requests are for this case; set --budget to more" in outcome.reason


@pytest.mark.parametrize("seed", range(3))
def test_many_bodies_that_start_tasks_are_within_the_budget(seed: int, tmp_path: Path) -> None:
    """What bodies start is cancelled in the end, which the budget has room for."""
    for requests in (FEW, 800):
        with in_process("perfect", tmp_path / str(requests)) as target:
            sent_bodies(target, requests, seed)
            assert requests / 2 < sent(target) <= requests
            assert held(target) == []


@pytest.mark.parametrize("seed", range(3))
def test_what_goes_wrong_is_shortened_and_told(seed: int, tmp_path: Path) -> None:
    """A restart that does nothing the second time is told by the six steps that it takes, each time the same."""
    for folder in ("one", "other"):
        with in_process("perfect", tmp_path / folder, SECOND.act) as target:
            outcome = explored(target, seed)
            assert sent(target) <= 1500
            assert (held(target), left_in(target.journal)) == ([], {})
        assert outcome.result is Result.BREACH
        assert [breach.signature for breach in outcome.breaches] == ["state:task-cancelled"]
        steps = "create a → success, start a → queued, {0}, {0}".format("cancel a 1 → success, restart a 1 → success")
        assert outcome.reason.endswith(f"shortened to 6: {steps}")
        assert f"of seed {seed}," in outcome.reason
        assert outcome.again.count("curl") == 9  # a token, six steps, a look, and the removal
        assert {step.call for step in outcome.steps if step.phase == "request"} >= {"restart-task", "list-tasks"}


def test_another_seed_draws_other_lives() -> None:
    """A seed repeats a life, and another one draws another."""
    randoms = (Random(seed) for seed in (1, 1, 2))  # noqa: S311  # no secret
    one, same, other = (drawn(random, ("create", "start", "cancel"), ("{name}",)) for random in randoms)
    assert one == same != other


def test_a_lost_answer_ends_its_life_and_not_the_run(tmp_path: Path) -> None:
    """Where an answer is lost once, the others are lived all the same, and it is told how many ended so."""
    with in_process("perfect", tmp_path, losing(every=60)) as target:
        outcome = explored(target, requests=FEW * 2)
        assert held(target) == []
    assert outcome.result is Result.HELD
    assert "lives ended where a response was lost" in outcome.reason


def losing(every: int) -> Act:
    """Lose the answer to one request of so many that change something."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        response = await forward(request)
        memory.counts["changes"] += request.operation in ("start-task", "cancel-task", "restart-task")
        lost = request.operation == "start-task" and memory.counts["changes"] % every > every // 2
        if lost and not memory.notes.get(memory.counts["changes"] // every):
            memory.notes[memory.counts["changes"] // every] = True
            return replace(response, wire="reset")
        return response

    return act


@pytest.mark.parametrize("behaviour", ["perfect", "5.0.0"])
def test_agents_that_move_tasks_by_themselves_are_followed(behaviour: str, tmp_path: Path) -> None:
    """Where tasks go on at any time, as on a live target, no such move is taken for a breach, and a wrong one is."""
    for seed in range(SEEDS):
        random = Random(seed)  # noqa: S311  # no secret
        with in_process(behaviour, tmp_path / str(seed), agents(random)) as target:
            outcome = explored(replace(target, control=None), seed, FEW)
        assert outcome.result is Result.HELD, (seed, outcome.reason, outcome.breaches)


def agents(random: Random) -> Act:
    """Let a task go on between two requests, at times."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        name = about(request).workflow
        if name and random.random() < 1 / 3:
            moves = recognise("POST", f"/_standin/clock/{quote(name)}", body=b'{"seconds": %d}' % random.randint(1, 9))
            await forward(moves)
        return await forward(request)

    return act


def test_time_is_bounded_too(tmp_path: Path) -> None:
    """When its seconds are over, an exploration ends, and still removes what it made."""
    with in_process("perfect", tmp_path) as target:
        outcome = explored(target, requests=10**6, seconds=0.2)
        assert (held(target), outcome.result) == ([], Result.HELD)


STEPS = st.builds(
    Step, st.sampled_from(["create", "start", "cancel", "restart", "look"]), st.integers(0, 2), st.integers(-2, 2)
)


@given(st.lists(STEPS, min_size=1, max_size=20), st.sets(st.integers(0, 19), max_size=4))
def test_a_shortened_life_goes_wrong_too(steps: list[Step], needed: set[int]) -> None:
    """Whatever of a life makes it go wrong, in order, is in what remains of it, and little else."""
    does = [steps[place].does for place in sorted(needed) if place < len(steps) - 1]
    tried = 0

    def goes_wrong(life: Life) -> bool:
        nonlocal tried
        tried += 1
        left = iter(step.does for step in life.steps[:-1])
        return all(each in left for each in does) and life.steps[-1].does == steps[-1].does

    short = shortened(Life(("{name}",) * 3, tuple(steps)), goes_wrong)
    assert goes_wrong(short)
    assert len(short.steps) == len(does) + 1
    assert tried < 100


def sent_bodies(target: Target, requests: int = 20_000, seed: int = 0) -> Outcome:
    """Send a target broken bodies, and return what became of it."""
    explorer = BodyExplorer("explore/bodies", "explore")
    return explorer.play(replace(target, exploring=Exploring(seed, requests)), lambda: explorer.bodies(share=1))


@pytest.mark.parametrize("behaviour", ["perfect", "1.7.0", "1.8.0", "perfect-5.0", "5.0.0", "2.3.0"])
def test_broken_bodies_show_what_is_known_of_a_release_and_no_more(behaviour: str, tmp_path: Path) -> None:
    """All of them are answered as the contract says, but for those that the release is known to crash at."""
    with in_process(behaviour, tmp_path) as target:
        outcome = sent_bodies(target, 20_000 if LONGER > 1 else 900)
        rows = known(target.release, None)
        assert (held(target), left_in(target.journal)) == ([], {})
    judged = judge(outcome, rows, date(2027, 1, 1))
    assert judged.result is (Result.HELD if behaviour.startswith("perfect") else Result.KNOWN)
    other = replace(outcome.breaches[0], detail="500 at another place") if outcome.breaches else None
    if other:
        more = judge(replace(outcome, breaches=(*outcome.breaches, other)), rows, date(2027, 1, 1))
        assert more.result is Result.BREACH


def fields(inner: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(st.sampled_from("abc"), inner, max_size=2)


@given(
    st.recursive(
        st.none() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=2) | fields(inner), max_leaves=6
    )
)
def test_a_broken_body_is_another_in_one_place(body: object) -> None:
    """Each is unlike the ordinary one, and the ordinary one is left as it was."""
    before = repr(body)
    for each in broken(body, lambda at: at == "$.a"):
        assert repr(each.body) != before == repr(body)
        assert each.at != "$.a"


OURS = [change for change in breakages().values() if change.family == "lives"]


def test_lives_find_what_only_they_can(tmp_path: Path) -> None:
    """Of the breakages that show in a certain life only, nine in ten are found within 1,500 requests."""
    tried, found = 0, []
    for change in OURS if LONGER > 1 else OURS[::9]:
        for seed in range(20 if LONGER > 1 else 1):
            folder = tmp_path / change.name.replace("/", ".") / str(seed)
            with in_process(APIS[change.api].behaviour, folder, change.act) as target:
                outcome = explored(target, seed)
                assert sent(target) <= 1500
            tried += 1
            found += [change.name] if change.kinds & {breach.kind for breach in outcome.breaches} else []
    few = LONGER == 1  # then one is as much as a sixth
    assert len(found) >= 0.9 * tried - few, sorted({change.name for change in OURS} - set(found))
