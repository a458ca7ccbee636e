"""The gate as a command on the folders of runs, for its tests."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from hypothesis import strategies as st

from contracts.__main__ import main
from helpers.run_folders import LIVE, case, verdict, write

TODAY = date(2026, 1, 3)
RESULTS = ["held", "known", "breach", "drift", "crashed", "blocked", "unreachable"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["gate", *map(str, arguments)])


def code(tmp_path: Path, data: Any) -> int:
    """Return the exit code of the gate on a run that says this."""
    return run(write(tmp_path / "run", data)).exit_code


@st.composite
def verdicts(draw: st.DrawFn) -> dict[str, Any]:
    """Return the verdict that a run decides on random results, settings and mishaps."""
    results = draw(st.lists(st.sampled_from([*RESULTS, "fixed", "unknown"]), max_size=6))
    found = []
    for number, result in enumerate(results):
        parts: dict[str, Any] = {"fixed": {"fixed": "wrong-code"}, "unknown": {"unknown": ("$.x",)}}.get(result, {})
        found.append(case(f"a/{number}", result if result in RESULTS else "held", **parts))
    lost = draw(st.lists(st.sampled_from(["b/1", "b/2"]), unique=True))
    about = replace(
        LIVE,
        profile=draw(st.sampled_from(["smoke", "regression", "nightly", "acceptance"])),
        drift=draw(st.sampled_from(["fail", "warn"])),
        unknown_fields=draw(st.sampled_from(["report", "fail", "ignore"])),
    )
    return verdict(
        *found,
        run=about,
        planned=[*(row["case"] for row in found), *lost],
        leaks=draw(st.lists(st.just("zct-1"), max_size=2)),
        interrupted=draw(st.sampled_from(["", "interrupted", "an internal error of the suite"])),
    )
