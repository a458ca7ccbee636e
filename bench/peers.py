"""The same exchanges made by a bare loop, by this suite, and by what people would use instead."""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import scenarios, tree
from bench.contenders import BASE, Contender, Scene, absent, contenders, once
from bench.exchanges import EACH, lives
from bench.measure import Run, alternate, median, run
from bench.server import Server, serving
from bench.table import BenchError, Table

LIVES = 12
COUNTED = 5
DELAYS = (0.0, 0.05)
BOUNDS: Mapping[tuple[float, str], float] = {
    (0.0, "this suite"): 3.0,
    (0.05, "this suite --in-flight 1"): 1.15,
    (0.05, "this suite --in-flight 12"): 0.27,
}
"""How many times the bare loop a contender may take, by the seconds of an answer."""
FASTEST = "this suite --in-flight 12"
"""What must be ahead of every peer as it comes, where answers take their time."""
SHARE = 1 / 3
"""How much of the bare loop's time for an exchange the server may take for itself, or it would be what is measured."""


def measure(quick: bool = False) -> list[Table]:
    """Return a table for each delay; `quick` shows only that it works: few exchanges, one run, no bound, no peers."""
    number, counted, warm_up = (2, 1, 0) if quick else (LIVES, COUNTED, 1)
    there = contenders(quick)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        product = tree.with_lives(folder / "product", number)
        broken = stack.enter_context(serving(broken=True))
        fails = _fail(there, broken, _scene(folder / "broken", product, broken, number))
        tables = []
        for delay in DELAYS[:1] if quick else DELAYS:
            server = stack.enter_context(serving(delay))
            scene = _scene(folder / f"{delay}", product, server, number)
            runs = alternate({each.name: partial(once, each, server, scene) for each in there}, counted, warm_up)
            tables.append(_table(delay, there, runs, fails, number, quick))
    return tables


def _scene(folder: Path, product: Path, server: Server, number: int) -> Scene:
    return Scene(scenarios.write(folder, server.url, lives(number)), product, number)


def _fail(there: Sequence[Contender], broken: Server, scene: Scene) -> dict[str, bool]:
    """Return for each contender whether it fails on a server that is broken in one answer."""
    found = {each.name: run(each.program(scene), broken) for each in there}
    for name, done in found.items():
        if done.requests == 0:
            raise BenchError(f"{name} sent nothing to the broken server: {done.output[-2000:]}")
    return {name: done.status != 0 for name, done in found.items()}


def _table(
    delay: float,
    there: Sequence[Contender],
    runs: Mapping[str, Sequence[Run]],
    fails: Mapping[str, bool],
    number: int,
    quick: bool,
) -> Table:
    exchanges = number * EACH
    loop = median(runs[BASE], "seconds")
    ratios = {each.name: _ratio(each, runs[each.name], loop / exchanges, exchanges) for each in there}
    rows = [
        [
            each.name,
            f"{median(runs[each.name], 'seconds'):.2f}",
            f"{ratios[each.name]:.2f}" if fails[each.name] else "does not count",
            f"{median(runs[each.name], 'cpu'):.2f}",
            f"{median(runs[each.name], 'memory'):.0f}",
            f"{median(runs[each.name], 'requests'):.0f}",
            "fails" if fails[each.name] else "does not notice",
        ]
        for each in there
    ]
    missed = [f"{each.name} does not notice a broken server" for each in there if each.ours and not fails[each.name]]
    if not quick:
        missed += missed_bounds(delay, there, ratios, fails)
    server = median(runs[BASE], "server") / exchanges
    client = median(runs[BASE], "cpu") / exchanges
    if not quick and server > SHARE * client:
        missed.append(f"the server takes {server * 1000:.2f} ms for an answer, and the bare loop {client * 1000:.2f}")
    notes = [
        f"Whole processes; medians of {len(runs[BASE])} runs, taken in turn. CPU: user and system of all processes. "
        "MB: the largest process. Requests: counted at the server.",
        f"The server takes {server * 1000:.2f} ms of CPU for an answer in the bare loop's runs.",
    ]
    if any(each.besides is None for each in there):
        notes.append("schemathesis makes up requests of its own, so its ratio is that of the time for one exchange.")
    if not quick and absent():
        notes.append(f"Not installed here, so left out: {', '.join(absent())}; make bench-peers installs them.")
    return Table(
        f"{exchanges} exchanges, {delay * 1000:.0f} ms per answer",
        ["", "s", "× bare loop", "CPU s", "MB", "requests", "on a broken server"],
        rows,
        notes,
        missed,
    )


def _ratio(contender: Contender, runs: Sequence[Run], loop: float, exchanges: int) -> float:
    """Return how many times the bare loop's time it takes: for all exchanges, or for one of its own."""
    made = median(runs, "requests") if contender.besides is None else exchanges
    return median(runs, "seconds") / made / loop


def missed_bounds(
    delay: float, there: Sequence[Contender], ratios: Mapping[str, float], fails: Mapping[str, bool]
) -> list[str]:
    """Return in words which bounds the ratios at a delay miss."""
    missed = [
        f"{name} takes {ratios[name]:.2f} times the bare loop, and may take {bound:g}"
        for (of, name), bound in BOUNDS.items()
        if of == delay and ratios[name] > bound
    ]
    if delay:
        ahead = [each.name for each in there if each.peer and not each.chosen and fails[each.name]]
        missed += [f"{name} is faster than {FASTEST}" for name in ahead if ratios[name] < ratios[FASTEST]]
    return missed
