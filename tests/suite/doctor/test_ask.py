"""`doctor --write-toml` asks for everything that a run needs, offers what the target has, and writes no secret."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.settings.settings import load
from helpers.live_target import ONE_PROJECT, PROJECTS, Live

pytestmark = pytest.mark.usefixtures("bare")


@pytest.fixture(name="zadig")
def zadig_fixture(served: Live) -> Live:
    """The one Zadig of this module, with one project; its token is in a file of the working directory."""
    served.app.answers = dict(ONE_PROJECT)
    served.app.seen.clear()
    Path("token").write_text(served.tokens["member"], encoding="utf-8")
    return served


def asked(*answers: str, options: tuple[str, ...] = ()) -> Result:
    return CliRunner().invoke(
        main, ["doctor", "--write-toml", *options], input="".join(f"{each}\n" for each in answers)
    )


def test_enter_takes_what_the_target_has(zadig: Live) -> None:
    """Only the address and the token's file are to be typed; what is written is what a run is told then."""
    done = asked(zadig.url, "token", "", "", "", "", "")
    assert done.exit_code == 0, done.output
    assert "project, project to work in [nginx]: " in done.output
    settings = load({})
    assert settings.base_url == zadig.url
    named = [getattr(settings, name) for name in ("project", "env_name", "service", "service_module", "repo")]
    assert named == ["nginx", "qa", "nginx", "nginx-test", "nginx"]
    assert zadig.tokens["member"] not in Path("zadig.toml").read_text(encoding="utf-8")
    assert zadig.app.changes() == []
    assert CliRunner().invoke(main, ["doctor"]).exit_code == 0


def test_a_token_of_the_environment_is_neither_asked_for_nor_written(
    zadig: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the address of zadig.toml alone is not enough, which is said with what to do."""
    monkeypatch.setenv("ZADIG_TOKEN", zadig.tokens["member"])
    done = asked(zadig.url, "", "", "", "", "")
    assert (done.exit_code, "token_file," in done.output) == (4, False)
    assert done.output.rstrip().endswith("set --base-url or ZADIG_BASE_URL as well")
    text = Path("zadig.toml").read_text(encoding="utf-8")
    assert (zadig.tokens["member"] in text, f'\nbase_url = "{zadig.url}"\n' in text) == (False, True)


def test_what_cannot_be_used_is_asked_again(zadig: Live) -> None:
    """Several candidates are named and none is offered; a custom workflow takes no environment and no service."""
    zadig.app.answers[PROJECTS] = [{"name": name, "onboard": False} for name in ("one", "two")]
    options = ("--release", "1.7.0", "--env-name", "dev", "--rate-limit", "5/s")
    done = asked("zadig", f"{zadig.url}/v1/projects", zadig.url, "token", "two", "", "", "", "", options=options)
    assert done.exit_code == 0, done.output
    assert done.output.count("Error: ") == 2
    assert "more than one project: one, two" in done.output
    settings = load({})
    found = (settings.project, settings.env_name, settings.service, settings.release, settings.rate_limit)
    assert found == ("two", "dev", None, "1.7.0", 5)


def test_a_target_that_does_not_answer() -> None:
    """What is typed is written all the same."""
    done = asked("http://127.0.0.1:9", "", "mine", options=("--release", "5.0.0"))
    assert done.exit_code == 0, done.output
    assert (load({}).base_url, load({}).project) == ("http://127.0.0.1:9", "mine")


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", "zadig.toml: is there already; edit it, or move it away"),
        ("zh", "zadig.toml：文件已存在；请直接修改，或先移走"),
    ],
)
def test_nothing_is_overwritten(lang: str, says: str) -> None:
    Path("zadig.toml").write_text('project = "mine"\n', encoding="utf-8")
    done = asked("", options=("--lang", lang))
    assert (done.exit_code, done.output.splitlines()[-1]) == (4, says)
    assert Path("zadig.toml").read_text(encoding="utf-8") == 'project = "mine"\n'


def test_answers_that_end_early_write_nothing() -> None:
    done = asked("http://127.0.0.1:9", options=("--release", "5.0.0"))
    assert (done.exit_code, "nothing was written" in done.output) == (4, True)
    assert not Path("zadig.toml").exists()


def test_a_name_that_would_steer_the_terminal_is_not_offered(zadig: Live) -> None:
    zadig.app.answers[PROJECTS] = [{"name": "nginx\x1b[2J", "onboard": False}]
    done = asked(zadig.url, "token", "nginx", "", "", "", "", options=("--release", "1.7.0"))
    assert (done.exit_code, "\x1b" in done.output, "project to work in: " in done.output) == (0, False, True)
