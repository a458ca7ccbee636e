"""A verdict is input like any other: each reader uses or refuses it, and no path in it leads anywhere."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial, reduce
from operator import getitem, itemgetter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import strategies as st

from contracts.__main__ import main
from contracts.report.bundle import MANIFEST
from contracts.run.verdict import RunResult, decide
from contracts.text.message import to_plain
from helpers import verdicts
from helpers.fuzzed_files import (
    PLACES,
    as_bytes,
    changed,
)
from helpers.fuzzed_runs import (
    LANGUAGES,
    ground,
    run,
    zadig_fixture,  # noqa: F401 - a fixture
)
from helpers.fuzzing import LONGER, fuzzed, no_hang  # noqa: F401 - a fixture
from helpers.live_target import Live


def good_verdicts() -> list[dict[str, Any]]:
    """Return verdicts as runs write them: rejected, accepted, and the two shards of one plan."""
    told = [verdicts.case(f"cancel-task/{result}", result) for result in ("breach", "known", "held", "blocked")]
    held = [verdicts.case("cancel-task/a"), verdicts.case("start-task/b", took=[0.1, 0.2])]
    row = verdicts.deviation(seen=["cancel-task/known"])
    rejected = RunResult(
        [*(case["case"] for case in told), "start-task/not-run"],
        told,
        leaks=["zct-x-main-1 in project nginx: still there"],
        deviations=[row],
        promises=[verdicts.PROMISED],
    )
    accepted = RunResult([case["case"] for case in held], held, promises=[verdicts.PROMISED])
    shards = [RunResult([one["case"]], [one], elsewhere=[other["case"]]) for one, other in (held, list(reversed(held)))]
    runs = [verdicts.LIVE, verdicts.LIVE, *(replace(verdicts.LIVE, shard=f"{part}/2") for part in (1, 2))]
    return [
        json.loads(json.dumps(to_plain(decide(about, tally))))
        for about, tally in zip(runs, [rejected, accepted, *shards], strict=True)
    ]


ODD, GOOD, OUT = Path("runs/odd"), Path("runs/good"), Path("runs/odd/out")
REJECTED, ACCEPTED, FIRST, SECOND = good_verdicts()
READERS: Mapping[str, tuple[dict[str, Any], dict[str, Any], Sequence[str | Path]]] = {
    "gate": (REJECTED, ACCEPTED, (ODD, GOOD)),
    "gate --json": (REJECTED, ACCEPTED, (ODD, GOOD, "--json")),
    "gate shards": (FIRST, SECOND, (ODD, GOOD, "--profile", "nightly")),
    "compare": (REJECTED, ACCEPTED, (ODD, GOOD)),
    "compare --format markdown": (ACCEPTED, REJECTED, (GOOD, ODD, "--format", "markdown")),
    "compare --format json": (REJECTED, ACCEPTED, (ODD, GOOD, "--format", "json")),
    "report": (REJECTED, ACCEPTED, (ODD,)),
    "report --allure": (REJECTED, ACCEPTED, (ODD, "--allure", ODD / "allure")),
    "merge": (FIRST, SECOND, (ODD, GOOD, "--out", OUT)),
    "merge second": (FIRST, SECOND, (GOOD, ODD, "--out", OUT)),
    "history": (ACCEPTED, REJECTED, ("runs",)),
    "bundle": (REJECTED, ACCEPTED, (ODD,)),
    "timings": (ACCEPTED, REJECTED, (ODD,)),
}
"""Every reader of a verdict: the good verdict that is changed, another one in a folder beside it, and its words."""


def verdict_read(bare: Path, drawn: tuple[str, bytes, str, str]) -> int:
    """Let a reader read a verdict: its bytes and what stands there, language; return the exit code."""
    way, data, place, lang = drawn
    command = way.partition(" ")[0]
    _, other, options = READERS[way]
    with ground(bare) as laid, pytest.MonkeyPatch.context() as patch:
        laid.put(laid.run("odd") / "verdict.json", data, place)
        verdicts.write(laid.run("good"), other)
        timed = laid.root / "checkout/contracts/apis/aslan/1.7.0/timings.json"
        timed.parent.mkdir(parents=True)
        patch.setattr("contracts.cli.runs.checkout", lambda: laid.root / "checkout")
        before = laid.seen(laid.run("odd"))
        done = run(command, *options, "--lang", lang)
        for own in {"history": ["runs/history.html"], "timings": [str(timed)]}.get(command, []):
            Path(own).unlink(missing_ok=True)
        assert laid.seen(laid.run("odd")) == before
        if done.exit_code == 4 and command not in ("gate", "history"):
            assert done.output.count("\n") == 1, done.output
        if command == "gate" and done.exit_code == 0:
            assert json.loads(data)["exit"] == 0
        if command == "bundle" and done.exit_code == 0:
            assert CliRunner().invoke(main, ["bundle", "--verify", str(ODD / "evidence.zip")]).exit_code == 0
        return done.exit_code


def test_verdicts_are_read_or_refused(zadig: Live, bare: Path) -> None:  # noqa: ARG001 - nothing can be reached
    """Every reader of a run's folder; what its verdict says of paths leads nowhere."""
    words = [*("held", "breach", "known", "accepted", "rejected", "cancel-task/known"), "1.9.0", "smoke", "1.7.0/../.."]
    precious = bare / "ground/theirs/precious"
    drawn = st.sampled_from(sorted(READERS)).flatmap(
        lambda way: st.tuples(
            st.just(way),
            changed(READERS[way][0], words).flatmap(lambda text: as_bytes(text, precious)),
            st.sampled_from(PLACES),
            LANGUAGES,
        )
    )
    fuzzed(drawn, partial(verdict_read, bare))


@pytest.mark.parametrize(
    ("path", "literal", "refused"),
    [
        ("cases.0.seconds", "1e999", True),
        ("cases.0.started", "1e308", True),
        ("cases.0.steps.0.at", "9" * 400, True),
        ("latency.0.p95", "9" * 5000, True),
        ("run.ended", '"soon"', True),
        ("run.started", '"9999-12-31T23:59:59-23:59"', True),
        ("run.embedded", "true", True),
        ("deviations.0.expires", '"2026-02-30"', True),
        ("run.settings.release", '["1.7.0"]', False),
        ("cases.0.operation", '"\\ud800"', False),
        ("cases.0.wanted.schema", json.dumps("x" * 5000), False),
        ("cases.0.wanted.schema", '"../theirs/precious"', False),
        ("run.release", '"../../../../theirs"', False),
    ],
)
def test_a_verdict_with_one_thing_changed(bare: Path, path: str, literal: str, refused: bool) -> None:
    verdict = deepcopy(REJECTED)
    *parents, last = (int(part) if part.isdecimal() else part for part in path.split("."))
    reduce(getitem, parents, verdict)[last] = "@"
    data = json.dumps(verdict).replace('"@"', literal).encode()
    for way, (good, _, _) in READERS.items():
        exit_code = verdict_read(bare, (way, data, "file", "en"))
        if refused and good is not FIRST and not way.startswith("history"):
            assert exit_code in (1, 4)


def test_bundles_are_checked_or_refused(bare: Path) -> None:
    """Whatever its manifest says: a bundle is whole only if all is as the manifest of the run says."""
    with ground(bare) as laid:
        run("bundle", verdicts.write(laid.run("good"), ACCEPTED))
        with zipfile.ZipFile(laid.run("good") / "evidence.zip") as good:
            files = {name: good.read(name) for name in good.namelist()}
    manifest = json.loads(files[MANIFEST])

    def check(data: bytes) -> None:
        with ground(bare) as laid:
            path = laid.work / "odd.zip"
            with zipfile.ZipFile(path, "w") as odd:
                for name, content in (files | {MANIFEST: data}).items():
                    odd.writestr(name, content)
            before = laid.seen(laid.run("none"))
            done = run("bundle", "--verify", path)
            assert laid.seen(laid.run("none")) == before
            if done.exit_code == 0:
                by_name = partial(sorted, key=itemgetter("name"))  # in whatever order
                assert by_name(json.loads(data)["files"]) == by_name(manifest["files"])

    fuzzed(changed(manifest, ["verdict.json"]).flatmap(lambda text: as_bytes(text, bare / "precious")), check, LONGER)
