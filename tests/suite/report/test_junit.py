"""junit.xml: what Jenkins and GitLab see of a run; the counts agree, and nothing that did not run looks green."""

import re
from collections import Counter
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.report.export.junit import pieces
from helpers.junit_schemas import valid
from helpers.verdicts import HOSTILE, LIVE, STAND_IN, WRONG, case, cases, verdict


def suite(told: Any) -> ET.Element:
    """Return the one test suite of junit.xml, after holding it against what readers of JUnit expect."""
    found = ET.fromstring("".join(pieces(told)).encode())  # noqa: S314 - it is our own
    tests = found.findall("testcase")
    assert found.tag == "testsuite"
    valid(found)
    assert all(len(test) <= 1 for test in tests)
    kinds = Counter(child.tag for test in tests for child in test)
    counts = {"tests": len(tests), "failures": kinds["failure"], "errors": kinds["error"], "skipped": kinds["skipped"]}
    assert {name: int(found.attrib[name]) for name in counts} == counts
    return found


def child(told: Any, name: str) -> ET.Element | None:
    """Return what stands in the test case of this name."""
    (test,) = [test for test in suite(told).findall("testcase") if test.attrib["name"] == name]
    return test[0] if len(test) else None


def test_counts() -> None:
    """Tests are the planned cases; failures, errors and skipped are what the verdict counts under those names."""
    found = cases(held=5, breach=1, drift=2, crashed=1, blocked=2, unreachable=3, known=4)
    told = verdict(*found, planned=[*(row["case"] for row in found), "b/lost"])
    counts = {name: suite(told).attrib[name] for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "19", "failures": "3", "errors": "7", "skipped": "4"}
    assert int(counts["tests"]) == told["counts"]["planned"]


@pytest.mark.parametrize(
    ("result", "tag", "kind", "message"),
    [
        pytest.param("breach", "failure", "wrong-constant", "$.code: expected 6163, got 6164", id="breach"),
        pytest.param("drift", "failure", "status", "status: expected HTTP 400, got HTTP 404", id="drift"),
        pytest.param("crashed", "error", "crashed", "the worker that ran it was killed", id="crashed"),
        pytest.param("blocked", "error", "blocked", "precondition x could not be set up", id="blocked"),
        pytest.param("unreachable", "error", "unreachable", "Connection refused", id="unreachable"),
        pytest.param("known", "skipped", None, "known deviation: wrong-code", id="known"),
    ],
)
def test_each_result_has_its_element(result: str, tag: str, kind: str | None, message: str) -> None:
    found = child(verdict(case("a/1", result)), "a/1")
    assert (found.tag, found.attrib.get("type"), found.attrib["message"]) == (tag, kind, message)


def test_places() -> None:
    """The second file says where each test stands, and nothing else differs in its test cases."""
    told = verdict(case("a/1") | {"file": "tests/api/test_a.py", "line": 7}, case("a/2", "blocked"))
    found = ET.fromstring("".join(pieces(told, places=True)).encode())  # noqa: S314 - it is our own
    one, two = found.findall("testcase")
    assert (one.attrib.pop("file"), one.attrib.pop("line")) == ("tests/api/test_a.py", "7")
    assert (one.attrib, two.attrib) == tuple(test.attrib for test in suite(told).findall("testcase"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", found.attrib["timestamp"])


def test_a_failure_has_the_evidence() -> None:
    found = child(verdict(case("a/1", "breach", body='{"code": 6164}')), "a/1")
    assert found is not None
    assert (found.text or "").splitlines() == [
        "source: zadig-1.7.0-workflow-api.md:71-79",
        "$.code: expected 6163, got 6164",
        'response: HTTP 200, {"code": 6164}',
        f"again: python -m contracts again {LIVE.settings['run_dir']} a/1",
    ]


def test_a_case_that_did_not_run_is_an_error() -> None:
    """A planned case without an outcome looks green nowhere."""
    found = child(verdict(case("a/1"), planned=["a/1", "b/lost"]), "b/lost")
    assert (found.tag, found.attrib["type"]) == ("error", "not-run")


def test_a_case_that_held_is_green() -> None:
    assert child(verdict(case("a/1")), "a/1") is None


def test_a_drift_that_warns_passes_with_a_word() -> None:
    """With drift=warn a drift passes, and what came stands in its output."""
    found = child(verdict(case("a/1", "drift"), run=replace(LIVE, drift="warn")), "a/1")
    assert found.tag == "system-out"
    assert "expected HTTP 400, got HTTP 404" in (found.text or "")


def test_a_fixed_deviation_fails_at_acceptance() -> None:
    """What rejects the run is red here too: at acceptance a deviation that no longer shows is a failure."""
    fixed = case("a/1", fixed="wrong-code")
    assert child(verdict(fixed), "a/1") is None
    found = child(verdict(fixed, run=replace(LIVE, profile="acceptance")), "a/1")
    assert (found.tag, found.attrib["type"]) == ("failure", "fixed-deviation")


def test_properties() -> None:
    told = verdict(case(), run=replace(STAND_IN, suite={"version": "0.1.0", "commit": "abc"}), leaks=["zct-1"])
    found = {row.attrib["name"]: row.attrib["value"] for row in suite(told).findall("properties/property")}
    assert found == {
        "verdict": "accepted",
        "exit": "7",
        "reasons": "1 leaked",
        "release": "1.7.0",
        "profile": "regression",
        "started": "2026-01-02T03:04:05+00:00",
        "host": "127.0.0.1:1",
        "run": "20260102t030405-abcd",
        "shard": "",
        "stand_in": "perfect: this says nothing about a live Zadig",
        "suite": "0.1.0",
        "commit": "abc",
        "leaks": "1",
    }


def test_names_are_stable() -> None:
    """Class and name of a test case are its operation and id, whatever run, host or result."""
    one = suite(verdict(case("a/1"), case("b/2", "breach")))
    other = suite(verdict(case("a/1", "breach"), case("b/2"), run=replace(STAND_IN, id="other", host="h:2")))
    names = [(test.attrib["classname"], test.attrib["name"]) for test in one.findall("testcase")]
    assert names == [("a", "a/1"), ("b", "b/2")]
    assert names == [(test.attrib["classname"], test.attrib["name"]) for test in other.findall("testcase")]


@settings(deadline=None)
@given(
    st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>&\"'\x00\x1b\ud800\ufffe]\u202e\r\n")), max_size=80)
)
def test_any_text_is_xml(value: str) -> None:
    """Whatever a server sent, the file can be read, and what can be shown is there."""
    breach = replace(WRONG, promised=value, came=value)
    told = verdict(case("a/1", "breach", breaches=(breach,), body=value, reason=value), run=replace(LIVE, host=value))
    told["cases"][0]["case"] += value
    found = suite(told).find("testcase/failure")
    assert found is not None
    assert not re.search(r"[\x00-\x08\x0e-\x1f\u202e\ud800-\udfff\ufffe]", found.text or "")


def test_a_hostile_server_makes_no_element() -> None:
    """Markup in an answer is text in the file, and a long one is cut."""
    told = verdict(*(case(f"a/{i}", "breach", body=HOSTILE * 10_000) for i in range(20)))
    assert len("".join(pieces(told))) < 20 * 6_000
    (failure, *_) = suite(told).iter("failure")
    assert "<script>alert(1)</script>" in (failure.text or "")
    assert len(failure) == 0
