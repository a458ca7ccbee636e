"""The time that reading a page takes grows with the page, and no faster."""

import pytest

from helpers.fuzzed_pages import PAGES, derived
from helpers.growth import assert_linear

PATHOLOGICAL = {
    "fences": "```\n",
    "fences-with-language": "```json\n",
    "open-brackets": "[",
    "open-links": "[a](",
    "open-tags": "<a ",
    "open-comments": "<!--",
    "comments": "<!-- -->",
    "bars": "|",
    "rows": "|a|b|\n",
    "tables": "|a|\n\n",
    "headings": "## 船\n",
    "sections": "#### 正常返回\n",
    "requests": "GET /a\n",
    "blank-lines": "\n",
    "spaces": " ",
    "words": "a ",
    "empty-brackets": "[]",
    "braces": "{",
    "backslashes": "\\",
    "backticks": "`",
    "stars": "**",
    "quotes": "> ",
    "dashes": "---\n",
}
PLACES = {  # what of the page takes how much of anything
    "page": ("## 停止任务", "{}\n\n## 停止任务", False),
    "table": ("|`limit`|int|body|上限|5|否|", "|{0}|{0}|body|{0}|{0}|{0}|", False),
    "sample": ('"limit": 3', '"limit": [{}', False),
    "heading": ("## 新建工作流", "## 新建{}工作流", True),
    "request": ("/workflow/workflow\n", "/workflow/{}\n", True),
}


@pytest.mark.parametrize("unit", PATHOLOGICAL.values(), ids=PATHOLOGICAL)
@pytest.mark.parametrize("place", PLACES)
def test_time_grows_with_the_page_and_not_faster(unit: str, place: str) -> None:
    """Eight times as much of anything takes about eight times as long, wherever it stands."""
    before, after, one_line = PLACES[place]
    unit = unit.replace("\n", " ") if one_line else unit
    page = PAGES["plain"]
    assert before in page

    def read(size: int) -> None:
        derived(page.replace(before, after.format(unit * (size // len(unit))), 1))

    assert_linear(read)


def test_time_grows_with_the_number_of_operations_and_not_faster() -> None:
    """A page of a megabyte takes about eight times as long as one of an eighth of that."""
    body = PAGES["plain"].split("---\n", 2)[2]

    def read(size: int) -> None:
        count = size // len(body.encode()) + 1
        content = derived("\n".join(body.replace("/workflow/", f"/workflow{number}/") for number in range(count)))
        assert content is not None
        assert len(content["operations"]) == 2 * count

    assert_linear(read, 100_000)


def test_growth_by_the_square_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes four times as long on twice as much does not pass for linear."""
    monkeypatch.setattr("helpers.growth.SECONDS", 0.002)
    with pytest.raises(AssertionError, match="8 times as much takes"):
        assert_linear(lambda size: [None for _ in range(size) for _ in range(size)], 10)
