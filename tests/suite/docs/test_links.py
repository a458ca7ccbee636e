"""Links, anchors and pictures of all documents lead somewhere."""

from pathlib import Path
from urllib.parse import unquote

import pytest

from contracts.catalog.release import ROOT
from helpers.documents import anchors, anchors_in_order, documents, file_of, targets, tokens

PICTURES = {".png": b"\x89PNG\r\n\x1a\n", ".svg": b"<", ".gif": b"GIF8", ".jpg": b"\xff\xd8\xff"}


def lost(document: str, root: Path) -> list[str]:
    """Return the links, anchors and pictures of a document below `root` that lead nowhere."""
    blocks = tokens((root / document).read_text(encoding="utf-8"))
    return [target for target in targets(blocks) if "://" not in target and not _there(document, target, root)]


def _there(document: str, target: str, root: Path) -> bool:
    path, anchor = file_of(root / document, target), unquote(target.partition("#")[2])
    if not path.exists() or root.resolve() not in (path.resolve(), *path.resolve().parents):
        return False
    if path.suffix in PICTURES:
        return path.read_bytes().startswith(PICTURES[path.suffix])
    return not anchor or (path.suffix == ".md" and anchor in anchors(tokens(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("document", documents())
def test_links_anchors_and_pictures_lead_somewhere(document: str) -> None:
    """Whoever follows a link of a document finds the file and the heading, and each picture is one."""
    assert lost(document, ROOT) == []


def test_all_documents_are_looked_at() -> None:
    """Documents of the top folder, of docs/, of deploy/ and of .github/ are among them, those in Chinese too."""
    assert {"README.zh-CN.md", "SECURITY.md", "docs/coverage.md", "deploy/README.md"} <= set(documents())
    assert any(document.startswith(".github/ISSUE_TEMPLATE/") for document in documents())


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        pytest.param("Add a case", "add-a-case", id="words"),
        pytest.param("你自己的 Zadig", "你自己的-zadig", id="chinese"),
        pytest.param("结果（怎么读）", "结果怎么读", id="full-width-brackets"),
        pytest.param("What `make run` does, and why", "what-make-run-does-and-why", id="code-and-comma"),
        pytest.param("A [link](x.md) & more", "a-link--more", id="link-and-sign"),
        pytest.param("snake_case 1.7.0", "snake_case-170", id="underscore-and-dots"),
    ],
)
def test_anchors_are_those_of_github(heading: str, anchor: str) -> None:
    assert anchors_in_order(tokens(f"# {heading}\n")) == [anchor]


def test_heading_that_comes_again_has_a_number() -> None:
    assert anchors_in_order(tokens("# One\n\n## One\n\n# One\n")) == ["one", "one-1", "one-2"]


LINKS = {
    "no-such-file": "[a](gone.md)",
    "no-such-anchor": "[a](#gone)",
    "no-such-anchor-elsewhere": "[a](other.md#gone)",
    "anchor-of-another": "[a](other.md#here)",
    "reference": "[a][b]\n\n[b]: gone.md",
    "picture": "![a](gone.png)",
    "picture-that-is-none": "![a](text.png)",
    "picture-in-html": '<p><img alt="a" src="gone.png"></p>',
    "picture-in-the-line": 'So <img src="gone.png"> it is.',
    "picture-of-the-dark": '<picture><source srcset="gone.png"></picture>',
    "in-a-table": "| a |\n|---|\n| [a](gone.md) |",
    "out-of-the-project": "[a](../../etc)",
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_what_leads_nowhere_is_noticed(link: str, tmp_path: Path) -> None:
    """A link is followed however it is written."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "etc").mkdir()
    (root / "other.md").write_text("# There\n", encoding="utf-8")
    (root / "text.png").write_text("text", encoding="utf-8")
    (root / "a.md").write_text(f"# Here\n\n{link}\n\n`[a](code.md)` [b](#here) [c](other.md#there)\n", encoding="utf-8")
    assert len(lost("a.md", root)) == 1
