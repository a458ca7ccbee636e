"""A run that cannot begin ends with one line and exit code 4, before anything is sent or changed."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from contracts.settings.settings import FILE
from helpers import processes
from helpers.bad_settings import SECRET
from helpers.live_target import TODAY, live
from helpers.raw_server import Visit, serving
from helpers.whole_runs import run
from helpers.wrong_settings import REFUSED, made, unsaid

BAD = [
    ("shard", ["--shard", "4/3"], {}, "", "setting shard (--shard, ZADIG_SHARD)"),
    ("release", ["--release", "9.9.9"], {}, "", "setting release (--release, ZADIG_RELEASE)"),
    ("token", [], {"ZADIG_TOKEN": f"{SECRET} {SECRET}"}, "", "setting token (ZADIG_TOKEN)"),
    ("variable", [], {"zadig_project": SECRET}, "", "unknown setting 'zadig_project'; did you mean 'ZADIG_PROJECT'?"),
    ("deviations", ["--deviations", "missing.toml"], {}, "", "missing.toml: cannot be read: No such file or directory"),
    ("toml", [], {}, 'projct = "x"', "unknown setting 'projct'; did you mean 'project'?"),
]


@pytest.mark.parametrize(
    ("options", "environment", "toml", "says"), [pytest.param(*row, id=name) for name, *row in BAD]
)
def test_a_bad_setting_is_one_line(
    options: list[str], environment: Mapping[str, str], toml: str, says: str, tmp_path: Path
) -> None:
    """A bad setting ends pytest with exit 4 and one line, before anybody is connected to."""
    if toml:
        (tmp_path / FILE).write_text(toml, encoding="utf-8")
    here = ["--rootdir", str(ROOT), "-c", str(ROOT / "pytest.ini"), str(ROOT / "tests" / "api")]
    with serving(Visit.close, reads=False) as server:
        done = processes.pytest(*here, "--base-url", server.url, *options, cwd=tmp_path, **environment)
        assert server.visits == []
    assert done.code == 4, done.output
    assert [line for line in done.output.splitlines() if line.strip()] == [
        line for line in re.findall(".*", done.output) if says in line
    ]
    assert "Traceback" not in done.output
    assert SECRET not in done.output


def test_a_target_with_two_projects_is_a_usage_error(tmp_path: Path) -> None:
    """Where nothing says which of two projects is meant, nothing is changed, and the line says what to set."""
    with live({}) as zadig:
        ran = run(tmp_path, "--base-url", zadig.url, ZADIG_TOKEN=zadig.tokens["member"])
        assert ran.code == pytest.ExitCode.USAGE_ERROR
        assert "the target has more than one project: nginx, other-project; set --project" in ran.output
        assert "Traceback" not in ran.output
        assert zadig.app.changes() == []


@pytest.mark.parametrize(("behaviour", "lang"), [("perfect", "en"), ("perfect", "zh"), ("perfect-5.0", "en")])
@pytest.mark.parametrize("name", REFUSED)
def test_a_token_that_is_refused_says_nothing_about_the_release(
    name: str, behaviour: str, lang: str, tmp_path: Path
) -> None:
    """Such a run is inconclusive, says since when a token has expired, and changes nothing."""
    with live({}, prefixes=TODAY, behaviour=behaviour) as zadig:
        options, env = made(name, zadig, lang)
        ran = run(tmp_path, "-k", "cancel-task/no-such-task", *options, **env)
        assert ran.code == 6, ran.output
        assert (lang == "en") == (unsaid(name, "run", zadig, ran.output.splitlines()) == []), ran.output
        assert zadig.app.changes() == []
