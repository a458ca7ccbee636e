"""The commands report and merge, as they are typed."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.report.html.page import render
from helpers.html_samples import NOW
from helpers.whole_runs import Runs

REPORTS = ("report.html", "summary.md", "junit.xml", "places.junit", "ctrf.json")


def command(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_reports_are_made_anew(runs: Runs, tmp_path: Path) -> None:
    """From verdict.json alone the reports come out as the run itself wrote them, allure's too."""
    folder = Path(runs().folder)
    (tmp_path / "verdict.json").write_bytes((folder / "verdict.json").read_bytes())
    done = command("report", tmp_path, "--allure", tmp_path / "allure")
    assert (done.exit_code, done.output) == (0, f"{tmp_path / 'report.html'}\n")
    for name in ("summary.md", "junit.xml"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    assert len(list((tmp_path / "allure").glob("*-result.json"))) == len(runs().results)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "no verdict.json", id="missing"),
        pytest.param("{", "is not JSON", id="cut"),
        pytest.param("[]", "is not a verdict", id="something-else"),
        pytest.param('{"version": 9, "run": {}, "cases": []}', "is of version 9", id="later-version"),
    ],
)
@pytest.mark.parametrize("name", ["report", "merge", "timings"])
def test_a_folder_that_cannot_be_used_gets_one_line(name: str, content: str | None, said: str, tmp_path: Path) -> None:
    """Whatever is wrong with a run's folder: one line, exit code 4, and nothing is written."""
    if content is not None:
        (tmp_path / "verdict.json").write_text(content, encoding="utf-8")
    more = ["--out", tmp_path / "out"] if name == "merge" else []
    done = command(name, tmp_path, *more)
    assert (done.exit_code, len(done.output.splitlines())) == (4, 1)
    assert said in done.output
    assert {path.name for path in tmp_path.iterdir()} <= {"verdict.json"}


def test_shards_become_one_run(runs: Runs, tmp_path: Path) -> None:
    """Merged, two shards have one verdict, with its reports and exit code; a lost one makes it inconclusive."""
    one, two = (runs("--shard", part).folder for part in ("1/2", "2/2"))
    done = command("merge", one, two, "--out", tmp_path / "all")
    assert done.exit_code == 0, done.output
    cases = len(runs().results)
    assert f"ACCEPTED ({cases} of {cases} held, exit 0)" in done.output
    assert all((tmp_path / "all" / name).exists() for name in REPORTS)
    settings = json.loads((tmp_path / "all" / "verdict.json").read_text(encoding="utf-8"))["run"]["settings"]
    assert settings["run_dir"] == str(tmp_path / "all")  # where `again` finds the cases of all shards
    alone = command("merge", one, "--out", tmp_path / "part")
    assert (alone.exit_code, "planned and not run" in alone.output) == (6, True)
    verdict = json.loads((tmp_path / "part" / "verdict.json").read_text(encoding="utf-8"))
    assert verdict["verdict"] == "inconclusive"


def test_what_is_no_shard_of_the_same_plan_is_refused(runs: Runs, tmp_path: Path) -> None:
    done = command("merge", runs("--shard", "1/2").folder, runs("--shard", "2/3").folder, "--out", tmp_path / "all")
    assert (done.exit_code, len(done.output.splitlines())) == (4, 1)
    assert "not shards of one run" in done.output
    assert not (tmp_path / "all").exists()


def test_500_cases_fit_into_a_page(runs: Runs) -> None:
    """500 cases of a real run, with their breaches, make a page of less than 1 MB."""
    verdict = runs("--behaviour", "1.7.0", "--deviations", "none").verdict
    cases = [case | {"case": f"{case['case']}-{n}"} for n in range(500) for case in verdict["cases"]]
    html = render(verdict | {"cases": cases[:500]}, now=NOW)
    rows = "".join(re.findall(r"<tbody data-result=.*?</tbody>", html, re.DOTALL))
    assert rows.count("<tr>") == 500
    assert len(html.encode()) < 1_000_000
