"""What a command of the deriver says and writes for a small project of boats is what a person reviewed, to the letter.

The project and its expectations stand in `pages/told`. No test writes these; after a change on purpose
`python -m tests.suite.derive.expectations` does, and what it changed is to be read.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from contracts.derive.command import derive, show
from contracts.derive.contract.diff import FORMS, diff_contract
from contracts.derive.new_release import new_release

TOLD = Path(__file__).parent / "pages/told"
OLD, NEW = TOLD / "old.md", TOLD / "new.md"


class Told:
    """A copy of the project of boats, and all that was said about it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lines: list[str] = []
        releases = root / "contracts/apis/aslan"
        shutil.copytree(TOLD / "releases", releases)
        shutil.copy(TOLD / "operations.toml", releases)

    def start(self) -> None:
        """Derive from the old page, and keep nothing of what is said."""
        self.derive(OLD)
        self.lines.clear()

    def say(self, code: int) -> None:
        """Keep the exit code of a command behind what it said."""
        self.lines.append(f"exit code {code}")

    def derive(self, *pages: Path, check: bool = False) -> None:
        """Derive from pages, or compare."""
        self.say(derive(self.root, pages, check, self.lines.append))

    def files(self, *below: str) -> None:
        """Say the files below these folders."""
        for path in sorted(path for folder in below for path in (self.root / folder).rglob("*") if path.is_file()):
            self.lines += [f"---- {path.relative_to(self.root).as_posix()}", path.read_bytes().decode()]

    @property
    def text(self) -> str:
        """All that was said, with places of this project only."""
        places = {str(TOLD): "told", str(self.root): "project"}
        text = "\n".join(self.lines) + "\n"
        for place, name in places.items():
            text = text.replace(place, name)
        return text


def derived(told: Told) -> None:
    """A release and a later one of another page: what is said, then every schema and both descriptions."""
    told.derive(OLD)
    release(told, NEW, "2.2.0")
    told.files("schemas/aslan/2.0.0", "schemas/aslan/2.2.0")
    told.derive(OLD, NEW)


def observed(told: Told) -> None:
    """A release that builds on another and has no page of its own, then one that has no page at all."""
    told.start()
    told.files("schemas/aslan/2.1.0")
    for release in ("2.0.0", "2.1.0"):
        (told.root / "contracts/apis/aslan" / release / "documented.json").unlink(missing_ok=True)
    path = told.root / "contracts/apis/aslan/2.0.0/observed.toml"
    text = path.read_text(encoding="utf-8")
    start = text.index("[operations.look]")
    path.write_text(text[:start] + text[text.index("[operations.sail]") :], encoding="utf-8")
    shutil.rmtree(told.root / "contracts/apis/aslan/2.1.0")
    told.derive()
    told.files("schemas")


def bare(told: Told) -> None:
    """A release of which only the page is known, whose operations partly have no answers."""
    for name in ("2.0.0", "2.1.0"):
        shutil.rmtree(told.root / "contracts/apis/aslan" / name)
    facts = told.root / "contracts/apis/aslan/9.9.0/observed.toml"
    facts.parent.mkdir()
    facts.write_text('release = "9.9.0"\n', encoding="utf-8")
    paged = told.root / "contracts/apis/aslan/3.0.0/documented.json"
    paged.parent.mkdir()
    paged.write_text("{}", encoding="utf-8")
    told.derive(TOLD.parent / "forms/odd-requests.md")
    told.lines = [line for line in told.lines if "; assumed that " not in line]
    told.lines.append((told.root / "schemas/aslan/9.9.0/openapi.json").read_text(encoding="utf-8"))


def checked(told: Told) -> None:
    """What is up to date, then every way not to be."""
    told.start()
    told.derive(check=True)
    told.derive(OLD, check=True)
    schemas = told.root / "schemas/aslan"
    (schemas / "2.0.0/look/found.json").unlink()
    (schemas / "2.0.0/look/hidden.json").write_bytes(b"")
    path = schemas / "2.1.0/look/missing.json"
    path.write_text(path.read_text(encoding="utf-8").replace("\n", "\r\n"), encoding="utf-8", newline="")
    path = schemas / "2.0.0/sail/queued.json"
    path.write_text(path.read_text(encoding="utf-8").replace("integer", "string"), encoding="utf-8")
    for name in ("2.0.0/stale/old.json", "1.0.0/gone.json", "1.0.0/gone/too.json", "notes/kept.txt"):
        (schemas / name).parent.mkdir(parents=True, exist_ok=True)
        (schemas / name).write_text("old\n", encoding="utf-8")
    told.derive(check=True)
    told.derive()
    told.derive(check=True)
    told.lines += sorted(path.relative_to(told.root).as_posix() for path in schemas.rglob("*"))


def refused(told: Told) -> None:
    """What cannot be derived from: a line each, and nothing is written."""
    releases = told.root / "contracts/apis/aslan"
    copy = told.root / "copy.md"
    shutil.copy(OLD, copy)
    lines = told.lines
    told.derive(OLD, copy)
    lines[:] = [line for line in lines if "; assumed that " not in line]
    told.derive(TOLD / "missing.md")
    copy.write_text("## Boats\n", encoding="utf-8")
    told.derive(copy)
    copy.write_bytes(b"abc\xff")
    told.derive(copy)
    copy.write_text("GET /api/aslan/boats\n", encoding="utf-8")
    told.derive(copy)
    told.files("schemas")
    for content in (
        "{",
        '{"release": "2.0.0"}',
        "[]",
        '{"release": "1.0.0", "page": {"file": "x"}, "operations": {"a": 1}}',
    ):
        (releases / "2.0.0/documented.json").write_text(content, encoding="utf-8")
        told.derive()
        told.say(diff_contract(told.root, "2.0.0", str(OLD), "text", True, lines.append))
    (releases / "2.0.0/documented.json").unlink()
    told.say(diff_contract(told.root, "2.0.0", str(OLD), "text", True, lines.append))
    (releases / "2.0.0/observed.toml").unlink()
    told.derive(OLD)
    lines[:] = [line for line in lines if "; assumed that " not in line]
    (releases / "operations.toml").write_bytes(b"\xff")
    told.derive(OLD)
    (releases / "operations.toml").unlink()
    told.derive(OLD)
    told.files("schemas")
    shutil.rmtree(releases)
    told.derive()
    told.say(diff_contract(told.root, "2.0.0", "2.1.0", "text", True, lines.append))
    shutil.copytree(TOLD / "releases", releases)
    observed = releases / "2.0.0/observed.toml"
    text = observed.read_text(encoding="utf-8")
    for old, new in REFUSED:
        assert old in text
        observed.write_text(text.replace(old, new, 1), encoding="utf-8")
        shutil.copy(TOLD / "operations.toml", releases)
        told.say(derive(told.root, (OLD,), True, lambda line: "; assumed that " in line or lines.append(line)))


NONE = '[operations.sink.answers.none]\nstatus = 400\ndocumented = "error"\nsource = "a server"\nmeans = "None."\n'
REFUSED = (
    ('documented = "success"', 'body = "empty"'),
    ('documented = "error"', 'documented = "error"\nvalues = { extra = "x" }'),
    ("[operations.sink.answers.sunk]", f"{NONE}\n[operations.sink.answers.sunk]"),
    ('method = "POST"\n', ""),
    ('path = "/boats/:id/sail/:to"\n', ""),
    ("minimum = { id = 1 }", "minimum = { id = 2 }"),
    ('description = "no boat {id}"', 'description = "no boats {id}"'),
)
"""What of the facts is exchanged for something that contradicts itself or the page."""


def findings(told: Told) -> None:
    """The doubts of two pages as lines and as JSON, with and without a failure for them."""
    pages = (OLD, NEW, TOLD.parent / "forms/placeholders.md")
    for as_json, strict in ((False, False), (False, True), (True, True)):
        told.say(show(told.root, pages, as_json, strict, told.lines.append))
    told.say(show(told.root, pages, False, True, told.lines.append, notes=True))
    told.say(show(told.root, (OLD, TOLD / "missing.md"), False, False, told.lines.append))


def changes(told: Told) -> None:
    """What changed from page to page and back, and between releases, in every form."""
    told.start()
    for form in FORMS:
        told.say(diff_contract(told.root, str(OLD), str(NEW), form, False, told.lines.append))
    for form in ("text", "json"):
        told.say(diff_contract(told.root, str(NEW), str(OLD), form, True, told.lines.append))
        told.say(diff_contract(told.root, "2.0.0", "2.1.0", form, True, told.lines.append))
        told.say(diff_contract(told.root, "2.1.0", "2.0.0", form, False, told.lines.append))
    told.say(diff_contract(told.root, "2.0.0", str(NEW), "text", False, told.lines.append))
    told.say(diff_contract(told.root, "2.0.0", "2.0.0", "markdown", True, told.lines.append))
    for wrong in ("3.0.0", "missing.md"):
        told.say(diff_contract(told.root, "2.0.0", wrong, "text", True, told.lines.append))


def release(told: Told, page: Path, name: str, base: str | None = None) -> None:
    """Start a release."""
    told.say(new_release(told.root, page, name, base, told.lines.append))


def started(told: Told) -> None:
    """New releases of a page that says much otherwise, and of one that says the same."""
    told.start()
    release(told, NEW, "2.2.0")
    release(told, OLD, "2.10.0", "2.0.0")
    release(told, TOLD / "third.md", "2.2.1", "2.1.0")
    release(told, TOLD / "third.md", "2.11.0")
    for name in ("2.2.0", "2.10.0", "2.2.1"):
        folder = told.root / "contracts/apis/aslan" / name
        assert json.loads((folder / "documented.json").read_text(encoding="utf-8"))["release"] == name
        told.lines += [(folder / file).read_text(encoding="utf-8") for file in ("observed.toml", "cases.toml")]
        told.lines += sorted(
            path.relative_to(told.root).as_posix() for path in (told.root / "schemas/aslan" / name).rglob("*")
        )

    told.files("schemas/aslan/2.2.1/sail")


def not_started(told: Told) -> None:
    """Whatever stands in the way of a release is a line, and leaves all as it was."""
    told.start()
    (told.root / "schemas/aslan/2.3.0").mkdir()
    before = sorted(told.root.rglob("*"))
    for page, name, base in (
        (NEW, "2.2", None),
        (NEW, "2.1.0", None),
        (NEW, "1.0.0", None),
        (NEW, "2.3.0", None),
        (NEW, "2.2.0", "7.0.0"),
        (TOLD / "missing.md", "2.2.0", None),
    ):
        release(told, page, name, base)
    cases = told.root / "contracts/apis/aslan/2.1.0/cases.toml"
    kept = cases.read_bytes()
    cases.write_bytes(b"[")
    release(told, NEW, "2.2.0")
    cases.write_bytes(kept)
    observed = told.root / "contracts/apis/aslan/2.1.0/observed.toml"
    observed.write_bytes(b'release = "2.1.0"\nbase = "2.0.0"\ncolour = 1\n')
    release(told, NEW, "2.2.0", "2.0.0")
    assert sorted(told.root.rglob("*")) == before


SCENES: dict[str, Callable[[Told], None]] = {
    scene.__name__: scene
    for scene in (derived, observed, bare, checked, refused, findings, changes, started, not_started)
}


def said(scene: str, root: Path) -> str:
    """Return all that is said and written in a scene, in the folder of a project that is made there."""
    told = Told(root)
    SCENES[scene](told)
    return told.text


@pytest.mark.parametrize("scene", SCENES)
def test_command_says_and_writes_what_was_reviewed(scene: str, tmp_path: Path) -> None:
    """Each line, each file and each exit code of a scene is as it was when a person last looked at it."""
    expected = (TOLD / "expected" / f"{scene}.txt").read_bytes().decode()
    assert said(scene, tmp_path).splitlines() == expected.splitlines()


def test_each_expectation_has_a_scene() -> None:
    """No expectation is left behind when a scene goes."""
    assert {path.stem for path in (TOLD / "expected").iterdir()} == set(SCENES)


def test_derived_files_of_this_project_are_up_to_date() -> None:
    """What is derived from this project's releases is what stands in its repository."""
    lines: list[str] = []
    assert derive(ROOT, (), True, lines.append) == 0, lines


def test_derived_json_is_json() -> None:
    """The JSON forms of what is said are JSON, whatever a page has in it."""
    lines: list[str] = []
    diff_contract(ROOT, str(OLD), str(NEW), "json", False, lines.append)
    content = json.loads("\n".join(lines))
    assert content["breaking"] == sum(row["breaking"] for row in content["changes"]) > 0
