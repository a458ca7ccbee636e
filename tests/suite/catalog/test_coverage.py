"""The data holds together: each fact has its case, ids, sources and deviations are sound; and what the command says."""

import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from contracts.catalog.cases import Case, cases
from contracts.catalog.coverage import (
    FACTS,
    RELEASE,
    STORIES,
    TABLE,
    TABLES,
    Fact,
    bases,
    coverage,
    facts_of,
    matching,
    problems,
    read,
)
from contracts.catalog.release import APIS, ROOT, CatalogError, Operation, data_of, load, releases
from contracts.catalog.stories import stories
from contracts.check.breach import Kind
from contracts.derive.command import difference
from contracts.run.deviations import FILE as DEVIATIONS
from contracts.run.deviations import Deviation, DeviationsError
from contracts.run.deviations import read as read_deviations


def described(release: str) -> Mapping[str, Operation]:
    """Return the operations of which any answer is known."""
    calls = load(release).operations
    return {name: call for name, call in calls.items() if any(row.operation == name for row in call.answers.values())}


EXPECTED_ELSEWHERE: Mapping[str, Mapping[str, str]] = tomllib.loads(
    Path(__file__).with_name("expected_elsewhere.toml").read_text(encoding="utf-8")
)
"""Answers that no case can ask for by itself, with the reason, by the API."""

SOURCES = r"(running servers? v|public source of Zadig|later revision of the page|page lines? \d)"
"""How each part of a source begins; the parts stand between semicolons."""

EVERY_RELEASE = pytest.mark.parametrize("release", releases())


def all_ids(release: str = RELEASE) -> list[str]:
    """Return the ids of the rows and the stories of a release."""
    return [
        *(case.id for case in cases(release)),
        *(story.id for story in stories(ROOT / STORIES) if story.is_of(load(release))),
    ]


def deviations() -> list[Deviation]:
    """Return the known deviations that ship with any release."""
    return [row for path in sorted(APIS.glob(f"*/*/{DEVIATIONS}")) for row in read_deviations(path)]


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
    for name in described(release):
        own = [case.answer for case in cases(release) if case.operation == name]
        assert any(answer.status == 200 for answer in own), f"{name}: add a case that succeeds to cases.toml"
        errors = [answer for answer in own if answer.status >= 400 and answer.status not in (401, 403, 404, 405)]
        assert errors, f"{name}: add a case whose answer is an error of its own; 401, 404 and 405 belong to all"


@EVERY_RELEASE
def test_every_answer_is_expected(release: str) -> None:
    expected = {f"{case.operation}/{case.answer.name}" for case in cases(release)}
    answers = {f"{name}/{answer}" for name, whole in described(release).items() for answer in whole.answers}
    elsewhere = {key for key in EXPECTED_ELSEWHERE[load(release).api] if key.partition("/")[0] in described(release)}
    missing = answers - expected - elsewhere
    assert not missing, f"no case expects {sorted(missing)}: add one to cases.toml, or the reason to EXPECTED_ELSEWHERE"
    wrong = elsewhere & expected | elsewhere - answers
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
        assert area in {*load(release).operations, "flows", "concurrency", "explore"}, (
            f"{case}: an id begins with its operation"
        )


@EVERY_RELEASE
def test_each_case_can_be_run_alone(release: str) -> None:
    """pytest -k runs a case alone: as it wraps ids in brackets, and within an operation even without them."""
    ids = [f"[{one}]" for one in all_ids(release)]
    for one in ids:
        inside = [other for other in ids if one in other and other != one]
        assert not inside, f"-k {one} would run {inside} too: rename one of them"
    for one in cases(release):
        inside = [other.id for other in cases(release) if _part_of(one, other) and other != one]
        assert not inside, f"-k {one.id} would run {inside} too: no id is a part of another one of its operation"


def _part_of(one: Case, other: Case) -> bool:
    return one.operation == other.operation and one.id in other.id


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
    for name, row in with_sources(data_of(release) / "observed.toml"):
        source = row.get("source") or row.get("gone", "")
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
    with pytest.raises(DeviationsError, match="expires should be a date such as"):
        read_deviations(path)


def a_fact(*patterns: str, used_by: str = "") -> Fact:
    return Fact("area.one", "area", "It is so.", "page lines 1-2", patterns, used_by)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        pytest.param(a_fact("cancel/*", "cancel/a", "cancel/b"), [], id="all-named"),
        pytest.param(a_fact("cancel/?"), [], id="pattern"),
        pytest.param(a_fact("*/a", "cancel/b"), [], id="pattern-over-operations"),
        pytest.param(a_fact(), ["area.one: name the cases", "cancel/a", "cancel/b"], id="no-case-and-no-use"),
        pytest.param(
            a_fact("cancel/?", used_by="contracts/check/effects.py"),
            ["area.one: name the cases"],
            id="both-case-and-use",
        ),
        pytest.param(a_fact("cancel/?", "cancel/c"), ["cancel/c matches no case"], id="pattern-of-nothing"),
        pytest.param(a_fact("cancel/a"), ["no fact names the case cancel/b"], id="case-without-a-fact"),
        pytest.param(a_fact("*"), ["case cancel/a", "case cancel/b"], id="everything-names-nothing"),
        pytest.param(a_fact("cancel/*"), ["case cancel/a", "case cancel/b"], id="an-operation-names-nothing"),
        pytest.param(a_fact(used_by="the suite"), ["names no module", "cancel/a", "cancel/b"], id="used-by-no-module"),
        pytest.param(
            a_fact(used_by="contracts/gone.py"), ["contracts/gone.py, which", "cancel/a", "cancel/b"], id="used-by-gone"
        ),
    ],
)
def test_facts_and_cases_fit_each_other(fact: Fact, said: list[str]) -> None:
    """Each fact without a case, pattern without a match and case without a fact is said in one line."""
    found = list(problems([fact], ["cancel/a", "cancel/b"], ROOT))
    assert len(found) == len(said), found
    assert all(part in line for part, line in zip(said, found, strict=True)), found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[area", "is not TOML", id="not-toml"),
        pytest.param("area = { one = 1 }", "facts.toml: area.one: must be a table", id="no-table"),
        pytest.param('[area.one]\nfact = "It."', "facts.toml: area.one: source is missing: add it", id="no-source"),
        pytest.param(
            '[area.one]\nfakt = "It."', "facts.toml: area.one: unknown key fakt: did you mean fact?", id="unknown-key"
        ),
        pytest.param(
            '[area.one]\nfact = "It."\nsource = 1', "facts.toml: area.one: source must be text", id="source-no-text"
        ),
        pytest.param(
            '[area.one]\nfact = "It."\nsource = "page"\ncases = "a"',
            "facts.toml: area.one: cases must be a list",
            id="cases-no-list",
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_named(text: str, said: str, tmp_path: Path) -> None:
    """A mistake in facts.toml is one line that names the row."""
    path = tmp_path / "facts.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=re.escape(said)):
        read(path)


class Copy:
    """A copy of what the table is made from, and the lines that making it says."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: list[str] = []
        for name in (
            *{name for release in TABLES for name in facts_of(release) if (ROOT / name).exists()},
            *(path.relative_to(ROOT).as_posix() for path in (ROOT / STORIES).glob("*.py")),
        ):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
        for module in ROOT.glob("contracts/**/*.py"):
            (root / module.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
            (root / module.relative_to(ROOT)).touch()

    def coverage(self, *, check: bool = False) -> int:
        """Write or compare the table, and keep what is said."""
        self.said.clear()
        return coverage(self.root, check, self.said.append)

    @property
    def table(self) -> Path:
        """The table's file."""
        return self.root / TABLE


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_a_table_that_is_not_there_is_written(copy: Copy) -> None:
    """--check writes nothing and says the whole table; without it the table is written, and then up to date."""
    assert copy.coverage(check=True) == 1
    assert copy.said[0].startswith(f"--- /dev/null\n+++ {TABLE}")
    assert not copy.table.exists()
    assert copy.coverage() == 0
    assert copy.table.read_bytes() == (ROOT / TABLE).read_bytes()
    assert copy.coverage(check=True) == 0


def test_a_difference_is_shown_line_by_line(copy: Copy) -> None:
    """A table changed by hand is a diff under --check, and is put right without it."""
    copy.coverage()
    copy.table.write_text(copy.table.read_text(encoding="utf-8").replace("# Coverage", "# Mine"), encoding="utf-8")
    assert copy.coverage(check=True) == 1
    assert "-# Mine\n+# Coverage" in copy.said[0]
    assert copy.coverage() == 0
    assert copy.coverage(check=True) == 0


@pytest.mark.parametrize("check", [pytest.param(True, id="check"), pytest.param(False, id="write")])
def test_a_new_story_needs_a_fact(copy: Copy, check: bool) -> None:
    """A story that no fact names fails the check, and no table is written."""
    story = '@pytest.mark.case("flows/new", level="smoke")\ndef test_new(flow): ...\n'
    (copy.root / STORIES / "test_new.py").write_text(story, encoding="utf-8")
    assert copy.coverage(check=check) == 1
    assert set(copy.said) == {"facts.toml: no fact names the case flows/new: what is it there for?"}
    assert not copy.table.exists()


def test_facts_that_cannot_be_read_are_no_difference(copy: Copy) -> None:
    """A broken facts.toml has an exit code of its own."""
    (copy.root / FACTS).write_text("[", encoding="utf-8")
    assert copy.coverage(check=True) == 4


@pytest.mark.parametrize(
    ("found", "wanted", "said"),
    [
        pytest.param("a\n", "b\n", "--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b", id="changed"),
        pytest.param(None, "b\n", "--- /dev/null\n+++ x\n@@ -0,0 +1 @@\n+b", id="missing"),
        pytest.param("a\n", None, "--- x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a", id="one-too-many"),
        pytest.param(
            "a\r\n", "a\n", "x: differs in its line ends or is empty: run this without --check", id="line-ends"
        ),
        pytest.param("", None, "x: differs in its line ends or is empty: run this without --check", id="empty"),
    ],
)
def test_difference(found: str | None, wanted: str | None, said: str) -> None:
    """How a file differs is said even where no line does."""
    assert difference("x", found, wanted) == said
