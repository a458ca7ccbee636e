"""The doctor says, by reading alone, what a run on a target would lack, and what to do about it."""

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from contracts.doctor.run import doctor
from contracts.doctor.token import clock_finding, server_time, span, token_findings
from contracts.settings.settings import Settings, load
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from helpers.certificates import Certificates
from helpers.live_target import (
    ALL_SET,
    BUILDS,
    ENVIRONMENTS,
    ONE_PROJECT,
    PAGE,
    PRESET,
    PROJECTS,
    REGISTRY,
    WORKFLOWS,
    Live,
    live,
)
from helpers.raw_server import answer, serving

pytestmark = pytest.mark.usefixtures("bare")

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(name="zadig")
def zadig_fixture(served: Live) -> Live:
    """The one Zadig of this module, with one project."""
    served.app.answers = dict(ONE_PROJECT)
    served.app.seen.clear()
    return served


def examined(settings: Settings, now: datetime | None = None) -> tuple[int, dict[str, dict[str, str]]]:
    """Return the doctor's exit code and its findings by check."""
    told: list[str] = []
    code = doctor(settings, as_json=True, echo=told.append, now=now)
    return code, {row["check"]: row for row in json.loads("".join(told))}


def tokenlike(**claims: object) -> str:
    """Return a token that only its reader takes seriously."""
    return jwt.encode(claims, "k" * 32, "HS256")


def test_nothing_is_amiss_on_a_zadig_that_has_all(zadig: Live) -> None:
    code, found = examined(zadig.settings())
    first, then = (
        "settings address tls clock token time release access",
        "project onboarding environment build registry",
    )
    assert [*found] == [*first.split(), *then.split(), "rights", "leftovers", "profile"]
    assert {row["status"] for row in found.values()} == {"ok"}
    assert code == 0
    assert "nginx/nginx-test from repository nginx, branch main" in found["build"]["finding"]
    assert found["profile"]["finding"].startswith("regression: not tested here: what becomes of tasks that an agent")


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
    assert line.endswith("; set a default one in Zadig")
    assert all(line.split()[0] in ("ok", "warn", "fail") and "\n" not in line for line in lines)


@pytest.mark.parametrize(
    ("answers", "settings", "check", "status", "finding"),
    [
        pytest.param({PROJECTS: [{"name": "a"}, {"name": "b"}]}, {}, "project", "fail", "a, b", id="two-projects"),
        pytest.param({}, {"project": "x"}, "project", "fail", "has no project 'x'; available: nginx", id="no-project"),
        pytest.param(
            {PROJECTS: [{"name": "nginx", "onboard": True}]},
            {},
            "onboarding",
            "fail",
            "cannot be deleted",
            id="onboarding",
        ),
        pytest.param({PROJECTS: PAGE}, {}, "project", "fail", "could not be read", id="projects-unread"),
        pytest.param({PROJECTS: PAGE}, ALL_SET, "project", "warn", "nginx is used as set", id="project-as-set"),
        pytest.param({ENVIRONMENTS: []}, {}, "environment", "fail", "has no environment", id="no-environment"),
        pytest.param(
            {ENVIRONMENTS: 403}, {}, "environment", "fail", "no permission to read it", id="environments-unread"
        ),
        pytest.param({ENVIRONMENTS: 403}, ALL_SET, "environment", "warn", "used as set", id="environment-as-set"),
        pytest.param(
            {ENVIRONMENTS: [{"name": "dev"}]}, ALL_SET, "environment", "fail", "no environment 'qa'", id="other-env"
        ),
        pytest.param({PRESET: []}, {}, "build", "fail", "no service with a build", id="no-build"),
        pytest.param({PRESET: 403, BUILDS: 403}, {}, "build", "fail", "could not be read", id="builds-unread"),
        pytest.param({PRESET: 404, BUILDS: 404}, ALL_SET, "build", "warn", "used as set", id="build-as-set"),
        pytest.param(
            {REGISTRY: [{"is_default": False}]}, {}, "registry", "fail", "no default registry", id="no-registry"
        ),
        pytest.param({REGISTRY: PAGE}, {}, "registry", "warn", "could not be read", id="registries-unread"),
        pytest.param(
            {WORKFLOWS: 403}, {}, "rights", "fail", "has no permission to read workflows in nginx", id="no-rights"
        ),
        pytest.param({WORKFLOWS: 500}, {}, "rights", "warn", "HTTP 500", id="rights-unread"),
        pytest.param({PROJECTS: 401}, {}, "access", "fail", "the token is refused", id="refused"),
        pytest.param({PROJECTS: 404}, {}, "access", "warn", "cannot be determined", id="access-unread"),
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
        assert found["project"]["finding"] == "nginx exists"


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


@pytest.fixture
def closed() -> Iterator[str]:
    """The address of a port where nobody listens, and nobody else can."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_target_that_does_not_answer_is_unreachable(closed: str) -> None:
    code, found = examined(load({"base_url": closed, "token": tokenlike(uid="u", exp=time.time() + 9e6)}))
    assert code == 6
    assert "is unreachable: Connection refused" in found["address"]["finding"]
    assert found["token"]["status"] == "ok"
    assert "project" not in found


@pytest.mark.parametrize(
    ("kind", "finding", "advice"),
    [
        ("expired", "the server's certificate has expired", "renew"),
        ("wrong-host", "the server's certificate is for another host", "--base-url"),
        ("self-signed", "signed by a CA that is not trusted here", "--ca-file"),
        ("unknown-ca", "signed by a CA that is not trusted here", "--ca-file"),
        ("good", "the certificate is accepted", ""),
    ],
)
def test_a_certificate_is_judged(certificates: Certificates, kind: str, finding: str, advice: str) -> None:
    with serving(lambda visit: visit.say(answer()), tls=certificates.servers[kind]) as server:
        url = server.url.replace("http:", "https:")
        code, found = examined(load({"base_url": url, "ca_file": str(certificates.ca_file)}))
    assert (code == 6, found["tls"]["status"]) == ((False, "ok") if kind == "good" else (True, "fail"))
    assert finding in found["tls"]["finding"]
    assert advice in found["tls"]["advice"]


def test_https_at_a_port_of_plain_http_is_explained(zadig: Live) -> None:
    code, found = examined(load({"base_url": zadig.url.replace("http:", "https:")}))
    assert code == 6
    assert "speaks plain http" in found["tls"]["finding"]


def test_plain_http_at_a_port_of_https_is_explained(certificates: Certificates) -> None:
    with serving(lambda visit: visit.say(answer()), tls=certificates.servers["good"]) as server:
        code, found = examined(load({"base_url": server.url}))
    assert code == 6
    assert "speaks https" in found["tls"]["finding"]
    assert found["tls"]["advice"] == "use https:// in --base-url"


def test_a_missing_token_ends_the_look_behind_the_gateway(zadig: Live) -> None:
    code, found = examined(load({"base_url": zadig.url}))
    assert (code, found["token"]["status"], found["token"]["finding"]) == (1, "fail", "none is set")
    assert "project" not in found


def test_an_expired_token_is_said_to_be_expired(zadig: Live) -> None:
    zadig.app.answers.clear()
    code, found = examined(zadig.settings(token=zadig.tokens["expired"]))
    assert code == 1
    assert found["token"]["finding"].startswith("expired 1 hour ago, at ")
    assert "the token is refused" in found["access"]["finding"]


@pytest.mark.parametrize(("mode", "status"), [(0o600, []), (0o640, []), (0o604, ["warn"])])
def test_a_token_that_everybody_may_read_is_told(zadig: Live, bare: Path, mode: int, status: list[str]) -> None:
    """A group may: so a cluster hands it to whoever is no root."""
    file = bare / "token"
    file.write_text(zadig.tokens["member"], encoding="utf-8")
    file.chmod(mode)
    code, found = examined(load({"base_url": zadig.url, "token_file": "token"}))
    told = [row for check, row in found.items() if check == "token-file"]
    assert (code, [row["status"] for row in told]) == (0, status)
    assert all(row["advice"] == "chmod 600 token" for row in told)


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "lines"])
def test_no_token_is_ever_shown(zadig: Live, as_json: bool) -> None:
    token = zadig.tokens["member"]
    zadig.app.answers[WORKFLOWS] = [{"name": f"zct-{token}"}]
    zadig.app.answers[ENVIRONMENTS] = [{"name": token}, {"name": f"x-{token}"}]
    told: list[str] = []
    doctor(zadig.settings(), as_json=as_json, echo=told.append)
    assert "***" in "".join(told)
    assert not any(part in "".join(told) for part in token.split("."))


@pytest.mark.parametrize(
    ("token", "status", "finding"),
    [
        pytest.param(None, "fail", "none is set", id="none"),
        pytest.param("secret", "fail", "is not a JWT", id="no-jwt"),
        pytest.param("a.b.c", "fail", "is not a JWT", id="three-parts"),
        pytest.param(tokenlike(exp=NOW.timestamp() + 9e5), "warn", "has no user", id="no-user"),
        pytest.param(tokenlike(uid="u"), "warn", "has no expiry", id="no-expiry"),
        pytest.param(tokenlike(uid="u", exp="soon"), "warn", "has no expiry", id="expiry-in-words"),
        pytest.param(tokenlike(uid="u", exp=1e30), "ok", "until 9999", id="expiry-out-of-range"),
        pytest.param(
            tokenlike(uid="u", exp=NOW.timestamp() - 7200), "fail", "expired 2 hours ago, at 2025-12-31", id="expired"
        ),
        pytest.param(tokenlike(uid="u", exp=NOW.timestamp() + 5400), "warn", "expires in 1 hour 30 minutes", id="soon"),
        pytest.param(
            tokenlike(uid="u", exp=NOW.timestamp() + 10 * 86400), "ok", "is valid for another 10 days", id="valid"
        ),
    ],
)
def test_a_token_is_read_for_its_dates(token: str | None, status: str, finding: str) -> None:
    found = token_findings(token, NOW, needed=True)
    assert found.status == status
    assert finding in found.finding


@pytest.mark.parametrize(
    ("header", "status", "finding"),
    [
        pytest.param("Thu, 01 Jan 2026 00:00:30 GMT", "ok", "agree", id="half-a-minute"),
        pytest.param("Thu, 01 Jan 2026 03:00:00 GMT", "warn", "3 hours ahead of this machine's", id="ahead"),
        pytest.param("Wed, 31 Dec 2025 23:50:00 GMT", "warn", "10 minutes behind this machine's", id="behind"),
        pytest.param("yesterday", "ok", "does not report its time", id="garbage"),
        pytest.param(None, "ok", "does not report its time", id="none"),
    ],
)
def test_clocks_are_compared_by_the_date_header(header: str | None, status: str, finding: str) -> None:
    found = clock_finding(server_time({"Date": header} if header else {}), NOW)
    assert found.status == status
    assert finding in found.finding


def test_the_servers_clock_decides_whether_a_token_has_expired(zadig: Live) -> None:
    """This machine is three days ahead, so by its own clock the token would have expired."""
    code, found = examined(zadig.settings(), now=datetime.now(UTC) + timedelta(days=3))
    assert code == 0
    assert found["clock"]["finding"].startswith("the target's clock is 3 days behind")
    assert found["token"]["finding"].startswith("is valid for ")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "less than a minute"), (60, "1 minute"), (3660, "1 hour 1 minute"), (-90061, "1 day 1 hour")],
)
def test_a_span_has_two_units_at_most(seconds: int, text: str) -> None:
    assert span(timedelta(seconds=seconds)) == text
