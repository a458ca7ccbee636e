"""The check of one exchange finds each breakage of one answer as a kind that the campaign counts as killed."""

from dataclasses import replace

import pytest

from contracts.breakages.apis import APIS
from contracts.breakages.breakage import Breakage, Response
from contracts.breakages.catalog import breakages
from contracts.breakages.known_answers import ENVIRONMENT, KNOWN, NAME, PROJECT, TASK
from contracts.catalog.cases import cases
from contracts.catalog.release import load
from contracts.check.breach import Kind
from contracts.check.check import check
from contracts.http.exchange import Exchange, Request
from contracts.standin.defects import RELEASE_OF

SENT = {"name": NAME, "project": PROJECT, "env": ENVIRONMENT, "id": str(TASK), "method": "PATCH", "prefix": ""}
RELEASES = {name: RELEASE_OF[api.behaviour] for name, api in APIS.items()}
OF_THE_WIRE = {Kind.GARBLED, Kind.TOO_LARGE, Kind.NO_ANSWER, Kind.DEADLINE}
"""Kinds of what is no answer, which a client tells and not the check."""
OF_THE_STATE = {Kind.STATE, Kind.CONCURRENCY}
EDITED = [
    change
    for change in breakages().values()
    if isinstance(change.after, Response) and not change.kinds & OF_THE_WIRE and not change.kinds <= OF_THE_STATE
]


def found(change: Breakage, response: object) -> set[Kind]:
    """Return the kinds of breach that a response shows where the answer of a change is expected."""
    assert isinstance(response, Response)
    release, known = load(RELEASES[change.api]), KNOWN[change.api][change.operation, change.answer]
    headers = {name.title(): text for name, text in response.headers}
    whole = Exchange(Request("PATCH", "/"), "http://127.0.0.1/", status=response.status, headers=headers)
    answer = release.operations[change.operation].answers[change.answer]
    came = replace(whole, body=response.body)
    sent = SENT | {"path": known.text.rpartition(" ")[2], "shorter": known.location}
    return {each.kind for each in check(came, answer, sent, release.answers).breaches}


@pytest.mark.parametrize("change", EDITED, ids=str)
def test_a_breakage_of_one_answer_is_found_as_its_kind(change: Breakage) -> None:
    """What a breakage makes of its example is a breach of its kinds; what it is made of is not."""
    before = found(change, change.before) - {Kind.MISSING, Kind.CONTENT_TYPE}  # an example has not all that there is
    assert not before & change.kinds
    kinds = change.kinds | ({Kind.CROSS_TALK} if Kind.DESCRIPTION in change.kinds else set())  # without a second look
    assert found(change, change.after) & kinds


@pytest.mark.parametrize("api", RELEASES)
def test_cases_ask_for_each_answer_that_is_broken(api: str) -> None:
    """A breakage is about an answer that some case of its release asks for."""
    asked = {(case.operation, case.answer.name) for case in cases(RELEASES[api]) if case.level != "nightly"}
    broken = {(change.operation, change.answer) for change in breakages().values() if change.api == api}
    assert {key for key in broken if key[1] != "*"} <= asked
