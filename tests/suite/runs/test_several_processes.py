"""Several processes in one run: when -n auto starts them, and the journal that they share."""

import json
import multiprocessing
from pathlib import Path

from contracts.safety.journal import FILE, Journal
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from helpers.whole_runs import run


def test_auto_starts_workers_where_they_are_worth_it(tmp_path: Path) -> None:
    """-n auto on a target that is quicker than one process starts several, on the embedded stand-in none."""
    options = ("-n", "auto", "-k", "cancel-task/no-such", "--in-flight")
    with serve_in_thread(create_app()) as url:
        slow = run(tmp_path / "slow", *options, "64", "--base-url", url)
    fast = run(tmp_path / "fast", *options, "64")
    assert (slow.code, fast.code) == (0, 0)
    assert "bringing up nodes" in slow.output
    assert "bringing up nodes" not in fast.output


def _write_many(path: Path, worker: int) -> None:
    journal = Journal(path)
    for number in range(40):
        journal.open(f"zct-run-gw{worker}-{number}-{'x' * 3000}", "nginx")


def test_they_write_whole_lines_into_one_journal(tmp_path: Path) -> None:
    path = tmp_path / FILE
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write_many, args=(path, worker)) for worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len({json.loads(line)["name"] for line in lines}) == len(lines) == 120
