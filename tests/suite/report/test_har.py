"""The HTTP Archive of a run: it is valid, has each exchange that was kept, and no secret."""

import json
import shlex
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from contracts.__main__ import main
from contracts.case.outcome import Evidence
from contracts.http.client import Client
from contracts.http.curl import curl
from contracts.http.exchange import Request
from contracts.http.trace import Phase, Step
from contracts.report.export.har import pieces
from contracts.report.verdict_rules import Result
from helpers.har_schema import HAR
from helpers.html_samples import HOSTILE, everything, outcome, put, texts, verdict
from helpers.verdicts import write

URL = "https://zadig.example.com/api/aslan/workflow/workflow?projectName=n%20g&x="


def log(found: dict[str, Any]) -> dict[str, Any]:
    """Return the archive of a verdict, after checking it against the form of the format."""
    made = json.loads("".join(pieces(found)))
    assert [error.message for error in Draft202012Validator(HAR).iter_errors(made)] == []
    archive: dict[str, Any] = made["log"]
    known = {page["id"] for page in archive["pages"]}
    assert {entry["pageref"] for entry in archive["entries"]} <= known
    assert all(entry["time"] == sum(entry["timings"].values()) for entry in archive["entries"])
    assert all(one["startedDateTime"] <= two["startedDateTime"] for one, two in pairwise(archive["entries"]))
    return archive


def test_every_exchange_that_was_kept_is_there() -> None:
    found = everything()
    archive = log(found)
    assert [page["id"] for page in archive["pages"]] == [case["case"] for case in found["cases"]]
    assert len(archive["entries"]) == sum(len(case["evidence"]) for case in found["cases"])
    assert archive["pages"][0]["_steps"] == found["cases"][0]["steps"]


def test_an_exchange_is_told_whole() -> None:
    """Method, address, query, headers, bodies, status and times are those of the request and its answer."""
    line = (
        f"curl -sSig --path-as-is -X POST -A zct -H 'Content-Type: application/json' --data-raw '-X' {shlex.quote(URL)}"
    )
    answer = Evidence(line, 201, "text/plain; charset=utf-8", "工作流", None, 0.0125)
    step = Step(Phase.REQUEST, "create-workflow", "success", 201, 0.5, 0.0125)
    case = outcome(Result.BREACH, evidence=(answer,), steps=(step,), started=1_000.0)
    (entry,) = log(verdict(case))["entries"]
    assert (entry["startedDateTime"], entry["time"]) == ("1970-01-01T00:16:40.500+00:00", 12.5)
    sent, came = entry["request"], entry["response"]
    assert (sent["method"], sent["url"], sent["bodySize"]) == ("POST", URL, 2)
    assert sent["headers"] == [
        {"name": "User-Agent", "value": "zct"},
        {"name": "Content-Type", "value": "application/json"},
    ]
    assert sent["queryString"] == [{"name": "projectName", "value": "n g"}, {"name": "x", "value": ""}]
    assert sent["postData"] == {"mimeType": "application/json", "text": "-X"}
    assert (came["status"], came["statusText"]) == (201, "Created")
    assert came["content"] == {"size": 9, "mimeType": "text/plain; charset=utf-8", "text": "工作流"}


@pytest.mark.parametrize("used", [False, True])
def test_each_line_that_the_suite_writes_is_read(used: bool) -> None:
    """Whatever stands in a request, the archive says the same as the curl line beside it."""
    request = Request(
        "PUT", "/workflow/x", {"a": "it's"}, b"it's --next -X \xe5", content_type="text/x", agent="a b", used=used
    )
    line = curl(Client("https://zadig.example.com", {}, guard=lambda _: None), request)
    (entry,) = log(verdict(outcome(evidence=(Evidence(line, 200, None, "", None, 0.1),))))["entries"]
    assert entry["request"]["method"] == "PUT"
    assert entry["request"]["postData"]["text"] == "it's --next -X \ufffd"
    assert entry["request"]["url"].startswith("https://zadig.example.com/")
    assert {"name": "User-Agent", "value": "a b"} in entry["request"]["headers"]


def test_what_did_not_come_has_no_status() -> None:
    gone = Evidence("curl -X GET https://x.example.com/", None, None, "", "the connection was closed", 0.1)
    (entry,) = log(verdict(outcome(Result.BREACH, evidence=(gone,))))["entries"]
    assert (entry["response"]["status"], entry["_error"]) == (0, "the connection was closed")


def test_a_cut_body_is_said_to_be_cut() -> None:
    long = replace(outcome().evidence[0], body="x… (5,000 characters in all)")
    (entry,) = log(verdict(outcome(evidence=(long,))))["entries"]
    assert entry["response"]["content"]["comment"] == "The text was cut."


def test_a_line_that_somebody_changed_is_left_out() -> None:
    assert log(verdict(outcome(evidence=(Evidence("curl 'x", 200, None, "", None, 0.1),))))["entries"] == []


def test_hostile_texts_make_no_other_archive() -> None:
    """With HTML, quotes and control signs in every text the archive is valid all the same."""
    found = everything()
    for path in texts(found):
        if path[-1] not in ("case", "curl", "operation", "answer", "started", "ended"):
            found = put(found, path, f"{HOSTILE}\ud800")
    assert log(found)["entries"]


def test_the_command_writes_it_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`report --har FILE` writes it, without a secret of the environment and without what proves who asks."""
    monkeypatch.setenv("ZADIG_TOKEN", "very-secret-token-of-mine")
    line = "curl -X GET -H 'Authorization: Basic dXNlcjpwYXNz' https://me:pass@x.example.com/"
    leaky = Evidence(line, 200, None, "very-secret-token-of-mine", None, 0.1)
    write(tmp_path / "run", verdict(outcome(evidence=(leaky,))))
    done = CliRunner().invoke(main, ["report", str(tmp_path / "run"), "--har", str(tmp_path / "run.har")])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "run.har").read_text(encoding="utf-8")
    assert not [secret for secret in ("very-secret", "dXNlcjpwYXNz", "me:pass") if secret in text]
    assert Draft202012Validator(HAR).is_valid(json.loads(text))


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    write(tmp_path / "run", verdict(outcome()))
    done = CliRunner().invoke(main, ["report", str(tmp_path / "run"), "--har", str(tmp_path / "no" / "run.har")])
    assert (done.exit_code, len(done.output.splitlines())) == (4, 1)
