"""The doctor says, by reading alone, what a run on a target would lack, and what to do about it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from contracts.doctor.run import doctor
from contracts.settings.settings import load
from contracts.standin.app import create_app
from contracts.standin.thread import serve_in_thread
from helpers.doctor_helpers import (
    examined,
    tokenlike,
    zadig_fixture,  # noqa: F401 - a fixture
)
from helpers.live import ALL_SET, BUILDS, ENVIRONMENTS, PAGE, PRESET, PROJECTS, REGISTRY, WORKFLOWS, Live, live
from helpers.raw_server import answer, serving

pytestmark = pytest.mark.usefixtures("bare")


def test_nothing_is_amiss_on_a_zadig_that_has_all(zadig: Live) -> None:
    code, found = examined(zadig.settings())
    assert {check: row["status"] for check, row in found.items()} == {
        "settings": "ok",
        "address": "ok",
        "tls": "ok",
        "clock": "ok",
        "token": "ok",
        "time": "ok",
        "release": "ok",
        "access": "ok",
        "project": "ok",
        "onboarding": "ok",
        "environment": "ok",
        "build": "ok",
        "registry": "ok",
        "rights": "ok",
        "leftovers": "ok",
    }
    assert code == 0
    assert "nginx/nginx-test from repository nginx, branch main" in found["build"]["finding"]


def test_only_reads_go_out_and_none_that_answers_with_keys(zadig: Live) -> None:
    examined(zadig.settings())
    assert zadig.app.changes() == []
    assert not zadig.app.asked("/system/s3storage")
    assert not zadig.app.asked("/system/registry/namespaces/default")


def test_a_line_says_status_check_finding_and_advice(zadig: Live) -> None:
    zadig.app.answers[REGISTRY] = []
    lines: list[str] = []
    assert doctor(zadig.settings(), as_json=False, echo=lines.append) == 1
    line = next(line for line in lines if "registry" in line)
    assert line.startswith("fail  registry      there is no default registry")
    assert line.endswith("; make one the default in Zadig")
    assert all(line.split()[0] in ("ok", "warn", "fail") and "\n" not in line for line in lines)


@pytest.mark.parametrize(
    ("answers", "settings", "check", "status", "finding"),
    [
        pytest.param({PROJECTS: [{"name": "a"}, {"name": "b"}]}, {}, "project", "fail", "a, b", id="two-projects"),
        pytest.param({}, {"project": "x"}, "project", "fail", "has no project 'x'; there are: nginx", id="no-project"),
        pytest.param(
            {PROJECTS: [{"name": "nginx", "onboard": True}]}, {}, "onboarding", "fail", "could not be", id="onboarding"
        ),
        pytest.param({PROJECTS: PAGE}, {}, "project", "fail", "could not be read", id="projects-unread"),
        pytest.param({PROJECTS: PAGE}, ALL_SET, "project", "warn", "nginx is taken as set", id="project-as-set"),
        pytest.param({ENVIRONMENTS: []}, {}, "environment", "fail", "has no environment", id="no-environment"),
        pytest.param({ENVIRONMENTS: 403}, {}, "environment", "fail", "may not read it", id="environments-unread"),
        pytest.param({ENVIRONMENTS: 403}, ALL_SET, "environment", "warn", "taken as set", id="environment-as-set"),
        pytest.param(
            {ENVIRONMENTS: [{"name": "dev"}]}, ALL_SET, "environment", "fail", "no environment 'qa'", id="other-env"
        ),
        pytest.param({PRESET: []}, {}, "build", "fail", "no service with a build", id="no-build"),
        pytest.param({PRESET: 403, BUILDS: 403}, {}, "build", "fail", "could not be read", id="builds-unread"),
        pytest.param({PRESET: 404, BUILDS: 404}, ALL_SET, "build", "warn", "taken as set", id="build-as-set"),
        pytest.param(
            {REGISTRY: [{"is_default": False}]}, {}, "registry", "fail", "no default registry", id="no-registry"
        ),
        pytest.param({REGISTRY: PAGE}, {}, "registry", "warn", "could not be read", id="registries-unread"),
        pytest.param({WORKFLOWS: 403}, {}, "rights", "fail", "may not read workflows in nginx", id="no-rights"),
        pytest.param({WORKFLOWS: 500}, {}, "rights", "warn", "HTTP 500", id="rights-unread"),
        pytest.param({PROJECTS: 401}, {}, "access", "fail", "the token is refused", id="refused"),
        pytest.param({PROJECTS: 404}, {}, "access", "warn", "cannot be told", id="access-unread"),
    ],
)
def test_what_is_missing_is_found(
    zadig: Live, answers: dict[str, Any], settings: dict[str, str], check: str, status: str, finding: str
) -> None:
    zadig.app.answers |= answers
    code, found = examined(zadig.settings(**settings))
    assert found[check]["status"] == status
    assert finding in found[check]["finding"]
    assert found[check]["advice"]
    assert code == (1 if "fail" in {row["status"] for row in found.values()} else 0)
    assert zadig.app.changes() == []


def test_workflows_of_earlier_runs_are_named_by_their_runs() -> None:
    with live() as zadig:
        for name in ("zct-20250101t000000-abcd-main-1", "zct-20250102t000000-efgh-gw0-7", "release"):
            zadig.create(name)
        code, found = examined(zadig.settings())
        assert code == 0
        assert found["leftovers"]["status"] == "warn"
        assert "2 workflows" in found["leftovers"]["finding"]
        assert "20250101t000000-abcd, 20250102t000000-efgh" in found["leftovers"]["finding"]
        assert "sweep" in found["leftovers"]["advice"]


@pytest.mark.parametrize(
    ("prefixes", "set_prefix", "code", "finding", "advice"),
    [
        pytest.param(("/api",), "/api/aslan", 1, "but it answers at /api", "set --api-prefix /api", id="aslan-port"),
        pytest.param(("/api/aslan",), "/zadig", 1, "but it answers at /api/aslan", "--api-prefix", id="gateway"),
        pytest.param((), "/api/aslan", 1, "web page (HTTP 200, HTML)", "not to its console", id="console"),
    ],
)
def test_a_wrong_prefix_is_found(
    prefixes: tuple[str, ...], set_prefix: str, code: int, finding: str, advice: str
) -> None:
    with live(prefixes=prefixes) as zadig:
        exit_code, found = examined(zadig.settings(api_prefix=set_prefix))
        assert (exit_code, found["address"]["status"]) == (code, "fail")
        assert finding in found["address"]["finding"]
        assert advice in found["address"]["advice"]


def test_asking_for_the_health_sends_no_token() -> None:
    with serving(lambda visit: visit.say(answer())) as server:
        examined(load({"base_url": server.url, "token": tokenlike(uid="u", exp=4_000_000_000)}))
        assert server.requests
        assert b"authorization" not in b"".join(server.requests).lower()


def test_aslans_own_port_needs_no_token(zadig: Live) -> None:
    code, found = examined(load({"base_url": zadig.url, "api_prefix": "/api"}))
    assert code == 0
    assert found["token"]["status"] == "ok"
    assert found["access"]["status"] == "warn"
    assert found["project"]["status"] == "ok"


def test_a_stand_in_is_looked_at_with_its_own_token_and_place() -> None:
    with serve_in_thread(create_app()) as url:
        code, found = examined(load({"base_url": url}))
        assert code == 0
        assert found["project"]["finding"] == "nginx is there"


def test_the_command_takes_every_setting_as_an_option(zadig: Live) -> None:
    done = CliRunner().invoke(
        main,
        ["doctor", "--json", "--base-url", zadig.url, "--project", "nginx", "--answer-timeout", "7", "--allow-http"],
        env={"ZADIG_TOKEN": zadig.tokens["member"]},
    )
    assert done.exit_code == 0, done.output
    rows = json.loads(done.output)
    assert all(row.keys() == {"check", "status", "finding", "advice"} for row in rows)


@pytest.mark.parametrize(
    ("options", "file", "line"),
    [
        ([], "", "setting base_url (--base-url, ZADIG_BASE_URL) is missing"),
        (["--base-url", "zadig"], "", "setting base_url"),
        (["--base-url", "http://127.0.0.1:1", "--shard", "9"], "", "setting shard"),
        ([], "token =", "zadig.toml is not TOML"),
        ([], 'projct = "x"', "zadig.toml: unknown setting 'projct'"),
    ],
    ids=["no-target", "bad-url", "bad-shard", "no-toml", "typing-error"],
)
@pytest.mark.parametrize("command", ["doctor", "sweep"])
def test_a_bad_setting_is_one_line_and_exit_4(
    command: str,
    options: list[str],
    file: str,
    line: str,
    bare: Path,
) -> None:
    if file:
        (bare / "zadig.toml").write_text(file)
    done = CliRunner().invoke(main, [command, *options])
    assert done.exit_code == 4
    assert done.output.startswith(line)
    assert done.output.count("\n") == 1
