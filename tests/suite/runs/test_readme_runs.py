"""What READMEs and guides print for a shell, and all settings, run as printed, before a stand-in as one's Zadig.

What stands for something of the reader's is put in by the tables here; a folder of runs/ that a line reads and nobody
has made is made first. Two things alone do not run: make, which says with -n what it would do, because its targets set
up anew, run for minutes or remove; and npx, which is another tool's (test_allure3.py runs it).
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
import requests

from contracts.__main__ import main
from contracts.catalog.release import ROOT
from contracts.settings.readme_table import BEGIN, END
from contracts.settings.settings import SETTINGS, load
from helpers.documents import COMMENT, COMPARED, DOCUMENTS, GUIDES, READMES, SETTINGS_PAGES, fences, inline, read
from helpers.documents import commands as commands_in
from helpers.live_target import BOTH, TODAY, live
from helpers.processes import HANG, environment, run
from helpers.processes import pytest as run_pytest
from helpers.shell import checkout, serving
from helpers.whole_runs import run as run_cases

ADDRESS = "https://zadig.example.com"
TOKEN_FILE = ".zadig-token"
RUN = "runs/candidate"
BROKEN = "runs/broken"
KEY = "bundle.key"
BREAKAGE = "status/cancel-task/no-such-task/404"
STANDS_FOR: Mapping[str, str] = {
    "RUN": RUN,
    "FILE": f"{RUN}/evidence.zip",
    "PAGE": "tests/suite/derive/pages/plain.md",
    "NAME": BREAKAGE,
    "KEY": KEY,
    "CASE": "flows/one-life",
    "WORD": "drift",
}
"""What a reader has something of his own for; the address is that of the stand-in."""
COMPLETED: Mapping[str, str] = {
    "report": RUN,
    "gate": RUN,
    "deviations": "--help",
    "bundle": RUN,
    "timings": RUN,
    "compare": f"{RUN} {RUN}",
    "merge": f"{RUN} --out runs/merged",
    "notify": "--help",
    "diff-contract": "1.8.0 1.9.0",
    "new-release": "tests/suite/derive/pages/plain.md --release 1.9.7",
    "campaign": f"--only {BREAKAGE}",
}
"""What a command that is named without its arguments is given; the whole campaign takes an hour."""
WRITES = f"python -m contracts deviations add {BROKEN}"
MADE_FIRST: Mapping[str, str] = {
    "bundle --verify": f"umask 077; echo {'0123456789abcdef' * 4} > {KEY};"
    f" rm -f {RUN}/evidence.zip; python -m contracts bundle {RUN} --key-file {KEY}",
    "deviations prune": f"[ -e deviations.toml ] || {WRITES}",
}
"""What else has to be done before a line."""
REJECTED = "--profile regression --deviations none -k documented-body"
"""What makes a run that has something to write down."""
NOT_FOR: Mapping[str, str] = {
    "--behaviour": "ZADIG_BASE_URL ZADIG_TOKEN_FILE",
    "--shard": "ZADIG_PROFILE",
    "-k": "ZADIG_PROFILE",
    "--operation": "ZADIG_PROFILE",
    "--exclude": "ZADIG_PROFILE",
}
"""What is not set for a line with an option: a behaviour is the built-in stand-in's; smoke is too small for a part."""
COMMAND = re.compile(r"(?:make|pytest|python -m contracts|npx) ")


def blocks() -> dict[str, tuple[str, ...]]:
    """Return the lines of each block of shell by the first of them, without comments, of all pages."""
    shown = [fence.text.splitlines() for name in GUIDES for fence in fences(read(name)) if fence.language == "sh"]
    bare = [tuple(line for shown_line in lines if (line := COMMENT.sub("", shown_line).strip())) for lines in shown]
    return {lines[0]: lines for lines in bare}


def commands() -> list[str]:
    """Return the commands that stand in the text and in the tables, of all pages."""
    spans = [part.content for name in (*GUIDES, *COMPARED) for part in inline(read(name)) if part.type == "code_inline"]
    return list(dict.fromkeys(span for span in spans if COMMAND.match(span)))


class Reader:
    """Somebody in a checkout, with a Zadig of his own, who types what he reads."""

    def __init__(self, folder: Path, address: str, shell: Mapping[str, str]) -> None:
        self.folder, self.address, self._shell = folder, address, shell

    def types(self, *lines: str) -> None:
        """Type lines one after the other into one shell; each of them has to end well."""
        kept = self.folder / "shell.env"
        kept.unlink(missing_ok=True)
        for line in lines:
            if line.startswith("python -m contracts standin"):
                with serving(self.meant(line), self.folder, self._shell) as port:
                    assert port
                continue
            for first in self._first(line):
                self._types(first, "")
            self._types(line, f"[ ! -e {kept.name} ] || . ./{kept.name}; ", f"export -p > {kept.name}")

    def _types(self, line: str, before: str, after: str = ":") -> None:
        meant = self.meant(line)
        unset = "".join(f"unset {name}; " for option, name in NOT_FOR.items() if option in line.split())
        whole = f"{before}{unset}{meant}; code=$?; {after}; exit $code"
        done = run(whole, self.folder, self._shell)
        assert done.code == 0, f"{line}: typed as {meant!r}, exit code {done.code}:\n{done.output}"

    def meant(self, line: str) -> str:
        """Return a line with what a reader puts in, and the part of it that runs."""
        line = line.replace(ADDRESS, self.address)
        line = re.sub(r"(?<=deviations )(add|prune) RUN", rf"\1 {BROKEN}", line)
        bare = re.fullmatch(r"python -m contracts ([a-z-]+)", line)
        if bare:
            line = f"{line} {COMPLETED.get(bare[1], '')}"
        line = re.sub(r"(?<![\w/.-])[A-Z]{3,}(?![\w=])", lambda word: STANDS_FOR[word[0]], line)
        line = line.replace("pip install ", "pip install --no-deps --target $INSTALLED ")  # the .venv is others' too
        line = re.sub(r"^zadig-contracts ", "env PYTHONPATH=$INSTALLED $INSTALLED/bin/zadig-contracts ", line)
        return re.sub(r"^make ", "make -n ", line)

    def _first(self, line: str) -> Iterator[str]:
        """Yield what has to be done before a line: the runs that it reads."""
        written = re.findall(r"--(?:run-dir|out)[ =](\S+)", line)
        for folder in re.findall(r"(?<!\S)runs/[\w-]+", self.meant(line)):
            if folder not in written and not (self.folder / folder / "verdict.json").exists():
                number = re.search(r"-(\d)$", folder)
                more = f" --shard {number[1]}/3" if number else ""
                rejected = f"! pytest tests/api --run-dir {folder} {REJECTED}"
                yield rejected if folder == BROKEN else f"pytest tests/api --run-dir {folder}{more}"
        yield from (first for part, first in MADE_FIRST.items() if part in line)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Yield somebody with a copy of the project whose .venv is this Python's, and a token for a Zadig of 1.7.0."""
    folder = tmp_path_factory.mktemp("checkout")
    checkout(folder)
    (folder / ".venv").symlink_to(sys.prefix)
    home = tmp_path_factory.mktemp("home")
    shell = environment(HOME=str(home))
    with serving("python -m contracts standin --behaviour 1.7.0", folder, shell) as port:
        address = f"http://127.0.0.1:{port}"
        token = requests.get(f"{address}/_standin/token/member", timeout=HANG).text.strip()
        (home / TOKEN_FILE).write_text(token, encoding="utf-8")
        (home / TOKEN_FILE).chmod(0o600)
        shell |= {"ZADIG_BASE_URL": address, "ZADIG_PROFILE": "smoke", "INSTALLED": str(home / "installed")}
        yield Reader(folder, address, shell | {"ZADIG_TOKEN_FILE": str(home / TOKEN_FILE)})


@pytest.mark.parametrize("lines", blocks().values(), ids=blocks())
def test_block_of_shell_runs_line_by_line(lines: tuple[str, ...], reader: Reader) -> None:
    """Whoever pastes a block into a shell sees each line of it end with exit code 0."""
    reader.types(*lines)


@pytest.mark.parametrize("line", commands())
def test_command_in_the_text_runs(line: str, reader: Reader) -> None:
    """A command that the text or a table names runs, and ends with exit code 0."""
    if line.startswith("npx "):
        pytest.skip("another tool; test_allure3.py runs it")
    reader.types(line)


def test_every_command_is_run() -> None:
    """No command is left out because nobody wrote it down."""
    shown = " ".join([*commands(), *(line for lines in blocks().values() for line in lines)])
    assert main.commands.keys() == set(re.findall(r"python -m contracts ([a-z-]+)", shown))


def test_what_does_not_run_is_noticed(reader: Reader) -> None:
    """A command that fails, anywhere in a block, fails; a new word in capitals has to be put into the table."""
    with pytest.raises(AssertionError, match="exit code 4"):
        reader.types("export A=1", 'test "$A" = 1', "python -m contracts gate no-such-folder", "true")
    with pytest.raises(KeyError, match="SOMETHING"):
        reader.types("pytest tests/api --project SOMETHING")


# ---------------------------------------------------------------- options and settings


@pytest.fixture(scope="module")
def pytest_options() -> set[str]:
    """Return every option that pytest offers in this project."""
    shown = run_pytest("-p", "cacheprovider", "--help", "tests/suite").output
    lines = [line.strip().split("  ")[0] for line in shown.splitlines() if re.match(r" {2,4}-", line)]
    return {option for line in lines for option in re.findall(r"(?:^|, )(--?[\w-]+)", line)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_option_that_is_named_exists(document: str, pytest_options: set[str]) -> None:
    """Every option is one of the command that stands before it, or else one of pytest, the settings' among them."""
    for line in commands_in(document):
        if line.startswith(("npx ", "git ")):  # another tool's
            continue
        own = main.commands.get(line.removeprefix("python -m contracts ").split()[0])
        known = options_of(own) if own else pytest_options
        named = re.findall(r"(?<!\S)--?[a-z][\w-]*", re.sub(r" -m contracts| -X \S+", "", line))
        assert set(named) <= known, line


def options_of(command: click.Command) -> set[str]:
    return {option for parameter in command.get_params(click.Context(command)) for option in parameter.opts}


def rows(document: str) -> Iterator[tuple[str, str, str]]:
    """Yield option, variable and default of each row of the settings table, empty where there is none."""
    table = (ROOT / document).read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    for row in table.splitlines()[3:]:
        cells = [cell.strip().strip("`") for cell in row.strip().strip("|").split("|")]
        if len(cells) == 4:
            yield cells[0], cells[1], cells[2]


@pytest.mark.parametrize("document", SETTINGS_PAGES)
def test_default_of_each_setting_can_be_given_as_printed(
    document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A default that is set as it is printed, by variable or in zadig.toml, changes nothing."""
    monkeypatch.chdir(tmp_path)
    for name in SETTINGS:
        monkeypatch.delenv(f"ZADIG_{name.upper()}", raising=False)
    usual, printed = load({}), [(variable, default) for _, variable, default in rows(document) if default]
    assert len(printed) >= 10
    for variable, default in printed:
        monkeypatch.setenv(variable, default)
    assert load({}) == usual
    for variable, _ in printed:
        monkeypatch.delenv(variable)
    lines = [f'{variable.removeprefix("ZADIG_").lower()} = "{default}"\n' for variable, default in printed]
    (tmp_path / "zadig.toml").write_text("".join(lines), encoding="utf-8")
    assert load({}) == usual


def test_options_run_as_printed(reader: Reader) -> None:
    shown = {
        option: default for document in SETTINGS_PAGES for option, _, default in rows(document) if option and default
    }
    given = [f"{option} {default}" for option, default in shown.items() if default != "false"]  # a switch takes none
    reader.types(f"env -u ZADIG_BASE_URL -u ZADIG_TOKEN_FILE pytest tests/api --collect-only -q {' '.join(given)}")


ROWS: Mapping[tuple[str, str], int] = {
    ("5.0.0", "smoke"): 0,
    ("5.0.0", "regression"): 1,
    ("1.7.0", "smoke"): 2,
    ("1.7.0", "regression"): 3,
}
"""Releases and profiles that need no agent and no further token, and their rows in the table."""
BEHAVIOURS = {"5.0.0": "perfect-5.0", "1.7.0": "perfect"}
PREFIXES = {"5.0.0": TODAY, "1.7.0": BOTH}
STARTS = ("run-workflow", "start-task")
"""What the call that starts a task is named."""


def told(document: str, row: int) -> tuple[int, ...]:
    """Return the cases, requests, workflows and tasks of a row of the table."""
    table = (ROOT / document).read_text(encoding="utf-8").split("|---|---:|---:|---:|---:|\n", 1)[1].splitlines()
    return tuple(int(cell) for cell in table[row].strip("| ").replace(",", "").split(" | ")[1:])


@pytest.mark.parametrize(("release", "profile"), ROWS)
def test_requests_are_as_many_as_told(release: str, profile: str, tmp_path: Path) -> None:
    """Cases are counted exactly; of what a server gets, the README has the number to two digits, or to ten."""
    with live(prefixes=PREFIXES[release], behaviour=BEHAVIOURS[release]) as zadig:
        zadig.app.seen.clear()
        options = ("--base-url", zadig.url, "--profile", profile)
        ran = run_cases(tmp_path, *options, ZADIG_TOKEN=zadig.tokens["member"])
        requests = sum(not path.startswith("/_standin") for _, path, _ in zadig.app.seen)
    assert ran.code == 0, ran.output
    steps = [step["call"] for case in ran.verdict["cases"] for step in case["steps"] if step["status"] == 200]
    made, started = steps.count("create-workflow"), sum(step in STARTS for step in steps)
    for document in READMES:
        counted = (*(pytest.approx(n, rel=0.02, abs=6 * (n > 30)) for n in (requests, made, started)),)
        assert told(document, ROWS[release, profile]) == (ran.verdict["counts"]["planned"], *counted)
