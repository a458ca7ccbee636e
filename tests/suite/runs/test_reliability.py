"""The figures in docs/reliability.md are those of the tests."""

import re

import pytest
import test_detection
import test_hostile_names
import test_install
import test_kill
import test_late_runs
import test_secrets

from contracts.catalog.release import ROOT
from helpers.attacks import ATTACKS
from helpers.bad_servers import BAD_SERVERS
from helpers.bad_settings import BAD, BAD_TOML, LED_ASTRAY
from helpers.fuzzing import EXAMPLES

FIGURES = {
    "SIGKILL before and after": len(test_kill.KILLS),
    "two killed runs in one folder": len(test_kill.TWICE),
    "a create, a start or a restart": len(test_late_runs.CALLS),
    "Ctrl-C, SIGTERM and SIGHUP": len(test_kill.INTERRUPTS),
    "other people's workflows": test_kill.STRANGERS,
    "a token in a run": len(test_secrets.ECHOES),
    "tests of the user's own": test_secrets.LEAKY.count("def test_"),
    "errors and Ctrl-C while connecting": len(test_secrets.FAULTS),
    "servers whose names": len(test_hostile_names.MODES),
    "bad servers": len(BAD_SERVERS),
    "bad settings": len(BAD) + len(BAD_TOML),
    "credentials that": len(LED_ASTRAY),
    "modules and pytest files": len(test_install.TRAPS) + len(test_install.BROKEN_FOLDER) + len(["contracts"]),
    "journals, verdicts": (4 * 3 + 2) * EXAMPLES,  # four tests of three batches, two of one
    "attacks by": len(ATTACKS),
    "servers that break": len(test_detection.BROKEN),
    "servers that differ": len(test_detection.BENIGN),
}


@pytest.mark.parametrize("row", FIGURES)
def test_figures_are_those_of_the_tests(row: str) -> None:
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    found = re.search(rf"^\| {re.escape(row)}[^|]*\| (\d+) ", text, re.MULTILINE)
    assert found is not None, f"no row {row!r}"
    assert int(found[1]) == FIGURES[row]
