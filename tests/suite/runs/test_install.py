"""Installed from its wheel, the suite does all that it does in a checkout, from any folder."""

import json
import re
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from email.parser import Parser
from pathlib import Path

import jsonschema
import pytest

from contracts.catalog.release import ROOT
from contracts.run.version import VERSION
from contracts.standin.process import start
from helpers.installed import PLANTED, SECRET, Installed, installed, project_files
from helpers.once import made_once, shared
from helpers.processes import Done, contracts
from helpers.processes import pytest as pytest_here
from helpers.whole_runs import verdict_of

SHIPPED = "contracts/shipped/"
BREAKAGE = "envelope/cancel-task/no-such-task/code-changed"
BROKEN_FOLDER = {"pytest.ini": "[pytest]\naddopts = --no-such-option\n", "conftest.py": "raise SystemExit(9)\n"}
"""pytest's files of another project, with which pytest itself does not even start."""
MODULES = ("json", "os", "execnet", "xdist", "pytest", "allure_pytest", "requests", "sitecustomize", "usercustomize")
TRAPS = {f"{name}.py": "raise SystemExit('imported from the working directory')\n" for name in MODULES}
"""Modules in the working directory that are called as those that a run needs."""
PROJECT = "another project"
OF_OTHERS = {"PYTEST_ADDOPTS": "--no-such-option", "PYTEST_PLUGINS": "no_such_plugin"}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Return the suite, installed."""
    return installed(tmp_path_factory)


@pytest.fixture(scope="module")
def folder(suite: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a user who has another project in it, in which the cases ran once for all workers."""

    def make(made: Path) -> None:
        folder = made / PROJECT
        folder.mkdir()
        for name, text in BROKEN_FOLDER.items():
            (folder / name).write_text(text, encoding="utf-8")
        done = suite.call(folder, "run", "--run-dir", "runs/all", "--alluredir", "allure-results", **OF_OTHERS)
        (made / "done.json").write_text(json.dumps(asdict(done)), encoding="utf-8")

    return made_once(shared(tmp_path_factory, "installed-run"), make) / PROJECT


@pytest.fixture(scope="module")
def run(folder: Path) -> Done:
    """Return what came of all cases of the default profile, on the stand-in that the run starts itself."""
    return Done(**json.loads((folder.parent / "done.json").read_text(encoding="utf-8")))


@pytest.fixture
def broken(suite: Installed, tmp_path: Path) -> Iterator[str]:
    """Yield the command that a stand-in proposes which breaks one promise."""
    command = [str(suite.bin / "zadig-contracts"), "standin", "--breakage", BREAKAGE]
    with subprocess.Popen(
        command, cwd=tmp_path, env=suite.environment(PYTHONUNBUFFERED="1"), stdout=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        yield next(line for line in served.stdout if line.startswith("try: ")).removeprefix("try: ").strip()
        served.terminate()


def test_source_archive_is_the_project(suite: Installed) -> None:
    """Every file of the project is in it, byte for byte, and nothing else that lies in a checkout."""
    with tarfile.open(suite.archive) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        found = {member.name.partition("/")[2]: archive.extractfile(member) for member in members}
        assert sorted(found.keys() - {"PKG-INFO"}) == project_files()
        assert not found.keys() & {*PLANTED}
        for name, content in found.items():
            assert name == "PKG-INFO" or content.read() == (ROOT / name).read_bytes(), name


def test_wheel_is_the_package_with_cases_and_schemas(suite: Installed) -> None:
    """Made from the source archive, it has each file of the package, the cases and the schemas, and nothing else."""
    own = ("contracts/", "schemas/", "tests/api/", "conftest.py", "pytest.ini", "requirements.lock")
    wanted = {
        name if name.startswith("contracts/") else f"{SHIPPED}{name}": (ROOT / name).read_bytes()
        for name in project_files()
        if name.startswith(own)
    }
    with zipfile.ZipFile(suite.wheel) as wheel:
        found = {name: wheel.read(name) for name in wheel.namelist() if ".dist-info/" not in name}
        about = {name.partition("/")[2] for name in wheel.namelist()} - {name.partition("/")[2] for name in found}
        assert not [name for name in wheel.namelist() if SECRET.encode() in wheel.read(name)]
    assert found == wanted
    assert about == {"METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE", "RECORD"}


def test_metadata_says_what_it_is(suite: Installed) -> None:
    """Version, licence and the least Python stand in the wheel, and no address that does not exist."""
    with zipfile.ZipFile(suite.wheel) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("METADATA"))
        about = Parser().parsestr(wheel.read(name).decode())
    assert (about["Version"], about["License-Expression"]) == (VERSION, "Apache-2.0")
    assert about["Requires-Python"] == ">=3.11"
    assert about.get_all("Project-URL") is None
    assert about["Home-page"] is None


def test_main_job_outside_of_any_checkout(run: Done, folder: Path) -> None:
    """All cases run and hold; the run is in the working folder, whose own pytest files do not count."""
    assert run.code == 0, run.output + run.errors
    found = verdict_of(folder / "runs" / "all")
    assert (found["verdict"], found["counts"]["held"]) == ("accepted", found["counts"]["planned"])
    assert {path.name for path in folder.iterdir()} == {*BROKEN_FOLDER, "runs", "allure-results", ".pytest_cache"}
    assert (folder / "runs" / "all" / "report.html").is_file()
    assert any((folder / "allure-results").glob("*-result.json"))


def test_what_is_written_is_as_in_a_checkout(run: Done, folder: Path) -> None:
    """Tests have the names that they have there, not the way to where they are installed."""
    assert re.search(r"^tests/api/test_cancel_task\.py \.", run.output, re.MULTILINE)
    assert len(run.output.splitlines()) < 40
    found = verdict_of(folder / "runs" / "all")
    jsonschema.validate(found, json.loads((ROOT / "schemas" / "verdict.json").read_text(encoding="utf-8")))
    assert found["run"]["command"] == "zadig-contracts run"
    assert found["run"]["suite"] == {"version": VERSION, "commit": None}


def test_same_tests_as_in_a_checkout(suite: Installed, tmp_path: Path) -> None:
    """The ids are those that pytest collects in a checkout, one for one and in the same order."""
    listed = ["--collect-only", "-q", "--profile", "acceptance"]
    checkout = pytest_here("tests/api", *listed)
    assert checkout.code == 0
    ids = [line for line in checkout.output.splitlines() if "::" in line]
    found = [line for line in suite.call(tmp_path, "run", *listed).output.splitlines() if "::" in line]
    assert found == ids
    assert len(ids) > 100


def test_shards_with_workers_can_be_put_together(suite: Installed, tmp_path: Path) -> None:
    """Processes of xdist find the cases too; what two shards ran is one whole run."""
    for part, how in ((1, ("-n", "2")), (2, ("-p", "no:cacheprovider"))):
        arguments = ("-k", "cancel-task", "--shard", f"{part}/2", "--run-dir", f"shard-{part}", "-q", *how)
        done = suite.call(tmp_path, "run", *arguments)
        assert done.code == 0, done.output + done.errors
    merged = suite.call(tmp_path, "merge", "shard-1", "shard-2", "--out", "whole")
    assert merged.code == 0, merged.output + merged.errors
    assert verdict_of(tmp_path / "whole")["not_run"] == []


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one-process", "workers"])
def test_nothing_is_imported_from_the_working_directory(
    workers: tuple[str, ...], suite: Installed, tmp_path: Path
) -> None:
    """Whatever lies there, by whatever name: neither the run nor its workers and its stand-in load it."""
    (tmp_path / "contracts").mkdir()
    for name, text in {**BROKEN_FOLDER, **TRAPS, "contracts/__init__.py": TRAPS["json.py"]}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "run").mkdir()  # pytest would look beside it for a conftest.py
    done = suite.call(tmp_path, "run", "--profile", "smoke", "--run-dir", "run", *workers)
    assert done.code == 0, done.output + done.errors
    assert "imported from" not in done.output + done.errors


def test_broken_promise_can_be_seen_again_as_printed(suite: Installed, broken: str, tmp_path: Path) -> None:
    """The commands that a stand-in and a report print work as they stand there."""
    first = suite.shell(tmp_path, f"{broken} -q -k cancel-task --run-dir first")
    assert first.code == 1, first.output + first.errors
    (alone,) = re.findall(r"^  alone: (zadig-contracts run .*)$", first.output, re.MULTILINE)
    again = suite.shell(tmp_path, f"{alone} --run-dir second")
    assert again.code == 1, again.output + again.errors
    (case,) = verdict_of(tmp_path / "second")["cases"]
    assert case["result"] == "breach"
    assert f"-k '[{case['case']}]'" in alone
    assert suite.call(tmp_path, "bundle", "second").code == 0
    with zipfile.ZipFile(tmp_path / "second" / "evidence.zip") as bundle:
        assert case["wanted"]["schema"] in bundle.namelist()


def test_commands_about_a_run(run: Done, suite: Installed, folder: Path) -> None:
    """The verdict can be taken again, and reported anew."""
    assert run.code == 0
    for arguments in (("gate",), ("report", "--allure", "runs/allure")):
        done = suite.call(folder, *arguments, "runs/all")
        assert done.code == 0, done.output + done.errors


def test_doctor_looks_at_a_target(suite: Installed, tmp_path: Path) -> None:
    with start() as stand_in:
        done = suite.call(tmp_path, "doctor", "--base-url", stand_in.base_url)
    assert done.code == 0, done.output + done.errors


@pytest.mark.parametrize(
    "arguments", [pytest.param(("derive",), id="derive"), pytest.param(("timings", "runs/all"), id="timings")]
)
def test_what_writes_into_the_project_says_that_it_needs_one(
    arguments: tuple[str, ...], suite: Installed, run: Done, folder: Path
) -> None:
    """Nothing is written into an installed package; one line says what to do."""
    assert run.code == 0
    done = suite.call(folder, *arguments)
    assert (done.code, done.output, len(done.errors.splitlines())) == (4, "", 1)
    assert done.errors.startswith(f"{arguments[0]}: needs a checkout of the project")


def test_what_only_reads_the_releases_needs_no_checkout(suite: Installed, tmp_path: Path) -> None:
    """A page of the user's own can be looked through, and held against a release."""
    page = str(next((ROOT / "tests" / "suite").rglob("plain.md")))
    looked = suite.call(tmp_path, "derive", "--findings", "--notes", page)
    compared = suite.call(tmp_path, "diff-contract", "1.7.0", page)
    assert (looked.code, looked.errors) == (0, "")
    assert "assumed" in looked.output
    assert (compared.code, compared.errors) == (0, "")


def test_checkout_runs_its_cases_from_any_folder(tmp_path: Path) -> None:
    """python -m contracts run is the same in a checkout, and says there how cases are run there."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for name, text in BROKEN_FOLDER.items():
        (folder / name).write_text(text, encoding="utf-8")
    done = contracts("run", "--profile", "smoke", "--run-dir", "run", cwd=folder, **OF_OTHERS)
    assert done.code == 0, done.output
    assert verdict_of(folder / "run")["run"]["command"] == "pytest tests/api"
    assert (folder / ".pytest_cache").is_dir()
