"""report.html asks for nothing, no text of a server does anything there, and it stays small."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from contracts.case.outcome import Evidence
from contracts.report.html.page import render
from contracts.report.verdict_rules import Result
from contracts.text.printable import visible
from helpers.html_samples import CODE, HOSTILE, NOW, Page, everything, outcome, put, texts, verdict

MOST = 1_000_000
"""Bytes that the page may have."""
LARGE = 5_000_000
"""Characters of a text that is too much."""


# ---------------------------------------------------------------- it asks for nothing and runs nothing


def test_the_page_asks_for_nothing() -> None:
    """No tag, style or script names anything outside of the file; forms go nowhere."""
    html = render(everything(), now=NOW)
    read = Page(html)
    for tag, attributes in read.tags:
        for name in ("src", "href", "action", "data", "srcset", "poster"):
            assert attributes.get(name, "#").startswith(("#", "data:image/svg+xml,")), (tag, attributes)
    style, script = (re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[1] for tag in ("style", "script"))
    assert not re.search(r"url\(|@import|https?:", style)
    assert not re.search(r"https?:|fetch|XMLHttp|import\(|innerHTML|eval", script)


def test_only_the_own_style_and_script_may_run() -> None:
    """The policy allows one style and one script, by their hashes, and no attribute makes another."""
    html = render(everything(), now=NOW)
    read = Page(html)
    policy = next(tag["content"] for tag in read.all("meta") if tag.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        assert len(read.all(tag)) == 1
        inline = re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert [name for _, tag in read.tags for name in tag if name.startswith("on") or name == "style"] == []


def with_texts(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return tags and names of attributes of a page in which `text` stands everywhere, without marks of differences."""
    found = everything()
    for path in texts(found):
        if path[-1] not in ("operation", "answer", "call", "kind"):
            found = put(found, path, f"{path} {text}")
    return [(tag, tuple(attributes)) for tag, attributes in Page(render(found, now=NOW)).tags if tag != "mark"]


def test_hostile_texts_change_no_tag() -> None:
    """With HTML, quotes, templates and control signs in every text there is, the page has the tags that it has."""
    assert with_texts(HOSTILE) == with_texts("x" * len(HOSTILE))


@pytest.mark.parametrize(
    "path", sorted({(*[step for step in path if isinstance(step, str)],) for path in texts(everything())}), ids=".".join
)
def test_no_text_of_a_verdict_does_harm(path: tuple[str, ...]) -> None:
    """In whatever place HTML, control signs and 5 MB of text stand, the page keeps its tags and stays small."""
    found = everything()
    place = next(each for each in texts(found) if tuple(step for step in each if isinstance(step, str)) == path)
    html = render(put(found, place, HOSTILE * (LARGE // len(HOSTILE))), now=NOW)
    read = Page(html)
    assert len(html.encode()) < MOST
    assert (len(read.all("script")), read.all("img")) == (1, [])
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u2028-\u202e\u2066-\u2069]", html)


def test_signs_that_steer_are_shown_as_codes() -> None:
    """Right-to-left marks, escapes and halves of a pair are written out; the page can always be saved as UTF-8."""
    body = '{"description": "a\u202eb\x1b \ud800 \\u202e \\ud800"}'
    evidence = Evidence("curl 'x\u2066'", 400, "text/\u200b", body, None, 0.1)
    html = render(verdict(outcome(Result.BREACH, evidence=(evidence,))), now=NOW)
    html.encode("utf-8")
    for code in (r"a\u202eb\x1b", r"\u2066", r"text/\u200b", r"\ud800"):
        assert code in Page(html).text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain 中文", "plain 中文", id="plain"),
        pytest.param("a\nb\tc", "a\nb\tc", id="line-end-and-tab"),
        pytest.param("a\rb", r"a\rb", id="carriage-return"),
        pytest.param("\u202etxt", r"\u202etxt", id="right-to-left"),
        pytest.param("\ud800", r"\ud800", id="half-a-pair"),
        pytest.param("x" * 11, "x" * 10 + "… (11 characters)", id="too-long"),
        pytest.param("\u202e" * 4, r"\u202e\u20" + "… (4 characters)", id="too-long-as-codes"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    """What does not show is its code, and what is long is cut."""
    assert visible(text, 10 if "characters" in shown else 400) == shown


# ---------------------------------------------------------------- it stays small


def test_500_different_breaches_fit() -> None:
    """However much is wrong, and however much of it is escaped, the page stays small and names every cause."""
    quotes = '"' * 1500
    outcomes = [
        outcome(
            Result.BREACH,
            f"case-{number}",
            breaches=tuple(replace(CODE, came=f"{number} {quotes}", where=f"$.a{n}") for n in range(20)),
            evidence=(Evidence(f"curl '{quotes}'", 400, quotes, f"{quotes}\n" * 500, None, 0.1),) * 3,
            again=f"curl {quotes * 4}",
            unknown=tuple(f"$.{quotes}{n}" for n in range(50)),
        )
        for number in range(500)
    ]
    html = render(verdict(*outcomes), now=NOW)
    assert len(html.encode()) < MOST
    assert "cancel-task/case-0" in html
    assert "cancel-task/case-499" in html
    assert "more, in verdict.json" in html
