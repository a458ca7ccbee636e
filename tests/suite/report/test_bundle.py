"""The evidence bundle: all that another team needs, nothing that it must not see, and each change of it is found."""

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.catalog.release import ROOT
from contracts.report.bundle import clean, write
from contracts.text.redact import register
from helpers.verdicts import HOSTILE, LIVE, case, verdict
from helpers.verdicts import write as write_run

SCHEMA = "schemas/aslan/1.7.0/cancel-task/success.json"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["bundle", *map(str, arguments)])


def made(tmp_path: Path, data: Any = None) -> Path:
    """Return the bundle of a run that says this."""
    folder = write_run(tmp_path / "run", data or verdict(case("a/1"), case("a/2", "breach")))
    done = run(folder, "--out", tmp_path / "bundle.zip")
    assert done.exit_code == 0, done.output
    return tmp_path / "bundle.zip"


def texts(bundle: Path) -> dict[str, str]:
    """Return the files of a bundle by name."""
    with zipfile.ZipFile(bundle) as found:
        return {name: found.read(name).decode() for name in found.namelist()}


HOW = "not signed; --key-file FILE signs it"
UNSIGNED = "all files match its manifest, which is not signed, so a change of both would go unnoticed"
USUAL = ["ctrf.json", "junit.xml", "manifest.json", "places.junit", "report.html", SCHEMA, "summary.md", "verdict.json"]
JWT = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"HS256"}', b'{"uid":"1"}', b"x" * 32)
)
SETTINGS = {
    "run_dir": "/home/someone/secret-place/run",
    "token_file": "/home/someone/.zadig/token-file",
    "ca_file": "C:\\Users\\someone\\ca.pem",
    "deviations": "~/mine/deviations.toml",
    "api_prefix": "/api/aslan",
    "project": "nginx",
    "proxy": "http://someone:pass-word@proxy.example.com:3128",
}


def test_what_is_in_it(tmp_path: Path) -> None:
    """Verdict, reports, the schemas that its cases name, and a manifest of all of them; of the folder, nothing else."""
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("journal.jsonl", "notes.txt", ".netrc", "report.html"):
        (folder / name).write_text("my own words", encoding="utf-8")
    found = texts(made(tmp_path))
    assert sorted(found) == USUAL
    assert found[SCHEMA] == (ROOT / SCHEMA).read_text(encoding="utf-8")
    assert "my own words" not in "".join(found.values())
    assert "journal" not in " ".join(found)


def test_the_manifest(tmp_path: Path) -> None:
    """The manifest says which run of which suite it is, how it was made, and size and checksum of every other file."""
    bundle = made(tmp_path)
    found = texts(bundle)
    manifest = json.loads(found["manifest.json"])
    assert (manifest["run"], manifest["exit"], manifest["suite"]["version"]) == (LIVE.id, 1, "0.1.0")
    assert manifest["made"]["command"] == "python -m contracts bundle"
    assert manifest["files"] == [
        {"name": name, "size": len(text.encode()), "sha256": hashlib.sha256(text.encode()).hexdigest()}
        for name, text in sorted(found.items())
        if name != "manifest.json"
    ]


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    """A bundle that is made again is the same file, wherever and whenever that is."""
    (tmp_path / "elsewhere").mkdir()
    bundle = made(tmp_path)
    assert bundle.read_bytes() == made(tmp_path / "elsewhere").read_bytes()
    with zipfile.ZipFile(bundle) as found:
        assert {(entry.date_time, entry.external_attr >> 16) for entry in found.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 0o644)
        }


def test_its_own_checksum_is_printed(tmp_path: Path) -> None:
    """The command prints where the bundle is, and its checksum; left out, its place is the folder of the run."""
    folder = write_run(tmp_path / "run", verdict(case()))
    done = run(folder)
    checksum = hashlib.sha256((folder / "evidence.zip").read_bytes()).hexdigest()
    assert (done.exit_code, done.output) == (0, f"{folder}/evidence.zip  sha256 {checksum}\n{HOW}\n")
    assert run(folder).output == done.output
    assert sorted(path.name for path in folder.iterdir()) == ["evidence.zip", "verdict.json"]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        pytest.param(f"token {JWT} came", JWT, id="jwt"),
        pytest.param("Authorization: Bearer abc-def-ghi", "abc-def", id="bearer"),
        pytest.param("authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz", id="basic"),
        pytest.param('{"Authorization":"abc-def-ghi"}', "abc-def", id="in-json"),
        pytest.param('{\\"Authorization\\": \\"Bearer abc-def-ghi\\"}', "abc-def", id="in-json-in-json"),
        pytest.param("&quot;Authorization&quot;: &quot;Bearer abc-def-ghi&quot;", "abc-def", id="in-html"),
        pytest.param("curl -H 'Proxy-Authorization: Basic abc-def-ghi' x", "abc-def", id="of-a-proxy"),
        pytest.param("Authorization: Bearer $ZADIG_TOKEN abc-def-ghi", "abc-def", id="behind-a-variable"),
        pytest.param("http://someone:abc-def-ghi@proxy.example.com/", "abc-def", id="in-an-address"),
    ],
)
def test_what_looks_like_a_secret(text: str, secret: str, tmp_path: Path) -> None:
    """Whatever looks like a secret is in no file of the bundle, wherever in the verdict it stands."""
    data = verdict(case("a/1", "breach"), run=replace(LIVE, notes=[text]), leaks=[text])
    data["cases"][0] |= {"reason": text, "promised": text}
    data["cases"][0]["evidence"][0] |= {"body": text, "curl": f"curl {text}"}
    data["run"]["settings"] = {text: text}
    found = texts(made(tmp_path, data))
    assert [name for name, file in found.items() if secret in file] == []
    assert "***" in found["verdict.json"]


@pytest.mark.parametrize(
    "text",
    [
        'curl -H "Authorization: Bearer $ZADIG_TOKEN" https://zadig.example.com/x',
        "curl -H 'Authorization: Bearer ${ZADIG_VIEWER_TOKEN}' x",
        "https://zadig.example.com/a@b?x=a:b@c",
        "/api/aslan/workflow/workflow",
        "the authorization cases are off",
    ],
)
def test_what_is_no_secret(text: str) -> None:
    """What has no secret in it stays as it is: a curl line with the name of a variable can still be run."""
    assert clean(text, register.mask) == text


def test_a_token_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is set where the bundle is made is masked, whatever it looks like."""
    monkeypatch.setenv("ZADIG_VIEWER_TOKEN", "correct-horse")
    monkeypatch.setattr(register, "_secrets", register._secrets)
    monkeypatch.setattr(register, "_indexes", register._indexes)  # what is added here is forgotten again
    found = texts(made(tmp_path, verdict(case("a/1", "breach", body="it was correct-horse."))))
    assert "correct-horse" not in "".join(found.values())


def test_paths_of_the_machine(tmp_path: Path) -> None:
    """Paths of whoever ran it are shortened to their last part, in the settings and wherever else they stand."""
    data = verdict(case("a/1", "crashed", reason="no /home/someone/secret-place/run/x and no ~/mine/deviations.toml"))
    data["run"]["settings"] = SETTINGS
    data["run"]["notes"] = [f"looked into {tmp_path / 'run'} and {ROOT}/schemas"]
    found = texts(made(tmp_path, data))
    told = json.loads(found["verdict.json"])
    assert told["run"]["settings"] == {
        "run_dir": "run",
        "token_file": "token-file",
        "ca_file": "ca.pem",
        "deviations": "deviations.toml",
        "api_prefix": "/api/aslan",
        "project": "nginx",
        "proxy": "http://***@proxy.example.com:3128",
    }
    assert told["cases"][0]["reason"] == "no run/x and no deviations.toml"
    assert told["run"]["notes"] == [f"looked into run and {ROOT.name}/schemas"]
    for hidden in ("someone", "secret-place", str(tmp_path)):
        assert hidden not in "".join(found.values())


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "schemas/../pyproject.json",
        "schemas/aslan/1.7.0/../../../schemas/verdict.json",
        "../schemas/verdict.json",
        "schemas/link.json",
        "schemas/linked/success.json",
        "schemas/missing.json",
        "schemas/folder.json",
        "contracts/apis/aslan/1.7.0/documented.json",
        "",
    ],
)
def test_a_schema_is_one_of_the_project(name: str, tmp_path: Path) -> None:
    """A changed verdict cannot bring another file into the bundle: no path out of schemas/, and no link."""
    root = tmp_path / "root"
    (root / "schemas" / "folder.json").mkdir(parents=True)
    (tmp_path / "success.json").write_text("{}", encoding="utf-8")
    (root / "pyproject.json").write_text("{}", encoding="utf-8")
    (root / "schemas" / "verdict.json").write_text("{}", encoding="utf-8")
    (root / "schemas" / "link.json").symlink_to(tmp_path / "success.json")
    (root / "schemas" / "linked").symlink_to(tmp_path)
    data = verdict(case("a/1", "breach"))
    data["cases"][0]["wanted"]["schema"] = name
    folder = write_run(tmp_path / "run", data)
    write(folder, tmp_path / "bundle.zip", mask=register.mask, root=root, suite={})
    assert sorted(texts(tmp_path / "bundle.zip")) == [name for name in USUAL if name != SCHEMA]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    write_run(tmp_path / "other", verdict(case()))
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "verdict.json").symlink_to(tmp_path / "other" / "verdict.json")
    done = run(tmp_path / "run")
    assert (done.exit_code, "is a link" in done.output) == (4, True)
    assert not (tmp_path / "run" / "evidence.zip").exists()


def test_hostile_texts(tmp_path: Path) -> None:
    """Whatever a server sent, the bundle is made, and its verdict is JSON."""
    found = texts(made(tmp_path, verdict(case("a/1", "breach", body=HOSTILE, reason=HOSTILE))))
    assert json.loads(found["verdict.json"])["cases"][0]["reason"] == HOSTILE


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["RUN", "--verify", "RUN"], id="both"),
        pytest.param(["nope"], id="no-such-folder"),
        pytest.param(["RUN", "--out", "nope/x.zip"], id="no-such-place"),
        pytest.param(["RUN", "--out", "RUN"], id="a-folder"),
        pytest.param(["RUN", "--out", "RUN/verdict.json"], id="another-file"),
        pytest.param(["--verify", "nope"], id="no-such-bundle"),
        pytest.param(["RUN", "--nope"], id="no-such-option"),
    ],
)
def test_what_cannot_be_used(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be used is exit code 4 and says so, and no file is made or replaced."""
    monkeypatch.chdir(tmp_path)
    folder = write_run(tmp_path / "RUN", verdict(case()))
    before = (folder / "verdict.json").read_bytes()
    done = run(*arguments)
    assert done.exit_code == 4
    assert done.output
    assert (folder / "verdict.json").read_bytes() == before
    assert [*tmp_path.rglob("*.zip*")] == []


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
    ("manifest-cut", rewritten(lambda files: files.update({"manifest.json": b"{"})), "manifest.json: was truncated"),
    ("manifest-empty", rewritten(lambda files: files.update({"manifest.json": b"{}"})), "is not from this suite"),
    (
        "manifest-huge",
        rewritten(lambda files: files.update({"manifest.json": b" " * 2_000_000})),
        "not a bundle of this",
    ),
    ("another-version", rewritten(of_another_version), "from another version"),
    ("path-out-of-it", rewritten(list_a_path), "is not the name of a file in a bundle"),
    ("twice", twice, "a file twice"),
    ("cut", cut, "it is not a zip file, or was truncated"),
    ("one-bit", flip, "was changed"),
    ("no-zip", no_zip, "it is not a zip file"),
]


@pytest.mark.parametrize(("change", "said"), [pytest.param(*row, id=name) for name, *row in CHANGES])
def test_a_changed_bundle_is_not_whole(change: Callable[[Path], None], said: str, tmp_path: Path) -> None:
    """--verify says what is wrong with a bundle that was changed, and its exit code is 1."""
    bundle = made(tmp_path)
    change(bundle)
    done = run("--verify", bundle)
    assert done.exit_code == 1
    assert said in done.output
    assert done.output.splitlines()[-1] == f"{bundle}: NOT INTACT"


def test_a_bundle_is_whole(tmp_path: Path) -> None:
    """--verify of a bundle as it was made is exit code 0."""
    bundle = made(tmp_path)
    done = run("--verify", bundle)
    assert (done.exit_code, done.output) == (0, f"{bundle}: intact: {UNSIGNED}\n")


def test_a_signature_finds_who_made_it_anew(tmp_path: Path) -> None:
    """Whoever changes a file and its checksum is found by the key, and without one is told of as not looked for."""
    folder = write_run(tmp_path / "run", verdict(case("a/1", "breach")))
    mine, other, short = tmp_path / "mine", tmp_path / "other", tmp_path / "short"
    mine.write_bytes(b"a secret of both teams")
    other.write_bytes(b"a secret of somebody else")
    short.write_bytes(b"0123")
    bundle, changed = folder / "evidence.zip", tmp_path / "changed.zip"

    def run(*words: object) -> Result:
        return CliRunner().invoke(main, ["bundle", *map(str, words)])

    assert run(folder, "--key-file", mine).output.splitlines()[1] == "signed"
    with zipfile.ZipFile(bundle) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    files["summary.md"] = b"all is well"
    manifest = json.loads(files["manifest.json"])
    (row,) = [row for row in manifest["files"] if row["name"] == "summary.md"]
    row.update(size=len(files["summary.md"]), sha256=hashlib.sha256(files["summary.md"]).hexdigest())
    files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(changed, "w") as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)
    checks = [(bundle, mine, 0), (bundle, other, 1), (changed, mine, 1), (bundle, short, 4)]
    for file, key, code in checks:
        assert run("--verify", file, "--key-file", key).exit_code == code
    assert "--key-file checks its signature" in run("--verify", changed).output
    assert run(folder).exit_code == 0
    assert "it is not signed" in run("--verify", bundle, "--key-file", mine).output
