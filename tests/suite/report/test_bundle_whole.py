"""A bundle proves that it is whole: each change of it is found."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.bundles import SCHEMA, made, run


def rewritten(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path], None]:
    """Return a function that changes the files in a bundle."""

    def rewrite(bundle: Path) -> None:
        with zipfile.ZipFile(bundle) as found:
            files = {name: found.read(name) for name in found.namelist()}
        change(files)
        with zipfile.ZipFile(bundle, "w") as out:
            for name, data in files.items():
                out.writestr(name, data)

    return rewrite


def cut(bundle: Path) -> None:
    os.truncate(bundle, bundle.stat().st_size // 2)


def flip(bundle: Path) -> None:
    data = bytearray(bundle.read_bytes())
    data[len(data) // 3] ^= 1
    bundle.write_bytes(data)


def twice(bundle: Path) -> None:
    with zipfile.ZipFile(bundle, "a") as out, pytest.warns(UserWarning, match="Duplicate"):
        out.writestr("summary.md", "another")


def no_zip(bundle: Path) -> None:
    bundle.write_text("hello", encoding="utf-8")


def of_another_version(files: dict[str, bytes]) -> None:
    files["manifest.json"] = files["manifest.json"].replace(b'"version": 1', b'"version": 9', 1)


def list_a_path(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["manifest.json"])
    manifest["files"][0]["name"] = "../evil"
    files["../evil"] = files.pop("junit.xml")
    files["manifest.json"] = json.dumps(manifest).encode()


CHANGES: list[tuple[str, Callable[[Path], None], str]] = [
    ("changed", rewritten(lambda files: files.update({"summary.md": b"# all is well"})), "summary.md: was changed"),
    ("same-size", rewritten(lambda files: files.update({SCHEMA: files[SCHEMA].swapcase()})), f"{SCHEMA}: was changed"),
    ("missing", rewritten(lambda files: files.pop("junit.xml") and None), "junit.xml: is missing"),
    ("added", rewritten(lambda files: files.update({"more.txt": b""})), "more.txt: is not in manifest.json"),
    ("no-manifest", rewritten(lambda files: files.pop("manifest.json") and None), "it has no manifest.json"),
    ("manifest-cut", rewritten(lambda files: files.update({"manifest.json": b"{"})), "manifest.json: was cut"),
    ("manifest-empty", rewritten(lambda files: files.update({"manifest.json": b"{}"})), "is not one of this suite's"),
    ("manifest-huge", rewritten(lambda files: files.update({"manifest.json": b" " * 2_000_000})), "no bundle of this"),
    ("another-version", rewritten(of_another_version), "of another version"),
    ("path-out-of-it", rewritten(list_a_path), "is no name of a file in a bundle"),
    ("twice", twice, "a file twice"),
    ("cut", cut, "it is no zip file, or it was cut"),
    ("one-bit", flip, "was changed"),
    ("no-zip", no_zip, "it is no zip file"),
]


@pytest.mark.parametrize(("change", "said"), [pytest.param(*row, id=name) for name, *row in CHANGES])
def test_a_changed_bundle_is_not_whole(change: Callable[[Path], None], said: str, tmp_path: Path) -> None:
    """--verify says what is wrong with a bundle that was changed, and its exit code is 1."""
    bundle = made(tmp_path)
    change(bundle)
    done = run("--verify", bundle)
    assert done.exit_code == 1
    assert said in done.output
    assert done.output.splitlines()[-1] == f"{bundle}: NOT WHOLE"


def test_a_bundle_is_whole(tmp_path: Path) -> None:
    """--verify of a bundle as it was made is exit code 0."""
    bundle = made(tmp_path)
    done = run("--verify", bundle)
    assert (done.exit_code, done.output) == (0, f"{bundle}: whole: all files are as its manifest says\n")
