"""summary.md: what the page of a job says of a run; small, and harmless whatever a server sent."""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from contracts.check.breach import Breach, Kind
from contracts.report.markdown_escape import code, text
from contracts.report.summary.markdown import VARIABLE, append_to_job_summary, render
from helpers.verdicts import CURL, HOSTILE, LIVE, STAND_IN, WRONG, case, cases, verdict

MOST = 60_000


def tokens(markdown: str) -> list[Token]:
    """Return what a reader of Markdown sees, inline tokens and all."""
    blocks = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return [token for block in blocks for token in (block, *(block.children or []))]


def told(markdown: str) -> str:
    """Return Markdown with each run of spaces as one: columns are padded."""
    return re.sub(" +", " ", markdown)


def hostile(text: str, count: int = 1) -> dict[str, Any]:
    """Return a verdict in which every text that can come from a server is this one."""
    breach = Breach(Kind.CONSTANT, f"$.{text}", text, text, True, text[:50])
    about = {"reason": text, "promised": text, "breaches": (breach,) * 9, "body": text}
    bad = [case(f"a/{i}", "breach", **about, answer=f"{i}{text}") for i in range(count)]
    known = [case(f"k/{i}", "known", **about | {"deviation": "wrong-code"}) for i in range(count)]
    told = verdict(
        *bad, *known, leaks=[text] * count, run=replace(LIVE, host=text, base_url=text, notes=[text] * count)
    )
    for row in told["deviations"]:
        row["means"] = text
    told["unknown_fields"] = [{"operation": text, "path": f"$.{text}", "count": 1}] * count
    told["reasons"] += [text] * count
    told["not_run"] = [text] * count
    for case_ in told["cases"]:
        case_["case"] += text[:30]
        case_["evidence"][0]["curl"] = f"curl {text}"
    return told


def test_the_verdict_comes_first() -> None:
    """The first lines say the verdict, in a word and with what it means, its exit code and reasons."""
    said = render(verdict(*cases(held=2, breach=1)))
    assert said.splitlines()[0] == "# ✘ Zadig contract: rejected"
    assert "**REJECTED** (exit 1): the target breaks its contract." in said
    assert "Why: 1 breach" in said
    assert "2 of 3 planned cases held." in said


@pytest.mark.parametrize(
    ("result", "said"),
    [
        pytest.param("held", "✔ Zadig contract: accepted", id="accepted"),
        pytest.param("blocked", "? Zadig contract: inconclusive", id="inconclusive"),
        pytest.param("drift", "✘ Zadig contract: rejected", id="rejected"),
    ],
)
def test_each_verdict_has_its_word(result: str, said: str) -> None:
    """A reader tells the verdicts apart without colour."""
    assert said in render(verdict(*cases(**{result: 1})))


def test_a_stand_in_is_marked() -> None:
    assert "**On the stand-in (perfect): this says nothing about a live Zadig.**" in render(
        verdict(case(), run=STAND_IN)
    )
    assert "stand-in" not in render(verdict(case()))


def test_a_cause_is_told_once() -> None:
    """Cases with the same trouble share a block: how many, what was promised, what came, and a line that repeats it."""
    said = render(verdict(*cases(breach=14)))
    assert said.count("### breach") == 1
    assert "`cancel-task/breach-0` × 14 cases" in said
    assert "expected `6163`, got `6164`" in said
    assert f"- again: `python -m contracts again {LIVE.settings['run_dir']} cancel-task/breach-0`" in said
    assert CURL not in said
    assert "and 8 more" in said


def test_what_else_is_told() -> None:
    """Known deviations with their expiry, unknown keys, leaks, cases that did not run, latency and notes are there."""
    found = verdict(
        case("a/1", "known"),
        case("a/2", unknown=("$.extra.x",), took=[0.012]),
        planned=["a/1", "a/2", "b/lost"],
        leaks=["zct-1 in project nginx"],
        run=replace(LIVE, notes=["30 cases belong to a larger profile"]),
    )
    said = render(found)
    assert "`wrong-code` shows in 1 case (`a/1`): a wrong code. Expires 2999-12-31." in said
    assert "`$.extra.x` × 1" in said
    for line in (
        "- `zct-1 in project nginx`",
        "- `b/lost`",
        "- 30 cases belong to a larger profile",
    ):
        assert line in said.splitlines()
    assert "| `a` | 2 | 12.0 | 100.0 | 100.0 |" in told(said)


def test_a_table_of_counts() -> None:
    said = render(verdict(case("a/1"), case("a/2", "breach"), case("b/1")))
    assert [line for line in said.splitlines() if line.startswith("|")][:5] == [
        "| operation | answer    | held | breach |",
        "| --------- | --------- | ---: | -----: |",
        "| `a`       | all       |    1 |      1 |",
        "| `b`       | all       |    1 |        |",
        "| `a`       | `success` |    1 |      1 |",
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_reads_as_text_too(lang: str) -> None:
    """What no server meant to harm stands in it without a tag or an entity, so that a terminal shows it well."""
    body = '{"code": 6164, "description": "mongo: no documents (in result)", "_id": "a_b_c!"}'
    case_ = case("a/1", "breach", body=body, reason="at step 2: an error (again)")
    said = render(verdict(case_, case("a/2", "blocked"), leaks=["zct-1 in project nginx"], run=STAND_IN), lang)
    assert not re.search(r"<\w|&#?\w+;", said)
    assert body in said


def test_a_hostile_server_does_nothing() -> None:
    """What a server sent makes no tag, link, image, heading, table, mention or reference, and steers no terminal."""
    said = render(hostile(HOSTILE))
    found = tokens(said)
    tags = {token.content for token in found if token.type in ("html_inline", "html_block")}
    assert tags == {"<code>", "</code>"}
    assert not {token.type for token in found} & {"link_open", "image", "em_open", "s_open", "fence", "hr"}
    assert not [token.content for token in found if token.type == "code_inline" and set("<>@#`|\\&") & {*token.content}]
    assert "title" not in {token.content.strip() for token in found if token.type == "inline"}
    plain = re.sub(r"`[^`\n]*`", "", said)
    assert not re.search(r"@\w|(?<!&)#\d|://|www\.", plain)
    shown = " ".join(token.content for token in found if token.type in ("text", "text_special"))
    assert not re.search(r"@\w|#\d", shown)
    assert all(c.isprintable() or c in "\n\u200b" for c in said)


@settings(deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>`|*_[]()!\\#@&:~$\n")), max_size=60))
def test_any_text_shows_as_it_is(value: str) -> None:
    """Any text is one run of plain text for a reader of Markdown: no markup comes of it, and no sign is lost."""
    shown = tokens(f"x{text(value, 10_000)}x")
    assert {token.type for token in shown} <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
    said = "".join(token.content for token in shown if token.type in ("text", "text_special")).replace("\u200b", "")
    printable = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in " ".join(value.split()))
    assert said == f"x{printable}x"


@settings(deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>`|*_[]()!\\#@&:~$\n ")), max_size=60))
def test_any_code_shows_as_it_is(value: str) -> None:
    """Any text is code in one cell of a table, for a reader of Markdown, and no sign of it is lost."""
    shown = tokens(f"| a | b |\n| --- | --- |\n| {code(value, 10_000)} | x |")
    kinds = {token.type for token in shown if token.level > 4 or not token.block}
    assert kinds <= {"text", "text_special", "code_inline", "html_inline"}
    said = "".join(token.content for token in shown if not token.block and token.type != "html_inline")
    printable = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in " ".join(value.split()))
    assert said.replace("\u200b", "") == f"ab{printable or ' '}x"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("x" * 5_000_000, id="five-megabytes"),
        pytest.param("@" * 3_000, id="escaped-signs"),
        pytest.param("工作流" * 1_000, id="chinese"),
        pytest.param("`" * 3_000, id="backticks"),
        pytest.param("\ud800" * 3_000, id="lone-surrogates"),
        pytest.param("\n" * 3_000, id="line-ends"),
    ],
)
@pytest.mark.parametrize("count", [1, 120])
def test_it_stays_under_60_kb(value: str, count: int) -> None:
    """Whatever comes and however often, summary.md is small, and the verdict stands in it."""
    said = render(hostile(value if count == 1 else value[:3_000], count))
    assert len(said.encode()) < MOST
    assert "**REJECTED** (exit 1)" in said


def test_what_is_left_out_is_counted() -> None:
    """A thousand causes do not crowd out the rest, and a line says how many are left out."""
    bad = [case(f"a/{i}", "breach", breaches=(replace(WRONG, where=f"$.{i}"),)) for i in range(1000)]
    said = render(verdict(*bad, leaks=["zct-1"]))
    shown = said.count("### breach")
    assert 10 < shown < 1000
    assert f"… {1000 - shown} more causes left out here; verdict.json has all of them" in said
    assert "- `zct-1`" in said


def test_it_is_appended_to_the_page_of_the_job(tmp_path: Path) -> None:
    """Where GITHUB_STEP_SUMMARY names a file, the summary is added to what others wrote there."""
    page = tmp_path / "summary"
    page.write_text("before\n", encoding="utf-8")
    assert append_to_job_summary("# here \ud800", {VARIABLE: str(page)}) == ""
    assert page.read_text(encoding="utf-8") == "before\n# here \\ud800\n"


def test_no_job_no_page() -> None:
    """Outside of such a job nothing is written and nothing is said."""
    assert append_to_job_summary("# here", {}) == ""


@pytest.mark.parametrize("name", ["folder", "missing/summary", "nul\0byte", "pipe"])
def test_a_page_that_cannot_be_written(name: str, tmp_path: Path) -> None:
    """A file that cannot be written gives one line back, and neither fails nor hangs."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    warning = append_to_job_summary("# here", {VARIABLE: f"{tmp_path}/{name}"})
    assert warning.startswith("GITHUB_STEP_SUMMARY: ")
    assert len(warning.splitlines()) == 1
