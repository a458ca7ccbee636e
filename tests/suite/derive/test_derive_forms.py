"""Every form that public pages took, one small page each, derives to an expectation that was reviewed by a person.

Beside each page stands its expectation as JSON: all of documented.json, each finding as one line. No test writes it;
after a change on purpose `python -m tests.suite.derive.expectations` does, and what it changed is to be read.
"""

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from contracts.derive.command import render
from contracts.derive.page import findings
from contracts.derive.page.documented import document
from contracts.derive.page.sections import read_page

FORMS = Path(__file__).parent / "pages/forms"
FINDING = "{line} {rule} ({operation}): {what}; assumed that {assumed}"
PAGES = {path.stem: path for path in sorted(FORMS.glob("*.md"))}


def derived(name: str, text: str | None = None) -> dict[str, Any]:
    return document(read_page(PAGES[name].read_bytes().decode() if text is None else text, f"{name}.md"), {})


def content_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return what of a derived page is expected: all of it, and each finding as a line that says all of it."""
    return {**document, "findings": [FINDING.format(**finding) for finding in document["findings"]]}


def but_for_bytes(document: dict[str, Any]) -> dict[str, Any]:
    """Return what is expected, without what tells the bytes of one page from those of another."""
    content = content_of(document)
    return {**content, "page": {**content["page"], "sha256": None}}


@pytest.mark.parametrize("name", PAGES)
def test_form_derives_to_its_expectation(name: str):
    """Operations, parameters, sub-models, samples and findings of each form are as reviewed."""
    expected = json.loads(PAGES[name].with_suffix(".json").read_text(encoding="utf-8"))
    assert content_of(derived(name)) == expected


def test_each_expectation_has_a_page():
    """No expectation is left behind when a page goes, and no page has none."""
    assert {path.stem for path in FORMS.glob("*.json")} == set(PAGES)


LINE_ENDS = {
    "carriage-return-and-line-feed": lambda text: text.replace("\n", "\r\n"),
    "carriage-return": lambda text: text.replace("\n", "\r"),
    "byte-order-mark": lambda text: f"\ufeff{text}",
    "spaces-at-line-ends": lambda text: text.replace("\n", "  \n"),
    "no-last-line-end": lambda text: text.rstrip("\n"),
}


@pytest.mark.parametrize("change", LINE_ENDS.values(), ids=LINE_ENDS)
@pytest.mark.parametrize("name", PAGES)
def test_how_lines_end_changes_nothing(name: str, change: Any):
    """A page saved by another editor has the same operations and findings, on the same lines."""
    text = PAGES[name].read_bytes().decode().replace("\r\n", "\n").removeprefix("\ufeff")
    assert but_for_bytes(derived(name, change(text))) == but_for_bytes(derived(name, text))


def test_page_of_windows_is_one():
    """The page that stands for byte order mark and CR LF was not changed by a tool on its way here."""
    data = PAGES["windows"].read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") > 0


@pytest.mark.parametrize("name", PAGES)
def test_deriving_twice_gives_the_same_bytes(name: str):
    """Nothing of what is derived depends on anything but the page."""
    assert render(derived(name)) == render(derived(name))


@pytest.mark.parametrize("name", PAGES)
def test_each_finding_says_what_and_what_is_assumed(name: str):
    """Both are parts of one sentence, and its line is one of the page."""
    content = derived(name)
    for finding in content["findings"]:
        assert 1 <= finding["line"] <= content["page"]["lines"]
        assert finding["what"].strip()
        assert finding["assumed"].strip()
        assert not finding["what"].endswith(".")
        assert not finding["assumed"].endswith(".")
        assert "\n" not in finding["what"] + finding["assumed"]


def test_each_text_of_a_finding_is_that_of_some_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """No text is left behind when the reader no longer says it, and none is said that nobody reviewed."""

    class Texts(dict[str, list[str]]):
        said: ClassVar[set[str]] = set()

        def __getitem__(self, key: str) -> list[str]:
            self.said.add(key)
            return super().__getitem__(key)

    texts = Texts(findings.TEXTS)
    monkeypatch.setattr(findings, "TEXTS", texts)
    for page in FORMS.parent.rglob("*.md"):
        document(read_page(page.read_bytes().decode(), page.name), {})
    assert texts.said == set(texts)
