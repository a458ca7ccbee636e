"""The derived files: written once, the same bytes each time, and compared to the last byte."""

import json
import shutil
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from openapi_spec_validator.readers import read_from_filename

from contracts.derive.command import derive

ROOT = Path(__file__).parents[3]
PAGE = Path(__file__).parent / "pages/plain.md"
ANSWERS = """
[operations.cancel-task.answers.success]
status = 200
documented = "success"
source = "a server"
means = "Stopped."

[operations.cancel-task.answers.gone]
status = 400
documented = "error"
source = "a server"
means = "Nothing there."
"""
LATER = """
[operations.cancel-task.answers.success]
status = 200
sample = { message = "success", id = 1 }
source = "a later server"
means = "Stopped, and which."
"""


class Project:
    """A small project with one page and its facts, and the lines that deriving says."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: list[str] = []
        releases = root / "contracts/apis/aslan"
        releases.mkdir(parents=True)
        shutil.copy(ROOT / "contracts/apis/aslan/operations.toml", releases)
        self.observed("9.9.0", ANSWERS)

    def observed(self, release: str, rows: str, base: str | None = None) -> None:
        """Write the facts of a release."""
        folder = self.root / "contracts/apis/aslan" / release
        folder.mkdir(exist_ok=True)
        top = f'release = "{release}"\n' + (f'base = "{base}"\n' if base else "")
        (folder / "observed.toml").write_text(top + rows, encoding="utf-8")

    def derive(self, *pages: Path, check: bool = False, split: bool = False) -> int:
        """Derive, and keep what is said."""
        self.said.clear()
        return derive(self.root, pages, check, self.said.append, split=split)

    def files(self) -> dict[str, bytes]:
        """Return every file of the project by its path."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes() for path in self.root.rglob("*") if path.is_file()
        }

    def schemas(self) -> set[str]:
        """Return the paths of the derived schema files."""
        return {path.removeprefix("schemas/aslan/") for path in self.files() if path.startswith("schemas/")}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def derived(project: Project) -> Project:
    assert project.derive(PAGE) == 0
    return project


def test_page_becomes_documented_file_and_schemas(derived: Project):
    """One page gives documented.json, a schema per request and answer, and the OpenAPI description."""
    assert "contracts/apis/aslan/9.9.0/documented.json" in derived.files()
    assert derived.schemas() == {
        "9.9.0/openapi.json",
        "9.9.0/cancel-task/request.json",
        "9.9.0/cancel-task/success.json",
        "9.9.0/cancel-task/gone.json",
        "9.9.0/create-workflow/request.json",
        "9.9.0/create-workflow/success.json",
        "9.9.0/create-workflow/error.json",
    }
    assert derived.said[0] == "4 notes that ask nothing: see them with --notes"
    assert derived.said[-1] == "9.9.0: 8 files, 8 written, 0 removed"


def test_deriving_again_changes_no_byte(derived: Project):
    """The same input gives the same bytes."""
    before = derived.files()
    assert derived.derive(PAGE) == 0
    assert derived.files() == before
    assert derived.said[-1] == "9.9.0: 8 files, 0 written, 0 removed"


def test_derived_text_is_sorted_and_readable(derived: Project):
    """Files are indented, sorted, in plain UTF-8, and end with a line end."""
    text = derived.files()["contracts/apis/aslan/9.9.0/documented.json"].decode()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert "停止失败" in text


def test_check_is_content_with_derived_files(derived: Project):
    """Nothing differs right after deriving, with the page and without."""
    assert derived.derive(check=True) == 0
    assert derived.said == ["9.9.0: 7 files up to date"]
    assert derived.derive(PAGE, check=True) == 0


def test_files_in_the_repository_are_up_to_date():
    """The schemas of this project are what its data derives to."""
    said: list[str] = []
    assert derive(ROOT, (), True, said.append) == 0, "\n".join(said)


SCHEMA = "schemas/aslan/9.9.0/cancel-task/gone.json"


def test_check_shows_a_changed_byte_and_writes_nothing(derived: Project):
    """The difference is a unified diff of the file."""
    path = derived.root / SCHEMA
    path.write_bytes(path.read_bytes().replace(b"6163", b"6164"))
    before = derived.files()
    assert derived.derive(check=True) == 1
    assert f"--- {SCHEMA}\n+++ {SCHEMA}" in derived.said[0]
    assert '+      "const": 6163' in derived.said[0]
    assert derived.files() == before


def test_check_shows_a_missing_line_end(derived: Project):
    """A difference that a diff of lines cannot show is named all the same."""
    path = derived.root / SCHEMA
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert derived.derive(check=True) == 1
    assert derived.said[0].startswith(f"{SCHEMA}: differs in its line ends")


def test_check_shows_a_missing_file(derived: Project):
    """A file that should be there is shown as new."""
    (derived.root / SCHEMA).unlink()
    assert derived.derive(check=True) == 1
    assert f"--- /dev/null\n+++ {SCHEMA}" in derived.said[0]


@pytest.mark.parametrize(
    "stale", [f"schemas/aslan/{name}.json" for name in ("9.9.0/cancel-task/old", "9.9.0/old/a", "8.8.0/a")]
)
def test_stale_file_is_shown_and_then_removed(derived: Project, stale: str):
    """A file that nothing derives to any more is a difference, and deriving removes it."""
    path = derived.root / stale
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}\n", encoding="utf-8")
    assert derived.derive(check=True) == 1
    assert any(f"--- {stale}\n+++ /dev/null" in line for line in derived.said)
    assert derived.derive() == 0
    assert stale not in derived.files()
    assert derived.derive(check=True) == 0


def test_check_compares_the_page_with_the_documented_file(derived: Project, tmp_path: Path):
    """A page that has changed shows as a difference in documented.json and in the schemas."""
    page = tmp_path / "plain.md"
    page.write_text(PAGE.read_text(encoding="utf-8").replace("6163", "6999"), encoding="utf-8")
    assert derived.derive(page, check=True) == 1
    assert any(line.startswith("--- contracts/apis/aslan/9.9.0/documented.json") for line in derived.said)
    assert any(line.startswith(f"--- {SCHEMA}") for line in derived.said)


CHANGES = {
    "success-key": ('{"message": "success"}', '{"massage": "success"}', {"cancel-task/success.json"}),
    "success-value": ('{"message": "success"}', '{"message": "succesz"}', {"cancel-task/success.json"}),
    "error-code": ("6163", "6164", {"cancel-task/gone.json"}),
    "error-key": ('"extra"', '"extre"', {"cancel-task/gone.json"}),
    "body-key": ('"labels": [', '"lebels": [', {"create-workflow/request.json"}),
    "body-type": ('"limit": 3', '"limit":"3"', {"create-workflow/request.json"}),
    "further-error-code": ("6540", "6541", {"create-workflow/error.json"}),
    "text-that-no-schema-holds": ("nothing found", "nothing faund", set()),
}


@pytest.mark.parametrize(("old", "new", "changed"), CHANGES.values(), ids=CHANGES)
def test_change_of_a_sample_changes_exactly_its_schema(
    derived: Project, tmp_path: Path, old: str, new: str, changed: set[str]
):
    """One character more or less in a sample shows in the schema of that answer or request, and in no other."""

    def schemas() -> dict[str, bytes]:
        found = {path.removeprefix("schemas/aslan/9.9.0/"): data for path, data in derived.files().items()}
        return {path: data for path, data in found.items() if "/" in path and not path.startswith("contracts/")}

    before = schemas()
    page = tmp_path / "plain.md"
    page.write_text(PAGE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert derived.derive(page) == 0
    after = {path: data for path, data in schemas().items() if path != "plain.md"}
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} == changed


@pytest.mark.parametrize("form", sorted((PAGE.parent / "forms").glob("*.md")), ids=lambda path: path.stem)
def test_each_form_becomes_schemas_and_a_valid_description(project: Project, tmp_path: Path, form: Path):
    """Whatever form a page has, its operations and answers become schemas, and OpenAPI that other tools accept."""
    page = tmp_path / "page.md"
    front = "---\npermalink: /v9.9.0/api/sample/\n---\n"
    page.write_text(front + form.read_bytes().decode().removeprefix("\ufeff").split("---\n", 2)[-1], encoding="utf-8")
    project.observed("9.9.0", "")
    assert project.derive(page) == 0, project.said[-1]
    documented = json.loads(project.files()["contracts/apis/aslan/9.9.0/documented.json"])
    assert project.schemas() == {
        "9.9.0/openapi.json",
        *(f"9.9.0/{name}/request.json" for name in documented["operations"]),
        *(
            f"9.9.0/{name}/{answer}.json"
            for name, operation in documented["operations"].items()
            for answer, shown in operation["answers"].items()
            if "text" not in shown
        ),
    }
    content, base = read_from_filename(str(project.root / "schemas/aslan/9.9.0/openapi.json"))
    validate(content, base_uri=base)


def test_page_without_a_release_is_not_derived(derived: Project, tmp_path: Path):
    """Without a release nobody knows where to write: one line says what the page needs."""
    page = tmp_path / "plain.md"
    page.write_text(PAGE.read_text(encoding="utf-8").replace("/v9.9.0/", "/latest/"), encoding="utf-8")
    before = derived.files()
    assert derived.derive(page) == 4
    assert derived.said == [
        "plain.md:1: names no release: add front matter with a line permalink: /v1.7.0/api/workflow/"
    ]
    assert derived.files() == before


def test_release_on_a_base_has_files_only_for_what_differs(derived: Project):
    """What a later release takes over stands in the folder of its base, and a split description refers there."""
    derived.observed("9.10.0", LATER, base="9.9.0")
    derived.observed("9.11.0", "", base="9.10.0")
    before = derived.schemas()
    assert derived.derive(split=True) == 0
    assert derived.schemas() - before == {
        "9.10.0/openapi.json",
        "9.10.0/cancel-task/success.json",
        "9.11.0/openapi.json",
    }
    content, base = read_from_filename(str(derived.root / "schemas/aslan/9.11.0/openapi.json"))
    validate(content, base_uri=base)
    text = json.dumps(content)
    assert '"../9.10.0/cancel-task/success.json"' in text
    assert '"../9.9.0/cancel-task/gone.json"' in text
    assert derived.derive(check=True, split=True) == 0
    assert [line.split(":")[0] for line in derived.said] == ["9.9.0", "9.10.0", "9.11.0"]


def test_description_is_split_only_where_it_is_asked_for(derived: Project):
    """Without --split the description is complete in itself; --check compares the form that is asked for."""
    whole = derived.files()["schemas/aslan/9.9.0/openapi.json"]
    assert b".json#" not in whole
    assert derived.derive(check=True, split=True) == 1
    assert derived.derive(split=True) == 0
    text = derived.files()["schemas/aslan/9.9.0/openapi.json"].decode()
    assert '"cancel-task/gone.json"' in text
    assert '"create-workflow/request.json#/properties/body"' in text
    assert derived.derive(check=True, split=True) == 0
    assert derived.derive(check=True) == 1
    assert derived.derive() == 0
    assert derived.files()["schemas/aslan/9.9.0/openapi.json"] == whole


def test_page_of_a_release_without_facts_is_written_and_the_gap_named(project: Project):
    """A new release starts with its page; what is missing is said."""
    (project.root / "contracts/apis/aslan/9.9.0/observed.toml").unlink()
    assert project.derive(PAGE) == 0
    assert "contracts/apis/aslan/9.9.0/documented.json" in project.files()
    assert "9.9.0: no schemas, because contracts/apis/aslan/9.9.0/observed.toml is missing: write it" in project.said


def test_unusable_input_is_one_line_and_changes_nothing(derived: Project, tmp_path: Path):
    """A page that is not there, not text or not a page is said in one line, with exit code 4."""
    binary = tmp_path / "binary.md"
    binary.write_bytes(b"\xff\xfe")
    empty = tmp_path / "empty.md"
    empty.write_bytes(b"")
    before = derived.files()
    for page in (tmp_path / "missing.md", tmp_path, binary, empty):
        assert derived.derive(page) == 4
        assert len(derived.said) == 1
        assert "\n" not in derived.said[0]
    assert derived.derive(PAGE, PAGE) == 4
    assert "a second page of release 9.9.0" in derived.said[-1]
    assert derived.files() == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"release": "9.9.0"}'])
def test_damaged_documented_file_is_named(derived: Project, text: str):
    """A documented.json that was edited beyond reading asks for its page."""
    (derived.root / "contracts/apis/aslan/9.9.0/documented.json").write_text(text, encoding="utf-8")
    assert derived.derive() == 4
    assert derived.said == ["9.9.0/documented.json: is damaged: derive it again from its page"]
    assert derived.derive(PAGE) == 0
