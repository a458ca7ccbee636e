"""A server that breaks its contract in one small way is caught where it shows, and nowhere else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts.case.outcome import Outcome
from contracts.case.runner import run_case
from contracts.report.verdict_rules import Result
from contracts.settings.settings import load
from contracts.standin.app import create_app
from contracts.standin.thread import serve_in_thread
from contracts.target.connect import find_workspace, open_target, probe
from contracts.target.target import Target
from helpers import spoilers as spoil
from helpers.broken_servers import BROKEN, CANCEL_NONE, CANCELLED, CASES, FEW, PAGE, REGRESSION, STORED, Broken
from helpers.spoilt import Answer, Spoil, Spoiled

pytestmark = pytest.mark.usefixtures("bare")


def run(server: Spoil, ids: tuple[str, ...], folder: Path, **settings: Any) -> dict[str, Outcome]:
    """Run cases on a spoiled server."""
    with serve_in_thread(Spoiled(create_app(), server)) as url:
        target = open_at(url, folder, **settings)
        outcomes = {case: run_case(CASES[case], target) for case in ids}
        target.client.close()
    return outcomes


def open_at(url: str, folder: Path, **settings: Any) -> Target:
    """Return what answers at `url` as a target."""
    wanted = load({"base_url": url, **settings})
    look = probe(wanted, url)
    assert look.trouble == ""
    return open_target(
        wanted, look, find_workspace(wanted, look), release="1.7.0", run_id="detection", worker="main", run_dir=folder
    )


def signatures(outcomes: Mapping[str, Outcome]) -> dict[str, set[str]]:
    """Return the signatures of the cases that have any."""
    return {case: {breach.signature for breach in out.breaches} for case, out in outcomes.items() if out.breaches}


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_it_is_caught_where_it_shows(broken: Broken, tmp_path: Path) -> None:
    """A spoiled server is caught by the cases that meet it, each with what shows there; all others hold."""
    outcomes = run(broken.spoil, broken.probes, tmp_path, **broken.limits)
    assert signatures(outcomes) == broken.shows
    assert {case for case, out in outcomes.items() if out.result is Result.BLOCKED} == set(broken.blocks)
    assert {out.result for out in outcomes.values() if not out.breaches} <= {Result.HELD, Result.BLOCKED}


def test_a_lost_answer_is_said_in_words(tmp_path: Path) -> None:
    """An HTML page names itself, and the address and prefix as what to look at."""
    page = spoil.answers("cancel-task", 400, spoil.instead(400, PAGE, content_type="text/html"))
    told = [str(breach) for breach in run(page, (CANCEL_NONE,), tmp_path)[CANCEL_NONE].breaches]
    assert any("an HTML page titled 'Zadig'; is this the address and prefix of Zadig's API?" in line for line in told)


def test_without_authorization_every_case_of_it_tells(tmp_path: Path) -> None:
    """Where everybody may do everything, each case that somebody else must not do is caught, and its effect too."""
    turned_away = {case.id: case for case in CASES.values() if case.answer.name in ("unauthorized", "forbidden")}
    app = create_app()
    with serve_in_thread(app) as url:
        admin = probe(load({"base_url": url}), url).stand_in["tokens"]["admin"]
    with serve_in_thread(Spoiled(app, spoil.unauthorized(admin))) as url:
        target = open_at(url, tmp_path)
        outcomes = {case: run_case(CASES[case], target) for case in (*turned_away, STORED, CANCELLED)}
    effect = {"create-workflow": "workflow", "start-task": "task-none-created"}
    effect |= {"cancel-task": "task-created-cancelled", "restart-task": "task-cancelled-created"}
    told = {case: {"status:200", "text", f"state:{effect[turned_away[case].operation]}"} for case in turned_away}
    assert signatures(outcomes) == told
    assert len(told) == 40


BENIGN = {
    "compressed": spoil.gzipped,
    "keys-in-another-order": spoil.value(spoil.reordered),
    "pretty-printed": spoil.body(lambda old: json.dumps(json.loads(old), ensure_ascii=False, indent=2).encode()),
    "escaped": spoil.body(lambda old: json.dumps(json.loads(old)).encode()),
    "line-break-at-the-end": spoil.body(lambda old: old + b"\n"),
    "content-type-in-capitals": spoil.header("content-type", "Application/JSON;charset=UTF-8"),
    "no-charset": spoil.header("content-type", "application/json"),
}
"""Changes that a server may make: no promise says anything else."""


def with_another_key(answer: Answer) -> Answer:
    """Put a key that nobody documented into an answer."""
    return spoil.holding(zct_new={"deeper": [1]})(answer) if isinstance(answer.value, dict) else answer


@pytest.mark.parametrize("name", BENIGN)
def test_what_a_server_may_do_is_no_breach(name: str, tmp_path: Path) -> None:
    """A benign change of every answer is caught by no case."""
    outcomes = run(spoil.every_json(BENIGN[name]), FEW, tmp_path)
    assert {case: out.result for case, out in outcomes.items()} == dict.fromkeys(FEW, Result.HELD)


def test_all_that_a_server_may_do_together_is_no_breach(tmp_path: Path) -> None:
    """All benign changes and a further key at once are caught by none of the regression cases; the key is listed."""
    changes = (with_another_key, *(BENIGN[name] for name in BENIGN if name not in ("compressed", "pretty-printed")))

    def all_at_once(answer: Answer) -> Answer:
        for change in changes:
            answer = change(answer)
        return spoil.gzipped(answer)

    outcomes = run(spoil.every_json(all_at_once), REGRESSION, tmp_path)
    assert {case for case, out in outcomes.items() if out.result is not Result.HELD} == set()
    with_json = {case for case in REGRESSION if CASES[case].answer.body == "json"}
    assert {case for case, out in outcomes.items() if out.unknown == ("$.zct_new",)} == with_json
