"""Attacks as rows of attacks.toml: what is planted, set, served and signalled, and what a sensible user expects."""

import base64
import json
import os
import stat
import sys
import time
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import requests

from contracts.catalog.release import ROOT
from contracts.safety.run_folder import claim
from helpers import attack_servers, processes
from helpers.processes import HANG, Done

ROWS: Mapping[str, Mapping[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
RUN, OTHER = "20250101t000000-abcd", "20250102t000000-efgh"
"""Ids of runs long ago."""
FOREIGN = ("release", "prod-release", "zct-mine", f"zct-{RUN}-main-1-copy")
"""Somebody else's workflows on the target; each has a task."""
PASSWORD = "s3cret-of-the-proxy"
CASE = "cancel-task/queued-task"
CASES = ("-p", "no:cacheprovider", "--rootdir", str(ROOT), "-c", str(ROOT / "pytest.ini"), str(ROOT / "tests" / "api"))
KILLS = ("-p", "tests.suite.helpers.kill_plugin")
FULL = """import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""
PRIVATE = 0o077
"""What the mode of a run's file or folder may not have."""


@dataclass(frozen=True)
class Attack:
    """One row.

    kind: setting, file, server or signal; several, where they come together.
    expects: what a sensible user expects.
    test: the test that shows it; where there is none, the row is run by itself, by what follows.
    plant: what stands in the working directory, by path; see `_plant`.
    made: workflows that stand on the target, as if a run had left them.
    server: what stands before the target, by its name in attack_servers.
    answers: what the target answers to paths below its prefix.
    held: a folder in which another run is at work.
    steps: the commands one after the other, each with what it is to end with.
    left: workflows that are on the target afterwards, besides those of others; `*` stands for any text.
    new: files that come to be besides those below run/ and runs/, as patterns.
    changed: planted files that are changed, as patterns.
    reached: whether the other server may be asked, without the token.
    """

    kind: str
    expects: str
    test: str = ""
    plant: Mapping[str, Any] = field(default_factory=dict)
    made: Sequence[str] = ()
    server: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    held: str = ""
    steps: Sequence[Mapping[str, Any]] = ()
    left: Sequence[str] = ()
    new: Sequence[str] = ()
    changed: Sequence[str] = ()
    reached: bool = False


@dataclass(frozen=True)
class Step:
    """One command.

    do: its words; `run` stands for a run of one case, others are commands of the suite.
    exit: the code that it ends with; 4 is to be one line, with nothing sent that changes anything.
    says, hides: pieces of what it prints, and of what it does not.
    env, unset: what else is in the environment, and what is not.
    options: further words.
    signal: where a signal comes, as the plugin that ends runs takes it.
    lines: how many it prints at most where it ends with 4.
    room: bytes that any file may have, as on a disk that is full then.
    """

    do: str
    exit: int
    says: Sequence[str] = ()
    hides: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    unset: Sequence[str] = ()
    options: Sequence[str] = ()
    signal: str = ""
    lines: int = 1
    room: int = 0


ATTACKS = {name: Attack(**row) for name, row in ROWS.items()}
RUNNABLE = {name: attack for name, attack in ATTACKS.items() if not attack.test}


@dataclass(frozen=True)
class World:
    """Where an attack takes place: a folder of its own, the target, and what its texts stand for."""

    folder: Path
    here: Path
    target: attack_servers.Served
    words: Mapping[str, str]

    def fill(self, value: Any) -> Any:
        """Return a value of a row with what its {words} stand for."""
        if isinstance(value, str):
            for word, meant in self.words.items():
                value = value.replace(f"{{{word}}}", meant)
            return value
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, dict):
            return {self.fill(key): self.fill(item) for key, item in value.items()}
        return value

    def run(self, step: Step) -> Done:
        """Run one command."""
        env = {"ZADIG_BASE_URL": self.words["url"], "ZADIG_TOKEN": self.words["token"], **self.fill(step.env)}
        env = {name: value for name, value in env.items() if name not in step.unset}
        words = self.fill(step.do).split()
        if words[0] == "run":
            words = ["pytest", *CASES, "-q", *(KILLS if step.signal else ()), *words[1:]]
            words += [] if "-k" in words else ["-k", CASE]
            words += [] if "--run-dir" in (*words, *step.options) else ["--run-dir", "run"]
            env |= {"KILL_AT": step.signal, "KILL_MARK": str(self.folder / "mark")} if step.signal else {}
        else:
            words = ["contracts", *words]
        room = ["-c", FULL, str(step.room)] if step.room else []
        command = [sys.executable, *room, "-m", *words, *self.fill(step.options)]
        return processes.run(command, self.here, processes.environment(PYTHONPATH=str(ROOT)) | env)


@contextmanager
def world(attack: Attack, folder: Path) -> Iterator[World]:
    """Yield the place of an attack, with everything planted and served."""
    here, theirs = folder / "here", folder / "theirs"
    for path in (here, theirs):
        path.mkdir()
    (theirs / "precious").write_text("precious", encoding="utf-8")
    with ExitStack() as stack:
        target = stack.enter_context(attack_servers.serving(attack.server, attack.answers))
        for name in (*FOREIGN, *attack.made):
            target.zadig.create(name.replace("{run}", RUN))
        for name in FOREIGN:
            target.zadig.start(name)
        words = {
            "url": target.url,
            "direct": target.zadig.url,
            "elsewhere": target.elsewhere.url,
            "elsewhere_tls": target.elsewhere.url.replace("http", "https"),
            "proxy": target.proxy,
            "token": target.zadig.tokens["member"],
            "theirs": str(theirs),
            "root": str(ROOT),
            "with_password": target.proxy.replace("//", f"//user:{PASSWORD}@"),
            "password": PASSWORD,
            "password_base64": base64.b64encode(f"user:{PASSWORD}".encode()).decode(),
            "deep": "[" * 100_000,
            "run": RUN,
            "other": OTHER,
        }
        found = World(folder, here, target, words)
        for path, content in attack.plant.items():
            _plant(here / path, found.fill(content))
        if attack.held:
            stack.callback(os.close, claim(here / attack.held, RUN))
        yield found


def _plant(path: Path, content: Any) -> None:
    """Make a file: of a text, a list of lines of JSON, or a table that says what it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    match content:
        case str():
            path.write_text(content, encoding="utf-8")
        case list():
            lines = [json.dumps(line) if isinstance(line, dict) else line for line in content]
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            path.chmod(0o600)
            os.utime(path, (time.time() - 7200,) * 2)
        case {"link": to}:
            path.symlink_to(to)
        case {"fifo": True}:
            os.mkfifo(path)
        case {"folder": True}:
            path.mkdir()
        case {"hex": text}:
            path.write_bytes(bytes.fromhex(text))
        case {"bytes": size}:
            with path.open("wb") as file:
                file.truncate(size)
        case {"zip": names, **more}:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
                for name in names:
                    out.writestr(name, b"0" * more.get("size", 9))
        case _:
            raise ValueError(content)


Found = tuple[str, int, bytes]


def look(folder: Path) -> dict[str, Found]:
    """Return what stands in a folder, by path: its kind, its mode and its content; links are not followed."""
    return {str(path.relative_to(folder)): _found(path) for path in folder.rglob("*")}


def _found(path: Path) -> Found:
    found = path.lstat()
    kind = stat.filemode(found.st_mode)[0]
    content = path.read_bytes() if kind == "-" else os.fsencode(path.readlink()) if kind == "l" else b""
    return kind, stat.S_IMODE(found.st_mode), content


def of_others(world: World) -> dict[str, Any]:
    """Return what the target holds that no run made, and the names of what else it holds."""
    answer = requests.get(f"{world.target.zadig.url}/_standin/state", timeout=HANG)
    return {workflow["name"]: workflow for workflow in answer.json()["workflows"]}


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name is one of the patterns."""
    return any(fnmatch(name, pattern) for pattern in patterns)
