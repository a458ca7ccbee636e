"""Many cases and many exchanges: what a case costs as they grow in number, and how near the ideal a run comes."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import tree
from bench.contenders import BASE, BESIDES, PYTHON, Scene, contenders, once
from bench.exchanges import EACH, lives
from bench.measure import Program, Run, alternate, good, median, run
from bench.scenarios import write
from bench.server import Server, serving
from bench.table import BenchError, Table

FEW, MANY = 100, 10_000
COUNTED: Mapping[int, int] = {1: 5, FEW: 5, 1_000: 5, MANY: 2}
"""Cases of a run, and the runs that count; one case shows what the start takes."""
GROWTH = 1.2
"""How many times the time of a case among the fewest one among the most may take."""
MEMORY = 95
"""MB that one process of a run may take."""
EXCHANGES, DELAY, IN_FLIGHT = 1_000, 0.05, 12
IDEAL = 1.4
"""How many times the ideal time a run may take: start-up + exchanges × seconds of an answer / in flight."""
AHEAD = 2.0
"""How many times faster than Hurl, as it comes, a run must be."""
CPU = 0.003
"""Seconds of CPU that an exchange may take, start-up and all."""


def measure(quick: bool = False) -> list[Table]:
    """Return the two tables; `quick` shows only that it works: few cases, one run, no bound."""
    return [_cases({1: 1, 16: 1} if quick else COUNTED, quick), _exchanges(2 if quick else EXCHANGES // EACH, quick)]


def _cases(counted: Mapping[int, int], quick: bool) -> Table:
    with tempfile.TemporaryDirectory() as name, serving() as server:
        folder = Path(name)
        programs = {number: tree.program(tree.with_rows(folder / str(number), number), PYTHON) for number in counted}
        runs: dict[int, list[Run]] = {number: [] for number in counted}
        for turn in range(max(counted.values())):
            for number, program in programs.items():
                if turn < counted[number]:
                    runs[number].append(_whole(program, server, number, folder / f"{number}-{turn}"))
    start = {what: median(runs[1], what) for what in ("seconds", "cpu")}
    cost = {
        number: {what: (median(each, what) - start[what]) / (number - 1) for what in start}
        for number, each in runs.items()
        if number > 1
    }
    rows = [
        [
            f"{number:,}",
            f"{median(each, 'seconds'):.2f}",
            f"{median(each, 'cpu'):.2f}",
            *(f"{cost[number][what] * 1000:.2f}" if number > 1 else "" for what in start),
            f"{median(each, 'requests'):,.0f}",
            f"{median(each, 'cpu') / median(each, 'requests') * 1000:.2f}",
            f"{max(run.memory for run in each):.0f}",
        ]
        for number, each in runs.items()
    ]
    missed = []
    if not quick:
        growth = cost[MANY]["seconds"] / cost[FEW]["seconds"]
        if growth > GROWTH:
            missed.append(f"a case of {MANY:,} takes {growth:.2f} times one of {FEW}, and may take {GROWTH:g}")
        largest = max(run.memory for each in runs.values() for run in each)
        if largest > MEMORY:
            missed.append(f"a process takes {largest:.0f} MB, and may take {MEMORY}")
    shown = ", ".join(f"{len(each)} runs of {number:,}" for number, each in runs.items())
    notes = [
        f"Rows of a case table, 0 ms per answer, this suite as it comes, with allure's results; medians of {shown}.",
        "A case: what a run takes longer than one of a single case, by the further cases. "
        "CPU ms per exchange: of the whole run, start and all. MB: the largest process of any run.",
    ]
    head = ["cases", "s", "CPU s", "ms a case", "CPU ms a case", "requests", "CPU ms per exchange", "MB"]
    return Table("Many cases", head, rows, notes, missed)


def _whole(program: Program, server: Server, number: int, folder: Path) -> Run:
    """Run so many cases; raises BenchError where one did not hold, or the server did not count what they say."""
    folder.mkdir()
    done = good(run(program, server, folder), f"a run of {number} cases")
    verdict = json.loads((folder / "run" / "verdict.json").read_text(encoding="utf-8"))
    held, sent = verdict["counts"]["held"], sum(len(case["steps"]) for case in verdict["cases"])
    if (held, done.requests) != (number, sent + BESIDES):
        raise BenchError(f"{held} of {number} cases held, and {done.requests} requests came of {sent} + {BESIDES}")
    return done


def _exchanges(number: int, quick: bool) -> Table:
    """Measure so many lives of the same exchanges, many of them in flight."""
    names = [BASE + ", 12 threads", f"this suite --in-flight {IN_FLIGHT}", *([] if quick else ["Hurl"])]
    there = {each.name: each for each in contenders(quick) if each.name in names}
    ours = there[f"this suite --in-flight {IN_FLIGHT}"]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        server, at_once = stack.enter_context(serving(DELAY)), stack.enter_context(serving())
        one = Scene(folder, tree.with_lives(folder / "one", 1), 1)
        scene = Scene(
            write(folder / "files", server.url, lives(number)), tree.with_lives(folder / "many", number), number
        )
        calls = {each: partial(once, contender, server, scene) for each, contender in there.items()}
        calls["start-up"] = partial(once, ours, at_once, one)
        runs = alternate(calls, 1 if quick else 3, 0 if quick else 1)
    exchanges = number * EACH
    took = {name: median(each, "seconds") for name, each in runs.items()}
    ideal = took["start-up"] + exchanges * DELAY / IN_FLIGHT
    rows = [
        [name, f"{took[name]:.2f}", f"{took[name] / ideal:.2f}", *_figures(each, exchanges)]
        for name, each in runs.items()
        if name != "start-up"
    ]
    notes = [
        f"Ideal: {took['start-up']:.2f} s, a run of one life at 0 ms, + {exchanges} × {DELAY * 1000:.0f} ms "
        f"/ {IN_FLIGHT} = {ideal:.2f} s. Medians of {len(runs[ours.name])} runs.",
        "Hurl as it comes has a job for each core.",
    ]
    missed = [] if quick else missed_bounds(took, ours.name, ideal, median(runs[ours.name], "cpu") / exchanges)
    if not quick and "Hurl" not in runs:
        notes.append("Hurl is not installed here; make bench-peers installs it.")
    head = ["", "s", "× ideal", "CPU ms per exchange", "MB", "requests"]
    title = f"{exchanges:,} exchanges, {DELAY * 1000:.0f} ms per answer, {IN_FLIGHT} in flight"
    return Table(title, head, rows, notes, missed)


def _figures(runs: Sequence[Run], exchanges: int) -> list[str]:
    cpu = f"{median(runs, 'cpu') / exchanges * 1000:.2f}"
    return [cpu, f"{median(runs, 'memory'):.0f}", f"{median(runs, 'requests'):,.0f}"]


def missed_bounds(took: Mapping[str, float], ours: str, ideal: float, cpu: float) -> list[str]:
    """Return in words which bounds a run of many exchanges misses; `took`: seconds by contender, `cpu`: of one."""
    missed = []
    if took[ours] > IDEAL * ideal:
        missed.append(f"{ours} takes {took[ours] / ideal:.2f} times the ideal, and may take {IDEAL:g}")
    if took[ours] * AHEAD > took.get("Hurl", float("inf")):
        missed.append(f"Hurl takes {took['Hurl'] / took[ours]:.2f} times as long as {ours}, not {AHEAD:g}")
    if cpu > CPU:
        missed.append(f"{ours} takes {cpu * 1000:.2f} ms of CPU for an exchange, and may take {CPU * 1000:g}")
    return missed
