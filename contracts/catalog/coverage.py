"""Which case holds which known fact: reads facts.toml, holds it against the cases, and writes the coverage tables."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import filter as fitting
from pathlib import Path

from contracts.catalog.cases import cases
from contracts.catalog.release import CatalogError, load
from contracts.catalog.stories import stories
from contracts.derive.command import DIFFERENT, UNUSABLE, UP_TO_DATE, difference
from contracts.paths import ROOT
from contracts.text import toml
from contracts.text.frozen import dataclass
from contracts.text.tables import row, table

RELEASE = "1.7.0"
FACTS = f"contracts/apis/aslan/{RELEASE}/facts.toml"
TABLE = "docs/coverage.md"
TABLES = {
    RELEASE: TABLE,
    **{release: f"docs/coverage-openapi-{release}.md" for release in ("2.3.0", "3.0.0", "3.4.1", "4.3.0")},
    "5.0.0": "docs/coverage-openapi.md",
}
"""The releases that facts are held against the cases of, and the table of them."""
STORIES = "tests/api"
LISTED = 3
"""Cases of one pattern that the table lists by id; of more it gives the pattern and their count."""
_MODULE = re.compile(r"contracts/[\w/]+\.py")

Echo = Callable[[str], None]


@dataclass(frozen=True)
class Fact:
    """One known fact. `cases`: ids or patterns of what holds it.

    Where no case does: `used_by` says who builds on it, or `untested` why none can.
    """

    id: str
    area: str
    fact: str
    source: str
    cases: tuple[str, ...] = ()
    used_by: str = ""
    untested: str = ""


def coverage(root: Path, check: bool, echo: Echo) -> int:
    """Write the tables below `root`, or with `check` compare them.

    Returns 0; 1 for facts and cases that do not fit, or a difference under `check`; 4 for data that cannot be read.
    """
    return max(_table_of(release, name, root, check, echo) for release, name in TABLES.items())


def facts_of(release: str) -> tuple[str, ...]:
    """Return the files with the facts of a release and of those that it builds on, the oldest first, below the root."""
    whole = load(release)
    return tuple(f"contracts/apis/{whole.api}/{each}/facts.toml" for each in reversed(whole.lineage))


def _table_of(release: str, name: str, root: Path, check: bool, echo: Echo) -> int:
    try:
        files = [root / name for name in facts_of(release)]
        facts, basis = read(*filter(Path.exists, files)), bases(root / STORIES, release)
    except (CatalogError, OSError) as error:
        echo(str(error))
        return UNUSABLE
    if wrong := "\n".join(problems(facts, basis, root)):
        echo(wrong)
        return DIFFERENT
    text, path = render(facts, basis, release), root / name
    before = path.read_bytes().decode("utf-8", "replace") if path.exists() else None
    if check and text != before:
        echo(difference(name, before, text))
        return DIFFERENT
    if text != before:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    echo(f"{name}: {len(facts)} facts, {len(basis)} cases, {'written' if text != before else 'up to date'}")
    return UP_TO_DATE


def read(*paths: Path) -> tuple[Fact, ...]:
    """Return the facts of files in their order, a later file's in place of those of their names.

    Raises CatalogError that names the row which cannot be read.
    """
    facts: dict[str, Fact | None] = {}
    for path in paths:
        try:
            areas = toml.read(path)
        except ValueError as error:
            raise CatalogError(f"{path.name}: is not TOML: {error}") from None
        top = toml.TomlTable(areas, path.name, CatalogError)
        facts |= {f"{area}.{name}": _fact(area, name, row) for area in areas for name, row in top.tables(area)}
    return tuple(fact for fact in facts.values() if fact is not None)


def _fact(area: str, name: str, row: toml.TomlTable) -> Fact | None:
    """Return a fact; None where the row says why a later release has it no more."""
    if row.optional_text("gone") is not None:
        return None
    cases, used_by, untested = row.texts("cases"), row.optional_text("used_by"), row.optional_text("untested")
    said = row.text("fact"), row.text("source"), cases, used_by or "", untested or ""
    return Fact(f"{area}.{name}", area, *said)


def bases(folder: Path, release: str = RELEASE) -> dict[str, str]:
    """Return the basis of each case by its id. That of a story is empty: it goes through answers of either basis."""
    rows = {case.id: "documented" if case.documented else "observed" for case in cases(release)}
    return rows | {story.id: "" for story in stories(folder) if story.is_of(load(release))}


def matching(pattern: str, ids: Collection[str]) -> list[str]:
    """Return those of `ids` that an id or pattern names; most are ids."""
    return [pattern] if pattern in ids else fitting(ids, pattern)


def problems(facts: Sequence[Fact], ids: Iterable[str], root: Path) -> Iterator[str]:
    """Yield one line for each fact that nothing holds, pattern that names nothing, and case that no fact names."""
    ids = list(ids)
    for fact in facts:
        if [bool(fact.cases), bool(fact.used_by), bool(fact.untested)].count(True) != 1:
            choice = "name the cases that hold it, or else who uses it (used_by), or why no case can show it (untested)"
            yield f"facts.toml: {fact.id}: {choice}"
        for pattern in fact.cases:
            if not matching(pattern, ids):
                yield f"facts.toml: {fact.id}: {pattern} matches no case and no story"
        modules = _MODULE.findall(fact.used_by)
        if fact.used_by and not modules:
            yield f"facts.toml: {fact.id}: used_by names no module, such as contracts/check/effects.py"
        for module in modules:
            if not (root / module).is_file():
                yield f"facts.toml: {fact.id}: used_by names {module}, which is not there"
    named = {
        case for fact in facts for pattern in fact.cases if _particular(pattern) for case in matching(pattern, ids)
    }
    for case in ids:
        if case not in named:
            yield f"facts.toml: no fact names the case {case}: what is it there for?"


def _particular(pattern: str) -> bool:
    """Whether a pattern names cases; one that takes in all of them, or whole operations, would hide what is missing."""
    return pattern != "*" and not pattern.endswith("/*")


def render(facts: Sequence[Fact], basis: Mapping[str, str], release: str = RELEASE) -> str:
    """Return the table as Markdown."""
    held = [
        _row(fact.area, fact.fact, _listed(fact, basis), _basis(fact, basis), fact.source)
        for fact in facts
        if fact.cases
    ]
    used = [_row(fact.area, fact.fact, fact.used_by, fact.source) for fact in facts if fact.used_by]
    left = [_row(fact.area, fact.fact, fact.untested, fact.source) for fact in facts if fact.untested]
    held_table = "\n".join(table("area|fact|cases|basis|source", *held))
    used_table = "\n".join(table("area|fact|used by|source", *used))
    left_table = "\n".join(table("area|fact|why|source", *left))
    untested = f"\n## Facts that no case can show\n\n{left_table}\n" if left else ""
    of_stories = sum(not value for value in basis.values())
    return f"""\
# Coverage

What is known of the workflow API of Zadig {release}, and which cases hold it: {len(held)} facts,
held by {len(basis) - of_stories} rows of the case table and {of_stories} stories, and {len(used)} more that the
suite builds on. Page: {load(release).page}.
Written by `python -m contracts coverage` from {_linked(facts_of(release))}; not by hand.

*Basis* is that of the cases: `documented` where a page promises what they expect, `observed` where
servers or their source show it. Where only stories hold a fact, it is that of the fact's own source.
*Source* is where the fact itself is known from. A pattern with a count stands for so many cases.

## Facts with cases

{held_table}

## Facts without a case of their own

{used_table}
{untested}{_not_described(load(release).not_described)}"""


def _linked(files: Sequence[str]) -> str:
    """Return links to the files of facts that there are."""
    there = [name for name in files if (ROOT / name).exists()]
    return ", ".join(f"[{'/'.join(name.split('/')[-2:])}](../{name})" for name in there)


def _not_described(operations: Sequence[str]) -> str:
    """Return the list of the operations that no case can be about, as nobody says what they answer."""
    listed = "".join(f"- `{name}`\n" for name in operations)
    return f"\n## Operations that are not described\n\n{listed}" if operations else ""


def _row(*cells: str) -> str:
    return row(*(cell.replace("|", r"\|") for cell in cells))


def _listed(fact: Fact, ids: Collection[str]) -> str:
    matches = ((pattern, matching(pattern, ids)) for pattern in fact.cases)
    listed = (
        f"`{pattern}` ({len(names)})" if len(names) > LISTED else ", ".join(f"`{name}`" for name in names)
        for pattern, names in matches
    )
    return ", ".join(dict.fromkeys(listed))


def _basis(fact: Fact, basis: Mapping[str, str]) -> str:
    found = {basis[case] for pattern in fact.cases for case in matching(pattern, basis)} - {""}
    return ", ".join(sorted(found)) or ("documented" if fact.source.startswith("page line") else "observed")
