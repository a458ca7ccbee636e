"""Pages become documented.json: every irregularity is a finding with its line; a page of nothing is refused."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from contracts.derive.command import render
from contracts.derive.errors import DeriveError
from contracts.derive.page.documented import document
from contracts.derive.page.names import load_names
from contracts.derive.page.sections import read_page
from contracts.text import toml

ROOT = Path(__file__).parents[3]
PAGES = Path(__file__).parent / "pages"
PLAIN = (PAGES / "plain.md").read_text(encoding="utf-8")
EVERY_OPERATION = {("no-headers", 12), ("no-headers", 46), ("no-status", 23), ("no-status", 67)}
"""What the plain page lacks on purpose: it is as regular as pages are."""
IRREGULAR = toml.read(Path(__file__).with_name("irregular.toml"))
NAMES = load_names(ROOT / "contracts/apis/aslan/operations.toml")
REAL_PAGE = Path(os.environ.get("ZCT_PAGE", ROOT.parent / "shared/pages/zadig-1.7.0-workflow-api.md"))
"""The page of 1.7.0, which is no part of the repository; ZCT_PAGE says where it is."""


def derived(text: str, name: str = "plain.md") -> dict[str, Any]:
    return document(read_page(text, name), NAMES)


def findings(content: dict[str, Any]) -> set[tuple[str, int]]:
    return {(finding["rule"], finding["line"]) for finding in content["findings"]}


def edited(old: str, new: str) -> str:
    """Return the plain page with one passage exchanged; the passage must be there."""
    assert old in PLAIN
    return PLAIN.replace(old, new, 1)


def test_regular_page_gives_every_promise_with_its_line():
    """Method, path, parameters, samples and their lines are all in the result."""
    content = derived(PLAIN)
    cancel, create = content["operations"]["cancel-task"], content["operations"]["create-workflow"]
    assert content["release"] == "9.9.0"
    assert content["page"]["lines"] == 83
    assert (cancel["method"], cancel["path"], cancel["line"]) == (
        "DELETE",
        "/workflow/workflowtask/id/:id/pipelines/:pipeline",
        7,
    )
    assert cancel["parameters"] == [
        {
            "name": "id",
            "in": "path",
            "type": "integer",
            "required": True,
            "default": None,
            "line": 19,
            "description": "编号",
        },
        {
            "name": "pipeline",
            "in": "path",
            "type": "string",
            "required": True,
            "default": None,
            "line": 20,
            "description": "名字",
        },
        {
            "name": "projectName",
            "in": "query",
            "type": "string",
            "required": False,
            "default": "demo",
            "line": 21,
            "description": "项目",
        },
    ]
    assert cancel["body"] is None
    assert cancel["answers"]["success"] == {"sample": {"message": "success"}, "lines": [25, 27]}
    assert cancel["answers"]["error"]["lines"] == [31, 39]
    assert create["body"] == {"sample": {"name": "one", "labels": ["a", "b"], "limit": 3}, "lines": [51, 57]}
    assert [(row["name"], row["in"], row["default"]) for row in create["parameters"]] == [
        ("name", "body", None),
        ("labels", "body", None),
        ("limit", "body", 5),
    ]
    assert findings(content) == EVERY_OPERATION


def test_irregular_page_is_read_to_its_end():
    """All the irregularities of known pages at once: each is a finding, and nothing is lost."""
    content = derived((PAGES / "irregular.md").read_text(encoding="utf-8"), "irregular.md")
    assert set(content["operations"]) == {"create-workflow", "restart-task"}
    assert content["operations"]["create-workflow"]["body"]["sample"] == {
        "name": "one",
        "address": "http://example.test/#top",
        "steps": [{"kind": "build"}],
        "limit": 3,
    }
    assert [row["name"] for row in content["operations"]["restart-task"]["parameters"]] == ["id", "pipeline"]
    assert [(f["line"], f["rule"], f["operation"]) for f in content["findings"]] == [
        (8, "not-an-operation", None),
        (12, "heading-names-another-thing", "create-workflow"),
        (12, "no-error-sample", "create-workflow"),
        (19, "fence-without-blank-line", "create-workflow"),
        (20, "no-headers", "create-workflow"),
        (25, "no-in-column", "create-workflow"),
        (27, "query-listed-as-path", "create-workflow"),
        (33, "json-comment", "create-workflow"),
        (36, "json-trailing-comma", "create-workflow"),
        (38, "json-comment", "create-workflow"),
        (44, "body-table-incomplete", "create-workflow"),
        (44, "no-in-column", "create-workflow"),
        (48, "no-status", "create-workflow"),
        (53, "heading-without-blank-line", "restart-task"),
        (58, "no-headers", "restart-task"),
        (63, "no-in-column", "restart-task"),
        (66, "parameter-renamed", "restart-task"),
        (68, "no-status", "restart-task"),
    ]


@pytest.mark.parametrize(("old", "new", "expected"), IRREGULAR["survived"].values(), ids=IRREGULAR["survived"])
def test_irregularity_is_a_finding_with_its_line(old: str, new: str, expected: list[Any]):
    """The page is still read to its end, and the finding names the line that an editor shows."""
    content = derived(edited(old, new))
    assert tuple(expected) in findings(content)
    assert len(content["operations"]) == 2


@pytest.mark.parametrize(("old", "new", "expected", "operations"), IRREGULAR["lost"].values(), ids=IRREGULAR["lost"])
def test_operation_in_doubt_is_a_finding(old: str, new: str, expected: list[Any], operations: list[str]):
    """What of an operation is missing is named with its line; the others are read all the same."""
    content = derived(edited(old, new))
    assert tuple(expected) in findings(content)
    assert sorted(content["operations"]) == operations


@pytest.mark.parametrize(("old", "new", "expected"), IRREGULAR["not_json"].values(), ids=IRREGULAR["not_json"])
def test_sample_that_is_not_json_is_a_finding(old: str, new: str, expected: list[Any]):
    """What can be read is read and marked; the rest of the page does not suffer."""
    content = derived(edited(old, new))
    assert tuple(expected) in findings(content)
    assert set(content["operations"]) == {"cancel-task", "create-workflow"}


def test_sample_that_was_read_leniently_is_marked():
    """A sample that is no JSON as such is marked so; the others are not."""
    answers = derived(edited('"code": 6163,', '"code": 6163, # number'))["operations"]["cancel-task"]["answers"]
    assert answers["error"]["tolerant"] is True
    assert answers["error"]["sample"]["code"] == 6163
    assert "tolerant" not in answers["success"]


RELEASES = {
    "three-numbers": ("/v1.7.0/api/", "1.7.0", None),
    "two-numbers": ("/cn/Zadig v4.0/api/", "4.0.0", "odd-release"),
    "a-word-before": ("/en/Zadig v1.18.0/api/", "1.18.0", "odd-release"),
    "none": ("/latest/api/", None, "no-release"),
}


@pytest.mark.parametrize(("permalink", "release", "rule"), RELEASES.values(), ids=RELEASES)
def test_release_is_that_of_the_permalink(permalink: str, release: str | None, rule: str | None):
    """The forms of permalinks of all releases are understood; one that names none is a finding."""
    content = derived(edited("/v9.9.0/api/", permalink))
    assert content["release"] == release
    assert {found for found, line in findings(content) if line == 1} == ({rule} if rule else set())


@pytest.mark.parametrize("text", ["", "\n", "# 样例\n", "---\n", "```\n", "|a|\n|---|\n"])
def test_page_without_operations_is_refused(text: str):
    """An empty or foreign file is no page."""
    with pytest.raises(DeriveError, match=r"^plain\.md:1: "):
        derived(text)


def test_line_ends_of_windows_change_only_the_checksum():
    """A page saved with CR LF gives the same operations and lines."""
    unix, windows = derived(PLAIN), derived(PLAIN.replace("\n", "\r\n"))
    assert unix["page"].pop("sha256") != windows["page"].pop("sha256")
    assert unix == windows


def test_prose_of_the_page_is_not_kept():
    """Titles, headings and notes stay on the page; what a table says of a parameter is its description."""
    text = render(derived((PAGES / "irregular.md").read_text(encoding="utf-8"), "irregular.md"))
    for prose in ("不规则的样例", "新建任务", "仅作样例"):
        assert prose not in text
    for description in ("名字", "项目"):
        assert f'"description": "{description}' in text


def real_page() -> dict[str, Any]:
    if not REAL_PAGE.exists():
        pytest.skip("the documentation page is not part of the repository")
    return derived(REAL_PAGE.read_bytes().decode(), REAL_PAGE.name)


def test_real_page_derives_to_the_file_in_the_repository():
    """documented.json is what the page says, byte for byte."""
    found = (ROOT / "contracts/apis/aslan/1.7.0/documented.json").read_bytes()
    assert render(real_page()).encode() == found


def test_real_page_has_all_that_it_promises():
    """Three operations, the parameters of each, nine keys of the body, and a sample of each answer."""
    operations = real_page()["operations"]
    assert set(operations) == {"restart-task", "cancel-task", "create-workflow"}
    for name in ("restart-task", "cancel-task"):
        parameters = {(row["in"], row["name"], row["type"], row["required"]) for row in operations[name]["parameters"]}
        assert parameters == {
            ("path", "id", "integer", True),
            ("path", "pipeline", "string", True),
            ("query", "projectName", "string", False),
        }
    assert len(operations["create-workflow"]["body"]["sample"]) == 9
    samples = [answer["sample"] for operation in operations.values() for answer in operation["answers"].values()]
    assert len(samples) == 6
    assert not any(
        "tolerant" in answer for operation in operations.values() for answer in operation["answers"].values()
    )


KNOWN = {
    "other-name-in-the-table": {("parameter-renamed", 24)},
    "query-among-the-path-parameters": {("query-listed-as-path", 25), ("query-listed-as-path", 62)},
    "heading-of-another-thing": {("heading-names-another-thing", 80)},
    "table-with-two-of-nine-keys": {("body-table-incomplete", 141)},
    "no-status-anywhere": {("no-status", 27), ("no-status", 64), ("no-status", 146)},
    "no-headers-anywhere": {("no-headers", 16), ("no-headers", 53), ("no-headers", 92)},
    "no-place-of-parameters-anywhere": {("no-in-column", 21), ("no-in-column", 58), ("no-in-column", 141)},
    "fence-that-touches-its-heading": {("fence-without-blank-line", 34), ("fence-without-blank-line", 71)},
    "heading-that-touches-a-fence": {("heading-without-blank-line", 80)},
}
"""The irregularities of the 1.7.0 page, each with its lines; it has no others."""


def test_real_page_has_its_irregularities_and_no_others():
    """Each is a finding with its line, which says what is odd and what is assumed."""
    content = real_page()
    assert findings(content) == set().union(*KNOWN.values())
    assert all(finding["what"] and finding["assumed"] for finding in content["findings"])


@pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)
def test_documented_file_has_the_irregularities_of_the_page(known: set[tuple[str, int]]):
    """The known irregularities of the 1.7.0 page are on record."""
    content = json.loads((ROOT / "contracts/apis/aslan/1.7.0/documented.json").read_text(encoding="utf-8"))
    assert known <= findings(content)
