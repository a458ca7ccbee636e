"""The time that reading a page takes grows with the page, and no faster."""

import time

import pytest

from helpers.fuzzed_pages import (
    PAGES,
    derived,
    no_hang,  # noqa: F401 - a fixture
)

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


@pytest.mark.parametrize("unit", PATHOLOGICAL.values(), ids=PATHOLOGICAL)
@pytest.mark.parametrize("place", ["page", "table", "sample", "heading", "request"])
def test_time_grows_with_the_page_and_not_faster(unit: str, place: str):
    """Eight times as much of anything takes about eight times as long, wherever it stands."""

    def took(size: int) -> float:
        filler = unit * (size // len(unit))
        page = {
            "page": f"{PAGES['plain']}\n{filler}\n",
            "table": PAGES["plain"].replace("|上限|5|", f"|{filler}|5|"),
            "sample": PAGES["plain"].replace('"limit": 3', f'"limit": [{filler}'),
            "heading": PAGES["plain"].replace("## 新建工作流", f"## 新建{filler}工作流".replace("\n", " ")),
            "request": PAGES["plain"].replace("/workflow/workflow\n", f"/workflow/{filler}".replace("\n", " ") + "\n"),
        }[place]
        start = time.process_time()
        derived(page)
        return time.process_time() - start

    took(500)
    small = min(took(3_000), took(3_000))
    assert took(24_000) <= 0.2 + 24 * small


def test_large_page_takes_time_in_proportion():
    """A page of a megabyte takes at most twenty times as long as one of a tenth of that: time is linear."""
    body = PAGES["plain"].split("---\n", 2)[2]

    def page(size: int) -> str:
        return "\n".join(
            body.replace("/workflow/", f"/workflow{number}/") for number in range(size // len(body.encode()) + 1)
        )

    def took(size: int) -> float:
        text = page(size)
        start = time.process_time()
        content = derived(text)
        assert content is not None
        assert len(content["operations"]) == 2 * (size // len(body.encode()) + 1)
        return time.process_time() - start

    small = min(took(100_000), took(100_000))
    assert took(1_000_000) <= 20 * small + 0.5
