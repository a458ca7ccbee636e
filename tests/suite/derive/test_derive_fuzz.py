"""Pages that nobody meant: whatever is cut, moved or thrown in, reading ends, and what is lost is said.

What can be known has a limit. A line inside of a sample that is taken out or moved may leave another valid sample, and
so may the row of a table for something that stands nowhere else; a page that is cut before an operation starts shows
nothing of it. Everything else leaves a trace, and each trace is a finding.
"""

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from helpers.fuzzed_pages import (
    FRAGMENTS,
    PAGES,
    assert_said,
    derived,
    names,
    numbers,
    original,
)
from helpers.fuzzing import BATCHES, fuzzed


def test_page_of_random_fragments_is_read_or_refused():
    """No crash and no hang, whatever lines come in whatever order."""
    text = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=20)), max_size=60).map("\n".join)
    fuzzed(text, lambda page: derived(page) and None)


def test_page_with_random_passages_is_read_or_refused():
    """A real page with fragments thrown into it anywhere, within lines too, is survived as well."""

    def check(drawn: tuple[str, list[tuple[int, str]]]) -> None:
        name, passages = drawn
        text = PAGES[name]
        for at, passage in passages:
            text = text[: at % len(text)] + passage + text[at % len(text) :]
        derived(text)

    passages = st.lists(
        st.tuples(numbers, st.one_of(st.sampled_from(FRAGMENTS), st.characters(codec="utf-8"))), max_size=8
    )
    fuzzed(st.tuples(names, passages), check)


def test_shuffled_page_keeps_each_request_line():
    """With all lines in another order, each request is an operation, or a finding stands at its line."""

    def check(drawn: tuple[str, Any]) -> None:
        name, random = drawn
        lines = PAGES[name].replace("\r", "").removeprefix("\ufeff").split("\n")
        random.shuffle(lines)
        content = derived("\n".join(lines))
        if content is None:
            return
        known = [operation["path"].partition(":")[0] for operation in content["operations"].values()]
        for number, line in enumerate(lines, 1):
            method, _, path = line.partition(" ")
            if method in ("GET", "POST", "PUT", "DELETE") and path.startswith("/"):
                start = path.removeprefix("/api/aslan").partition(":")[0].partition("<")[0].partition("?")[0]
                near = [finding for finding in content["findings"] if finding["line"] == number]
                assert near or any(start.startswith(one) for one in known), f"{line} is lost in silence"

    fuzzed(st.tuples(names, st.randoms(use_true_random=False)), check)


def test_page_cut_anywhere_says_what_is_lost():
    """Of an operation whose heading still stands, everything is there or a finding says that it is not."""

    def check(drawn: tuple[str, int]) -> None:
        name, at = drawn
        cut = at % len(PAGES[name])
        assert_said(name, PAGES[name][:cut], set(), cut)

    fuzzed(st.tuples(names, numbers), check)


def test_page_with_lines_gone_doubled_or_moved_says_what_is_lost():
    """Each operation is derived as before, or derived differently with a finding, or missing with a finding."""

    def check(drawn: tuple[str, str, int, int]) -> None:
        name, change, one, other = drawn
        lines = PAGES[name].split("\n")
        one, other = one % len(lines), other % len(lines)
        touched = {one + 1, other + 1} if change in ("swap", "move") else {one + 1}
        if change == "delete":
            del lines[one]
        elif change == "double":
            lines.insert(one, lines[one])
        elif change == "swap":
            lines[one], lines[other] = lines[other], lines[one]
        else:
            lines.insert(other, lines.pop(one))
        assert_said(name, "\n".join(lines), touched)

    changes = st.sampled_from(["delete", "double", "swap", "move"])
    fuzzed(st.tuples(names, changes, numbers, numbers), check, 2 * BATCHES)


def test_each_lost_operation_is_said_near_its_place():
    """When a single line goes and an operation with it, a finding stands within the lines of that operation."""
    text = PAGES["plain"]
    lines = text.split("\n")
    starts = {operation["line"]: name for name, operation in original("plain")["operations"].items()}
    for gone in range(6, len(lines)):
        content = derived("\n".join(lines[:gone] + lines[gone + 1 :]))
        assert content is not None
        new = Counter((one["rule"], one["line"]) for one in content["findings"])
        for start, name in starts.items():
            if name not in content["operations"]:
                end = min([line for line in starts if line > start], default=len(lines))
                assert any(start - 1 <= line <= end for _, line in new), f"line {gone + 1}: {name}"
