"""What is planned for a live target can be sent there: the guard refuses none of its requests, so none is blocked."""

from pathlib import Path

import pytest

from contracts.catalog.cases import cases
from contracts.catalog.release import load, releases
from contracts.http.client import Client
from contracts.safety.guard import Guard, RefusedError
from contracts.safety.journal import Journal, Names
from contracts.target.requests import operation_call
from contracts.target.target import Target, Workspace, open_subject

PLACE = Workspace("nginx", "qa", "nginx", "nginx-test", "nginx", "main", other_project="other-project")


def refused(release: str, folder: Path) -> list[str]:
    """Return the cases of a live target whose request the guard would not let through."""
    journal, contract, found = Journal(folder / "journal.jsonl"), load(release), []
    guard = Guard(journal, ("nginx", "other-project"), contract, stand_in=False)
    target = Target(Client("http://127.0.0.1:9", {}, guard=guard), contract, PLACE, Names("run", "main"), journal)
    for case in cases(release):
        if case.only == "stand-in" or case.lacks or contract.operations[case.operation].method == "GET":
            continue
        subject = open_subject(target, case.request.name, case.request.length)
        try:
            guard(operation_call(target, contract.operations[case.operation], subject, case.request))
        except RefusedError as error:
            found.append(f"{case.id}: {error}")
    return found


@pytest.mark.parametrize("release", releases())
def test_no_case_of_a_live_target_is_refused_by_the_guard(release: str, tmp_path: Path) -> None:
    assert refused(release, tmp_path) == []
