"""Carries the steps of a Dockerfile out in plain folders: a folder for each stage, whose root is that folder."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from contracts.catalog.release import ROOT
from helpers.deploy_tree import plain, shims
from helpers.processes import Done, run

FILE = ROOT / "deploy" / "Dockerfile"
ENTRY = ROOT / "deploy" / "entry.sh"
_ABSOLUTE = re.compile(r"(?<![\w./:*])/(?=[a-z])")
_CONTINUED = re.compile(r"\\\n\s*")


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile, lines put together, comments left out."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = (line.split(maxsplit=1) for line in _CONTINUED.sub("", "\n".join(lines)).splitlines())
    return [(name, rest) for name, rest in found]


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*"))


def ignored(patterns: Sequence[str], path: str) -> bool:
    """Return whether .dockerignore keeps a path away: the last pattern that fits it, or a folder above it, decides."""
    parents = [path, *(str(parent) for parent in Path(path).parents if str(parent) != ".")]
    away = False
    for pattern in patterns:
        if any(map(_expression(pattern.lstrip("!")).fullmatch, parents)):
            away = not pattern.startswith("!")
    return away


def context() -> Iterator[Path]:
    """Yield the files that .dockerignore lets through, of those that this image could want."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    tops = [path for path in ROOT.iterdir() if path.name not in (".git", ".venv")]
    files = (path for top in tops for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file())
    yield from (path for path in files if not ignored(patterns, path.relative_to(ROOT).as_posix()))


@dataclass
class Image:
    """What a build came to: the folder that is its root, and what holds for whoever runs it."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "root"
    entry: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    steps: list[Done] = field(default_factory=list)

    def inside(self, text: str) -> str:
        """Return a text with its absolute paths below the root."""
        return _ABSOLUTE.sub(lambda _: f"{self.root}/", text)

    def run(self, command: Sequence[str], **more: str) -> Done:
        """Run a command as a container of the image would; of `more`, paths are those of the image."""
        (self.root / "tmp").mkdir(exist_ok=True)
        environment = self.environment | more
        folder = self.root / self.workdir.lstrip("/")
        inside = {key: value if "://" in value else self.inside(value) for key, value in environment.items()}
        return run([self.inside(word) for word in command], folder, plain(self.root / "usr/local/bin", **inside))

    def start(self, *words: str, **more: str) -> Done:
        """Start a container with these words behind the name of the image."""
        return self.run([*self.entry, *words], **more)

    def files(self, below: str) -> set[str]:
        """Return all files below a folder of the image."""
        folder = self.root / below.lstrip("/")
        return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def build(folder: Path) -> Image:
    """Carry out deploy/Dockerfile and return its last stage."""
    images: dict[str, Image] = {}
    sent, image = list(context()), Image(folder)
    for name, rest in instructions(FILE.read_text(encoding="utf-8")):
        if name == "FROM":
            alias = rest.partition(" AS ")[2] or "last"
            image = images[alias] = Image(folder / alias)
            shims(image.root / "usr/local/bin")
        elif name == "COPY":
            _copy(image, rest.split(), images, sent)
        elif name == "RUN":
            shell = ["sh", "-ec", rest]
            image.steps.append(image.run(shell))
        elif name == "WORKDIR":
            image.workdir = rest
            (image.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif name == "ENV":
            image.environment |= dict(part.split("=", 1) for part in rest.split())
        elif name == "USER":
            image.user = rest
        elif name == "ENTRYPOINT":
            image.entry = json.loads(rest)
        elif name == "HEALTHCHECK":
            image.health = json.loads(rest.partition("CMD ")[2])
    return images["last"]


def _copy(image: Image, words: list[str], images: Mapping[str, Image], sent: Sequence[Path]) -> None:
    stage = next((word.partition("=")[2] for word in words if word.startswith("--from=")), "")
    *sources, to = (word for word in words if not word.startswith("--"))
    target = image.root / (to if to.startswith("/") else f"{image.workdir}/{to}").lstrip("/")
    for source in sources:
        if stage:
            shutil.copytree(images[stage].root / source.lstrip("/"), target, symlinks=True, dirs_exist_ok=True)
            continue
        files = [path for path in sent if path.is_relative_to(ROOT / source)]
        assert files, f"COPY {source}: .dockerignore keeps it away, or it is not there"
        whole = (ROOT / source).is_file()
        for path in files:
            place = target / path.name if whole else target / path.relative_to(ROOT / source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)
