"""What is attached to allure's results of cases, and that no text of a server does harm there."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from contracts.report.export.allure import write
from contracts.report.verdict_rules import Result
from helpers.allure_samples import (
    EVIDENCE,
    HOSTILE,
    HOSTILE_ID,
    SCHEMA,
    STATUS,
    WANTED,
    assert_whole,
    attached,
    one,
    outcome,
    results,
    verdict,
    written,
)
from helpers.whole_runs import Runs


def test_a_broken_case_has_all_that_tells_why(tmp_path: Path) -> None:
    """What did not hold has the exchange, lines for a shell, what was promised, and the schema itself."""
    found = attached(one(tmp_path, outcome(Result.BREACH)), tmp_path)
    assert found["exchange"] == f"$ {EVIDENCE.curl}\n\nHTTP 500\nContent-Type: text/plain\n(0.25 s)\n\noops 取消\n"
    assert found["curl"] == f"curl -X POST https://zadig.example.com/again\n\n{EVIDENCE.curl}\n"
    assert json.loads(found["promised"]) == {
        "status": 200,
        "content_type": "application/json",
        "body": {"message": "success"},
        "schema": SCHEMA,
    }
    assert found["schema"] == (ROOT / SCHEMA).read_text(encoding="utf-8")


def test_many_cases_that_held_stay_cheap(tmp_path: Path) -> None:
    """A case that held has two files, its result and its exchange, however many there are."""
    write(verdict(*(outcome(Result.HELD, str(number)) for number in range(500))), tmp_path, root=ROOT)
    assert Counter(path.suffix for path in tmp_path.iterdir()) == {".json": 502, ".txt": 500, ".properties": 1}


@pytest.mark.parametrize("schema", ["../secret.json", "/etc/hostname", "schemas/no-such.json", "schemas", ""])
def test_only_schemas_of_the_project_are_attached(schema: str, tmp_path: Path) -> None:
    """A path that leads elsewhere, or nowhere, is not followed."""
    (tmp_path / "root" / "schemas").mkdir(parents=True)
    (tmp_path / "secret.json").write_text('"secret"', encoding="utf-8")
    case = outcome(Result.BREACH, wanted=replace(WANTED, schema=schema))
    (result,) = written(verdict(case), tmp_path / "allure", root=tmp_path / "root").values()
    assert [item["name"] for item in result["attachments"]] == ["exchange", "curl", "promised"]


def test_hostile_texts_do_no_harm(tmp_path: Path) -> None:
    """Markup is escaped where HTML is read; what steers a screen or turns text round is shown as its code."""
    breach = replace(STATUS, came=HOSTILE, where=f"$.{HOSTILE}")
    evidence = replace(EVIDENCE, body=HOSTILE, content_type=HOSTILE, failure=HOSTILE, curl=f"curl {HOSTILE}")
    case = outcome(Result.BREACH, HOSTILE_ID, breaches=(breach,), evidence=(evidence,), given=HOSTILE, reason=HOSTILE)
    hostile = replace(case, promised=HOSTILE, answer=HOSTILE, wanted=replace(WANTED, body=HOSTILE), again=HOSTILE)
    write(verdict(hostile, not_run=[f"a/{HOSTILE_ID}"]), tmp_path, root=ROOT)
    assert_whole(tmp_path)
    for result in results(tmp_path).values():
        assert "<script" not in result.get("descriptionHtml", "")
    for path in tmp_path.iterdir():
        text = path.read_bytes().decode("utf-8")
        assert all(char.isprintable() or char == "\n" for char in text), path.name


def test_a_huge_answer_stays_small(tmp_path: Path) -> None:
    """Five megabytes of a server do not become megabytes of a report."""
    huge = "x" * 5_000_000
    breaches = tuple(replace(STATUS, came=huge, detail=str(number)) for number in range(3))
    case = outcome(Result.BREACH, breaches=breaches, evidence=(replace(EVIDENCE, body=huge, curl=f"curl {huge}"),))
    write(verdict(replace(case, again=huge, reason=huge)), tmp_path, root=ROOT)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 200_000


def test_no_file_shows_a_token(runs: Runs, tmp_path: Path) -> None:
    """Where a request was authorized, only the name of the variable is shown."""
    write(runs("--behaviour", "1.7.0", "--deviations", "none").verdict, tmp_path, root=ROOT)
    text = "\n".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    values = set(re.findall(r"(?i)bearer\s+([^\s\"\\]+)", text))
    assert {"$ZADIG_TOKEN", "$ZADIG_OUTSIDER_TOKEN"} <= values
    assert {value for value in values if not value.startswith("$")} <= {"garbage"}  # a case's own
    assert not re.search(r"\beyJ[\w-]+\.", text)  # how each token of the stand-in begins
