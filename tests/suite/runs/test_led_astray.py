"""What a working directory and the environment hold leads no run astray; a proxy's password shows nowhere."""

import base64
import re
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from contracts.settings.settings import FILE
from helpers import processes
from helpers.bad_settings import SECRET
from helpers.processes import Done
from helpers.raw_server import TYPE, Visit, serving
from helpers.whole_runs import verdict_of

CASES = ["--rootdir", str(ROOT), "-c", str(ROOT / "pytest.ini"), str(ROOT / "tests" / "api"), "--profile", "smoke"]
PASSWORD, MEANT = "p4ss%2Fword-of-the-proxy", "p4ss/word-of-the-proxy"
PLACE = {f"ZADIG_{name}": "nginx" for name in ("PROJECT", "ENV_NAME", "SERVICE", "SERVICE_MODULE", "REPO")}


def _run(folder: Path, *options: str, **environment: str) -> Done:
    return processes.pytest(*CASES, "--run-dir", "run", *options, cwd=folder, **environment)


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one-process", "workers"])
def test_a_token_does_not_go_where_the_file_alone_leads(workers: tuple[str, ...], tmp_path: Path) -> None:
    """Nobody is connected to; one line says which settings these are and what confirms the address."""
    with serving(Visit.close, reads=False) as server:
        (tmp_path / FILE).write_text(f'base_url = "{server.url}"\n', encoding="utf-8")
        commands = [_run(tmp_path, *workers, ZADIG_TOKEN=SECRET)]
        commands += [processes.contracts(name, cwd=tmp_path, ZADIG_TOKEN=SECRET) for name in ("doctor", "sweep")]
        assert server.visits == []
    for done in commands:
        assert done.code == 4, done.output
        (line,) = [line for line in done.output.splitlines() if line.strip()]
        assert "is from zadig.toml alone, but setting token (ZADIG_TOKEN) is not" in line
        assert SECRET not in line
    assert not (tmp_path / "run").exists()


def test_a_run_says_what_set_its_address_and_what_the_file_changed(tmp_path: Path) -> None:
    """The header has the one; a note in the summary and in verdict.json has the other, also on a confirmed address."""
    (tmp_path / FILE).write_text('drift = "warn"\nrun_dir = "there"\ndeviations = "none"\n', encoding="utf-8")
    with serving(Visit.close) as server:
        done = processes.pytest(*CASES, cwd=tmp_path, ZADIG_BASE_URL=server.url, ZADIG_TOKEN=SECRET, **PLACE)
    assert f"target: {server.url}/api/aslan, set by ZADIG_BASE_URL" in done.output
    wanted = "set by zadig.toml: run_dir = there, deviations = none, drift = warn"
    assert f"note: {wanted}" in done.output
    assert wanted in verdict_of(tmp_path / "there")["run"]["notes"]


@pytest.mark.parametrize("name", ["BASE_URL", "PROJECT", "TOKEN", "PROXY"])
def test_an_empty_variable_is_named(name: str, tmp_path: Path) -> None:
    """An empty variable is a mistake, as in a job whose secret is missing; the stand-in is not what was meant."""
    done = _run(tmp_path, **{f"ZADIG_{name}": ""})
    assert done.code == 4, done.output
    (line,) = [line for line in done.output.splitlines() if line.strip()]
    assert re.search(rf"ZADIG_{name}\): is empty; ", line)
    assert not (tmp_path / "run").exists()


def _says_back(visit: Visit) -> None:
    """Answer as a proxy that says the password back in all its forms."""
    (header,) = re.findall(rb"(?i)^proxy-authorization: basic (\S+)", visit.request, re.MULTILINE)
    user = base64.b64decode(header)
    assert user == f"user:{MEANT}".encode()
    body = b'{"message":"' + b" ".join((header, user, PASSWORD.encode(), MEANT.encode())) + b'"}'
    visit.say(b"HTTP/1.1 500 Internal Server Error\r\nX-Said: " + user + b"\r\n" + TYPE)
    visit.say(b"Content-Length: %d\r\n\r\n" % len(body) + body)


def test_no_sink_shows_the_password_of_a_proxy(tmp_path: Path) -> None:
    """Though the proxy says it back: terminal, run folder, junit, allure, the doctor, reports and bundle."""
    sinks = ["--alluredir", "allure", "--junitxml", "junit.xml", "-vv", "--showlocals", "--tb=long", "-n", "2"]
    with serving(_says_back) as proxy:
        address = proxy.url.replace("//", f"//user:{PASSWORD}@")
        target = {
            "ZADIG_BASE_URL": "http://127.0.0.1:9",
            "ZADIG_TOKEN": SECRET,
            "ZADIG_PROXY": address,
            "ZADIG_RELEASE": "1.7.0",
        } | PLACE
        printed = [_run(tmp_path, *sinks, **target), processes.contracts("doctor", cwd=tmp_path, **target)]
        assert proxy.requests
    printed.append(processes.contracts("doctor", cwd=tmp_path, **target))  # now nobody answers there
    for words in (["report", "run", "--allure", "later"], ["bundle", "run"]):
        printed.append(processes.contracts(*words, cwd=tmp_path, **target))
    texts = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    texts |= {f"printed {number}": done.output.encode() for number, done in enumerate(printed)}
    encoded = base64.b64encode(f"user:{MEANT}".encode())
    told = {where: form for where, text in texts.items() for form in (PASSWORD, MEANT) if form.encode() in text}
    assert told | {where: "base64" for where, text in texts.items() if encoded[:12] in text} == {}
    assert "HTTP 500, {" in printed[0].output  # so it was said back
    assert verdict_of(tmp_path / "run")["run"]["settings"]["proxy"] == proxy.url.replace("//", "//***@")
    assert "through the proxy http://***@127.0.0.1" in printed[2].output
