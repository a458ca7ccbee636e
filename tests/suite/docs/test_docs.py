"""What the documents say is so: their commands, options, paths, tables and examples exist as they stand there."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from contracts.__main__ import main
from contracts.breakages.catalog import benign, breakages
from contracts.catalog.cases import cases
from contracts.catalog.release import ROOT
from contracts.i18n.translate import localized
from contracts.profiles import PROFILES
from contracts.report.summary.terminal import block
from contracts.report.verdict_rules import ACCEPTED, INCONCLUSIVE, REJECTED, UNUSABLE, VERDICTS, Result
from contracts.run.plan import Scope, of_profile
from contracts.run.verdict import PASSED_ON
from contracts.settings.settings import SETTINGS
from contracts.text.message import Message
from helpers.documents import COMMAND_PAGES, DOCUMENTS, GUIDES, READMES, TROUBLE, code_in, commands, fences_in, text
from helpers.messages import said

WORDS = {
    "README.md": {ACCEPTED: "accepted", REJECTED: "rejected", INCONCLUSIVE: "inconclusive"},
    "README.zh-CN.md": {ACCEPTED: "通过", REJECTED: "拒绝", INCONCLUSIVE: "无法判定"},
}
DEFAULT = {"README.md": "(the default)", "README.zh-CN.md": "（默认）"}
MADE_LATER = {"zadig.toml", "verdict.json", "journal.jsonl", "summary.md", "ctrf.json"}
"""Files that a user writes or a run makes."""
EXAMPLES = ("1.7.2", "1.10.0", "get-task.md", "cancel.md")
"""Releases and pages that the examples of CONTRIBUTING.md make; a test follows them."""

A_PATH = re.compile(r"[\w.][\w./*-]*(/[\w.*-]*|\.(py|toml|json|jsonl|md))")

all_documents = pytest.mark.parametrize("document", DOCUMENTS)
both_readmes = pytest.mark.parametrize("document", READMES)
both_tables = pytest.mark.parametrize("document", COMMAND_PAGES)


def table(document: str, head: str) -> list[list[str]]:
    """Return the rows of the table whose first column is called `head`."""
    rows = text(document).split(f"\n| {head} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def made_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))


def shown_targets() -> set[str]:
    return set(re.findall(r"^## make ([\w-]+)", text("Makefile"), re.MULTILINE))


def in_commands(document: str, start: str) -> set[str]:
    return {word for line in commands(document) for word in re.findall(rf"(?:^|; |&& ){start} ([a-z-]+)", line)}


@all_documents
def test_make_target_that_is_named_exists(document: str) -> None:
    assert in_commands(document, "make") <= made_targets()


@all_documents
def test_command_that_is_named_exists(document: str) -> None:
    assert in_commands(document, "python -m contracts") <= main.commands.keys()


@both_tables
def test_every_make_target_that_help_shows_is_named(document: str) -> None:
    assert in_commands(document, "make") >= shown_targets()


@both_tables
def test_every_command_is_named(document: str) -> None:
    """Nothing that python -m contracts --help shows is missing."""
    assert in_commands(document, "python -m contracts") >= main.commands.keys()


@pytest.mark.parametrize("document", [*GUIDES, *TROUBLE])
def test_settings_in_toml_and_environment_are_settings(document: str) -> None:
    names = {name.lower() for name in re.findall(r"ZADIG_([A-Z0-9_]+[A-Z0-9])", text(document))}
    keys = {name for code in code_in(document) for name in re.findall(r"^([a-z0-9_]+) = ", code)}
    assert names | keys <= SETTINGS.keys()


@both_readmes
def test_profiles_are_those_of_the_plan(document: str) -> None:
    """The table has every profile, in their order, and marks the default."""
    rows = {row[0].strip("`"): row[1] for row in table(document, "`--profile`")}
    assert list(rows) == list(PROFILES)
    marked = [name for name, runs in rows.items() if DEFAULT[document] in runs]
    assert marked == [SETTINGS["profile"].default]


@both_readmes
def test_exit_codes_are_those_of_the_verdict(document: str) -> None:
    """The table has every exit code once, each beside its verdict."""
    head = "exit" if document == "README.md" else "退出码"
    rows = [([int(code) for code in row[0].split(",")], row[1]) for row in table(document, head)]
    assert sorted(code for codes, _ in rows for code in codes) == sorted({*VERDICTS, *PASSED_ON})
    words = WORDS[document]
    said = {codes[0]: meaning for codes, meaning in rows}
    assert all(said[code].startswith(words[VERDICTS[code]]) for code in VERDICTS.keys() - PASSED_ON)
    assert said[min(PASSED_ON)].count("," if document == "README.md" else "、") == len(PASSED_ON) - 1


@both_readmes
def test_words_are_the_results_of_cases(document: str) -> None:
    """The table of words has every result that a case can have, and the leak."""
    head = "word" if document == "README.md" else "结果"
    assert {row[0].partition("（")[0] for row in table(document, head)} == {*map(str, Result), "leak"}


USERS_SET = frozenset({"main", "viewer", "outsider", "expired", "outsider-project"})
PLANS = [
    ("5.0.0", "smoke", {"main"}),
    ("5.0.0", "regression", {"main"}),
    ("1.7.0", "smoke", {"main"}),
    ("1.7.0", "regression", {"main"}),
    ("1.7.0", "regression", USERS_SET),
    ("1.7.0", "nightly", USERS_SET),
]
"""Release, level and tokens of each row of the table of what a run does to a target."""


@both_readmes
def test_cases_of_a_profile_are_counted(document: str) -> None:
    """Each row of the table has the number of cases that such a run plans on a live target."""
    head = "profile" if document == "README.md" else "范围"
    planned = [
        of_profile(release, cases(release), Scope(level, stand_in=False, authorizes=True, credentials=frozenset(users)))
        for release, level, users in PLANS
    ]
    assert [int(row[1]) for row in table(document, head)] == [len(each) for each in planned]


@both_readmes
def test_detection_figures_are_those_of_the_table(document: str) -> None:
    """What a profile notices stands in the READMEs as in docs/detection.md."""
    row = re.search(r"^\| all \| (\d+) \| (\d+) \| (\d+) \|", (ROOT / "docs/detection.md").read_text("utf-8"), re.M)
    assert row is not None
    paragraph = next(part for part in text(document).split("\n\n") if "docs/detection.md" in part)
    assert [number for number in row.groups() if number not in paragraph] == []


def test_breakages_are_counted() -> None:
    """The page has as many as there are: those that were measured and those added since, and each family's."""
    page = (ROOT / "docs/detection.md").read_text("utf-8")
    measured, added = (
        re.search(r"^\| all \| (\d+)", page, re.M),
        re.search(r"^(\d+) breakages and (\d+) benign", page, re.M),
    )
    quiet = re.search(r"^\| false alarms of (\d+)", page, re.M)
    assert measured
    assert added
    assert quiet
    of_all = {
        api: Counter(one.family for one in breakages().values() if one.api == api) for api in ("aslan", "openapi")
    }
    harmless = Counter(name.startswith("openapi/") for name in benign())
    assert int(measured[1]) + int(added[1]) == of_all["aslan"].total()
    assert int(quiet[1]) + int(added[2]) == harmless[False]
    custom = page.split("\n## Custom workflows\n", 1)[1]
    assert f"{of_all['openapi'].total():,}\nbreakages, and {harmless[True]} benign changes" in custom
    assert dict(re.findall(r"^\| (\w+) \| (\d+) \|", custom, re.M)) == {
        family: str(n) for family, n in of_all["openapi"].items()
    }


@both_readmes
def test_verdicts_are_named(document: str) -> None:
    """The three verdicts stand in the first paragraph, as verdict.json has them."""
    assert all(f"**{verdict}**" in text(document) for verdict in set(VERDICTS.values()) - {UNUSABLE})


@both_readmes
def test_example_is_what_the_terminal_prints(document: str) -> None:
    """The block that explains a breach is, to the letter, what the summary prints for it."""
    breach = {"kind": "wrong-constant", "drift": False, "where": "$.code", "promised": "6163", "came": "6165"}
    breach["signature"] = "wrong-constant:$.code"
    address = "https://zadig.example.com"
    bearer = '-H "Authorization: Bearer $ZADIG_TOKEN"'
    exchange = {
        "failure": None,
        "status": 400,
        "body": '{"code":6165,"description":"mongo: no documents in result", …}',
        "curl": f"curl -sSig --path-as-is -X DELETE {bearer} '{address}/api/aslan/…'",
    }
    case = {
        "case": "cancel-task/no-such-task",
        "result": "breach",
        "promised": "zadig-1.7.0-workflow-api.md:71-79",
        "breaches": [breach],
        "wanted": {"schema": "schemas/aslan/1.7.0/cancel-task/no-such-task.json"},
        "reason": "",
        "evidence": [exchange],
        "again": "",
    }
    run = {"base_url": address, "embedded": False, "stand_in": None, "settings": {}}
    assert fences_in(document, "")[0].splitlines() == block(case, run, folder="runs/candidate")


@pytest.mark.parametrize(("document", "language"), [(TROUBLE[0], "en"), (TROUBLE[1], "zh")])
def test_messages_that_are_quoted_are_said(document: str, language: str) -> None:
    """What stands between quotation marks in a table of symptoms is a piece of a message in that language."""
    messages = {localized(Message(one.template), language) for one in said()}
    quoted = re.findall("“([^”]+)”", text(document))
    assert len(quoted) > 20
    assert [quote for quote in quoted if not any(quote in message for message in messages)] == []


@all_documents
def test_paths_in_backticks_exist(document: str) -> None:
    """A path is one from the project's folder, from contracts/ or from a release's folder."""
    assert list(lost_paths(document)) == []


def lost_paths(document: str) -> Iterator[str]:
    folders = [ROOT, ROOT / "contracts", *(ROOT / "contracts/apis").glob("*/"), *(ROOT / "contracts/apis").glob("*/*/")]
    for path in sorted(code_in(document)):
        made = path in MADE_LATER or (document == "CONTRIBUTING.md" and set(path.split("/")) & set(EXAMPLES))
        if A_PATH.fullmatch(path) and not made and not any(any(at.glob(path)) for at in folders):
            yield path


def test_diagram_shows_what_is_there() -> None:
    """Each module, file and folder in the diagram of ARCHITECTURE.md exists."""
    (diagram,) = fences_in("ARCHITECTURE.md", "mermaid")
    shown = [
        name for label in re.findall(r'\["(.*?)"\]', diagram) for name in label.split(", ") if A_PATH.fullmatch(name)
    ]
    folders = [ROOT, ROOT / "contracts", *(ROOT / "contracts/apis").glob("*/"), *(ROOT / "contracts/apis").glob("*/*/")]
    assert len(shown) > 14
    assert [name for name in shown if name not in MADE_LATER and not any((at / name).exists() for at in folders)] == []
