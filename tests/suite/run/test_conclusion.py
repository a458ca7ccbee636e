"""What is said of a run that ends before it could clean up."""

from pathlib import Path

from contracts.http.exchange import Request
from contracts.run.conclusion import still_to_come
from contracts.run.session import Session
from contracts.safety.journal import FILE, Journal
from contracts.settings.settings import load


def test_names_that_are_still_unanswered_are_said(tmp_path: Path) -> None:
    """Also while their requests are under way; not those that were answered, or whose time is over."""
    session = Session(load({"run_dir": str(tmp_path)}))
    assert still_to_come(session) == []
    journal = Journal(tmp_path / FILE)
    for name, seconds in (("under-way", 90), ("cut", 60), ("answered", 60), ("over", -1)):
        journal.open(name, "nginx")
        sending = journal.note(Request("POST", "/workflow/workflow"), name, seconds)
        if name != "under-way":
            journal.ended(sending, over=name == "answered")
    said = still_to_come(session)
    assert [line.partition(":")[0] for line in said] == ["under-way", "cut"]
