"""The data holds together: each fact has its case, answers are expected, ids, sources and deviations are sound."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from contracts.catalog.cases import Case, cases
from contracts.catalog.coverage import FACTS, RELEASE, STORIES, TABLE, bases, matching, read, stories
from contracts.catalog.release import RELEASES, ROOT, load, releases
from contracts.check.breach import Kind
from contracts.run.deviations import FILE as DEVIATIONS
from contracts.run.deviations import Deviation, DeviationsError
from contracts.run.deviations import read as read_deviations

EXPECTED_ELSEWHERE = {
    "create-workflow/lost-race": "which of two creates loses is the server's affair; concurrency/creates-* accept it",
}
"""Answers that no case can ask for by itself, with the reason."""

SOURCES = r"(running servers? v|public source of Zadig|later revision of the page|page lines? \d)"
"""How each part of a source begins; the parts stand between semicolons."""

EVERY_RELEASE = pytest.mark.parametrize("release", releases())


def all_ids(release: str = RELEASE) -> list[str]:
    """Return the ids of the rows and the stories of a release."""
    return [*(case.id for case in cases(release)), *stories(ROOT / STORIES)]


def deviations() -> list[Deviation]:
    """Return the known deviations that ship with any release."""
    return [row for path in sorted(RELEASES.glob(f"*/{DEVIATIONS}")) for row in read_deviations(path)]


def with_sources(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each row of an observed.toml that states a fact: the answers, the task states, the bodies and the calls."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    if "task_states" in table:
        yield "task_states", table["task_states"]
    for name, row in table.get("answers", {}).items():
        yield f"answers.{name}", row
    for group in ("operations", "support"):
        for name, call in table.get(group, {}).items():
            if "path" in call:
                yield f"{group}.{name}", call
            if "body" in call:
                yield f"{group}.{name}.body", call["body"]
            for answer, row in call.get("answers", {}).items():
                yield f"{group}.{name}.answers.{answer}", row


# ---------------------------------------------------------------- facts and cases


def test_the_table_is_up_to_date() -> None:
    """docs/coverage.md is what the facts and the cases say."""
    result = CliRunner().invoke(main, ["coverage", "--check"])
    assert result.exit_code == 0, f"{result.output}\nRun: python -m contracts coverage"


def test_every_fact_is_in_the_table() -> None:
    text = (ROOT / TABLE).read_text(encoding="utf-8")
    missing = [fact.id for fact in read(ROOT / FACTS) if f"| {fact.area} | {fact.fact} |" not in text]
    assert not missing


def test_facts_are_one_short_sentence() -> None:
    facts = read(ROOT / FACTS)
    wrong = [fact.id for fact in facts if not fact.fact.endswith(".") or "\n" in fact.fact or len(fact.fact) > 125]
    assert not wrong, (
        f"{wrong}: a fact is one sentence of at most 125 characters with a full stop; make two of a long one"
    )


def test_every_fact_says_where_it_is_known_from() -> None:
    """The source of a fact is a page, a server or public source code."""
    for fact in read(ROOT / FACTS):
        for part in fact.source.split("; "):
            assert re.match(SOURCES, part), f"facts.toml: {fact.id}: {part!r} is no source; it begins as in {SOURCES}"


def test_every_call_of_the_suite_is_a_fact() -> None:
    """What the suite itself calls besides the operations stands among the facts, discovery as one."""
    facts = {fact.id.removeprefix("support.") for fact in read(ROOT / FACTS) if fact.area == "support"}
    reads = {"list-projects", "list-environments", "list-services", "list-builds", "get-build"}
    discovery = {*reads, "workflow-preset", "list-registries", "health"}
    missing = load(RELEASE).support.keys() - facts - discovery
    assert not missing, f"observed.toml has the calls {sorted(missing)}: add [support.CALL] to facts.toml for each"


# ---------------------------------------------------------------- cases


@EVERY_RELEASE
def test_every_operation_has_a_success_and_an_error(release: str) -> None:
    for name in load(release).operations:
        own = [case.answer for case in cases(release) if case.operation == name]
        assert any(answer.status == 200 for answer in own), f"{name}: add a case that succeeds to cases.toml"
        errors = [answer for answer in own if answer.operation == name and answer.status >= 400]
        assert errors, f"{name}: add a case whose answer is an error of its own; 401, 404 and 405 belong to all"


@EVERY_RELEASE
def test_every_answer_is_expected(release: str) -> None:
    expected = {f"{case.operation}/{case.answer.name}" for case in cases(release)}
    answers = {f"{name}/{answer}" for name, whole in load(release).operations.items() for answer in whole.answers}
    missing = answers - expected - EXPECTED_ELSEWHERE.keys()
    assert not missing, f"no case expects {sorted(missing)}: add one to cases.toml, or the reason to EXPECTED_ELSEWHERE"
    wrong = EXPECTED_ELSEWHERE.keys() & expected | EXPECTED_ELSEWHERE.keys() - answers
    assert not wrong, (
        f"{sorted(wrong)}: a case expects it, or there is no such answer; take it out of EXPECTED_ELSEWHERE"
    )


@EVERY_RELEASE
def test_ids_are_unique(release: str) -> None:
    ids = all_ids(release)
    twice = sorted({case for case in ids if ids.count(case) > 1})
    assert not twice, f"{twice} stand for more than one case: give each a name of its own"


@EVERY_RELEASE
def test_ids_are_kebab_case(release: str) -> None:
    """An id is words with hyphens after its operation; underscores stand only where the server's own keys have them."""
    keys = {key for operation in load(release).operations.values() for key in operation.sample or {}}
    for case in all_ids(release):
        area, _, name = case.partition("/")
        for key in sorted(keys, key=len, reverse=True):
            name = re.sub(rf"(?<![a-z0-9_]){key}(?![a-z0-9_])", "key", name)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name), (
            f"{case}: an id is lower-case words with hyphens; underscores only in a key of the documented body"
        )
        assert area in {*load(release).operations, "flows", "concurrency"}, f"{case}: an id begins with its operation"


@EVERY_RELEASE
def test_each_case_can_be_run_alone(release: str) -> None:
    """pytest -k runs a case alone: as it wraps ids in brackets, and within an operation even without them."""
    ids = all_ids(release)
    for one in ids:
        inside = [other for other in ids if other != one and f"[{one}]" in f"[{other}]"]
        assert not inside, f"-k [{one}] would run {inside} too: rename one of them"
    for one in cases(release):
        inside = [other.id for other in cases(release) if other != one and _part_of(one, other)]
        assert not inside, f"-k {one.id} would run {inside} too: no id is a part of another one of its operation"


def _part_of(one: Case, other: Case) -> bool:
    return one.operation == other.operation and one.id in other.id


def test_stories_are_found_as_pytest_runs_them(tmp_path: Path) -> None:
    """Stories are read from marks on test functions only, whatever else stands in the file."""
    tmp_path.joinpath("test_some.py").write_text(
        "import pytest\n"
        "# @pytest.mark.case('flows/comment')\n"
        "@pytest.mark.slow\n"
        "@pytest.mark.case('flows/one', level='smoke')\n"
        "def test_one(flow): ...\n"
        "@pytest.mark.operation('cancel-task')\n"
        "def test_rows(case): ...\n",
        encoding="utf-8",
    )
    assert stories(tmp_path) == ("flows/one",)


def test_bases_cover_rows_and_stories() -> None:
    """A row is documented or observed; a story is neither by itself."""
    basis = bases(ROOT / STORIES)
    assert basis["cancel-task/no-such-task"] == "documented"
    assert basis["cancel-task/passed-task"] == "observed"
    assert basis["flows/one-life"] == ""
    assert set(basis) == set(all_ids())


# ---------------------------------------------------------------- sources and deviations


@EVERY_RELEASE
def test_every_observed_fact_has_a_source(release: str) -> None:
    """Nobody has to take an observed fact on trust."""
    for name, row in with_sources(RELEASES / release / "observed.toml"):
        source = row.get("source", "")
        assert re.match(SOURCES, source), (
            f"{release}/observed.toml: {name}: add where it was seen: source = …, {SOURCES}"
        )


@pytest.mark.parametrize("deviation", deviations(), ids=lambda deviation: deviation.id)
def test_a_deviation_is_exact_and_ends(deviation: Deviation) -> None:
    """A known deviation names cases and signatures that exist, where it was seen, since when, and a day it ends."""
    row = f"{DEVIATIONS}: {deviation.id}"
    assert re.match(SOURCES, deviation.source), f"{row}: add where it was seen: source = …, {SOURCES}"
    assert deviation.since in releases(), f"{row}: since is the first release that shows it, one of {releases()}"
    assert deviation.since in deviation.releases, f"{row}: the release since which it shows is one of its releases"
    assert set(deviation.releases) <= set(releases()), f"{row}: releases are among {releases()}"
    assert isinstance(deviation.expires, date), f"{row}: expires is a date"
    for release in deviation.releases:
        for pattern in deviation.shows:
            assert matching(pattern, all_ids(release)), f"{row}: {pattern} matches no case of {release}"
    for case, signatures in deviation.shows.items():
        assert signatures, f"{row}: {case}: name at least one signature; a case that shows nothing has held"
        strange = {signature for signature in signatures if signature.partition(":")[0] not in set(Kind)}
        assert not strange, f"{row}: {case}: {sorted(strange)} is no signature: kind:detail, with a kind of breach.py"


@pytest.mark.parametrize(
    "expires",
    [
        pytest.param("2027-12-31T00:00:00", id="with-a-time"),
        pytest.param('"2027-12-31"', id="text"),
        pytest.param("2027", id="year"),
    ],
)
def test_a_deviation_expires_on_a_day(expires: str, tmp_path: Path) -> None:
    """What is no day is said when the file is read, not when a case first shows the deviation."""
    path = tmp_path / "own.toml"
    text = f'[one]\nmeans = "m"\nreleases = []\nsource = "s"\nsince = "1.7.0"\nexpires = {expires}\n'
    path.write_text(text + 'shows = { "*" = ["status:500"] }\n', encoding="utf-8")
    with pytest.raises(DeviationsError, match="expires is a date such as"):
        read_deviations(path)
