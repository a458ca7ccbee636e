"""By which routes a server shows its release: the table of all APIs, and which of them a release has."""

from functools import cache
from typing import Final

from contracts.catalog.release import CatalogError
from contracts.paths import APIS
from contracts.text import toml
from contracts.text.frozen import dataclass
from contracts.text.releases import numbers
from contracts.text.toml import TomlTable

FILE: Final = "routes.toml"


@dataclass(frozen=True)
class Route:
    """One route.

    path: what is asked for with GET. prefixed: whether that stands behind the API prefix.
    since, before: the first release that has it, and the first that no longer has it; empty where there is none.
    source: who says so.
    """

    path: str
    prefixed: bool
    since: str
    before: str
    source: str

    def is_in(self, release: str) -> bool:
        """Whether a release has it."""
        begun = not self.since or numbers(self.since) <= numbers(release)
        return begun and not (self.before and numbers(self.before) <= numbers(release))


@dataclass(frozen=True)
class Routes:
    """The table.

    rows: the routes, in the order in which they are asked for.
    unknown: how the answer to a path begins that no route has.
    only_runs: releases that differ in nothing that can be read from those before them.
    """

    rows: tuple[Route, ...]
    unknown: str
    only_runs: tuple[str, ...]


@cache
def routes() -> Routes:
    """Return the table; raises CatalogError for rows that do not hold together."""
    top = TomlTable(toml.read(APIS / FILE), FILE, CatalogError)
    rows = tuple(
        Route(
            path=row.text("path"),
            prefixed=bool(row.optional(bool, "prefixed")),
            since=row.optional_text("since") or "",
            before=row.optional_text("before") or "",
            source=row.text("source"),
        )
        for _, row in top.tables("routes")
    )
    table = Routes(rows, top.text("unknown"), top.texts("only_runs"))
    top.done()
    return table
