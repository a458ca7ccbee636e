"""The page that report.html is, as a browser would read it, for its tests."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from contracts.report.html.page import render
from contracts.report.verdict_rules import Result
from helpers.html_samples import outcome, verdict

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BREACHED = (outcome(Result.BREACH), outcome(Result.HELD))


class Page(HTMLParser):
    """A page as a browser reads it: tags with their attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.parts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Keep a text, but not that of style and script."""
        if self.tags and self.tags[-1][0] not in ("style", "script"):
            self.parts.append(data)

    @property
    def text(self) -> str:
        """All of the text, in one line."""
        return " ".join("".join(self.parts).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]


def page(*outcomes: Any, **parts: Any) -> Page:
    return Page(render(verdict(*outcomes, **parts), now=NOW))
