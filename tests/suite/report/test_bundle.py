"""The evidence bundle: all that another team needs, and nothing that it must not see."""

import base64
import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from contracts.report.bundle.write import clean, write
from contracts.text.redact import register
from helpers.bundles import SCHEMA, made, run, texts
from helpers.run_folders import HOSTILE, LIVE, case, verdict
from helpers.run_folders import write as write_run

USUAL = ["junit.xml", "manifest.json", "report.html", SCHEMA, "summary.md", "verdict.json"]
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
    assert (done.exit_code, done.output) == (0, f"{folder}/evidence.zip  sha256 {checksum}\n")
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
        "schemas/1.7.0/../../schemas/verdict.json",
        "../schemas/verdict.json",
        "schemas/link.json",
        "schemas/linked/success.json",
        "schemas/missing.json",
        "schemas/folder.json",
        "contracts/releases/1.7.0/documented.json",
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
    """A verdict.json that is a link is refused."""
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
