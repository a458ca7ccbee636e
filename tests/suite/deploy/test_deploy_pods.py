"""deploy/kubernetes/: the pods of both Jobs run as processes, with the command and environment of their manifest."""

from concurrent.futures import ThreadPoolExecutor
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_aws4auth

from contracts.standin.process import StandIn
from helpers.bad_servers import says
from helpers.deploy_image import Image
from helpers.deploy_pods import manifest, secret, settings, start
from helpers.deploy_tree import STRICT, token_of
from helpers.processes import HANG, Done
from helpers.raw_server import answer, serving
from helpers.whole_runs import verdict_of

ENDED = """
import os, signal, time

def pytest_runtest_logreport(report):
    if report.when == "call":
        os.kill(os.getppid(), signal.SIGTERM)
        time.sleep(1800)
"""
"""A plugin that ends the pod's first process once a case is over, and waits until that comes back to it."""


def shards(image: Image, number: int, server: StandIn, results: Path, **more: str) -> list[Done]:
    """Run all pods of the Indexed Job at once: `number` shards and the gate."""
    found = manifest("job.yaml")
    given = {"ZADIG_BASE_URL": server.base_url, "ZCT_RESULTS": str(results), "ZCT_SHARDS": str(number)}
    secret(image, "zadig/token", token_of(server))

    def pod(index: int) -> Done:
        fields = {"pod": f"pod-{index}", "uid": "run", "failures": "0", "index": str(index)}
        return start(image, found, fields, **given, ZCT_WAIT=str(HANG), **more)

    with ThreadPoolExecutor(number + 1) as pool:
        return list(pool.map(pod, range(number + 1)))


@pytest.mark.parametrize("number", [1, 3, 8])
def test_shards_of_the_job_are_merged_by_its_last_index(
    image: Image, stand_in: StandIn, results: Path, number: int
) -> None:
    """N shards and the gate, each a process, agree on a volume; the merged verdict is of all cases."""
    ran = shards(image, number, stand_in, results)
    assert [done.output for done in ran if done.code] == []
    found = verdict_of(image.root / "results/job/run/merged")
    assert (found["verdict"], found["counts"]["not_run"]) == ("accepted", 0)
    assert f"merged from {number} shards" in found["run"]["notes"]
    assert "GATE: ACCEPTED" in ran[-1].output


def test_the_gate_of_the_job_rejects(image: Image, broken: StandIn, results: Path) -> None:
    """A rejected shard ends with 1, as the pod failure policy knows it, and so does the gate."""
    ran = shards(image, 1, broken, results, **STRICT, NOTIFY_TO="slack", ZCT_WEBHOOK_FILE="/secrets/none")
    assert [done.code for done in ran] == [1, 1]
    assert "GATE: REJECTED" in ran[-1].output
    assert "cannot read" in ran[-1].output.splitlines()[-1], "a card that cannot be sent changes nothing"


def test_a_shard_that_cannot_tell_is_tried_again_and_then_counts(
    image: Image, stand_in: StandIn, results: Path
) -> None:
    """The first try finds nobody (exit 6) and does not count; the gate waits, and takes the second."""
    secret(image, "zadig/token", token_of(stand_in))
    found, shared = manifest("job.yaml"), {"ZCT_RESULTS": str(results), "ZCT_SHARDS": "1"}
    first = {"pod": "a", "uid": "run", "failures": "0", "index": "0"}
    assert start(image, found, first, **shared, ZADIG_BASE_URL="http://127.0.0.1:9").code == 6
    last = {"pod": "g", "uid": "run", "failures": "0", "index": "1"}
    lost = start(image, found, last, **shared, ZADIG_BASE_URL=stand_in.base_url, ZCT_WAIT="0")
    assert (lost.code, "lost: shard-1" in lost.output) == (6, True)
    again = {"pod": "b", "uid": "run", "failures": "1", "index": "0"}
    assert start(image, found, again, **shared, ZADIG_BASE_URL=stand_in.base_url).code == 0
    assert start(image, found, last, **shared, ZADIG_BASE_URL=stand_in.base_url, ZCT_WAIT="0").code == 0


def test_the_nightly_job_runs_all(image: Image, stand_in: StandIn, results: Path) -> None:
    """The CronJob's pod runs every case of its profile, into a folder of the run, and tells the chat that is set."""
    secret(image, "zadig/token", token_of(stand_in))
    more = {"ZADIG_BASE_URL": stand_in.base_url, "ZCT_RESULTS": str(results), "NOTIFY_TO": "generic"}
    with serving(says(answer(b"", b"HTTP/1.1 200 OK\r\n"))) as chat:
        secret(image, "webhook/webhook", f"{chat.url}/hook")
        done = start(image, manifest("cronjob.yaml"), {"pod": "p", "job": "nightly-1"}, **more)
    assert done.code == 0, done.output
    assert [b'"verdict": "accepted"' in each for each in chat.requests] == [True]
    found = verdict_of(image.root / "results/job/nightly-1/all.p")
    assert (found["verdict"], found["run"]["profile"]) == ("accepted", "nightly")


def test_a_pod_that_is_ended_cleans_up(image: Image, stand_in: StandIn, results: Path) -> None:
    """SIGTERM, as Kubernetes sends it at a deadline, reaches the run: nothing is left, and the verdict says so."""
    (image.root / "site").mkdir(exist_ok=True)
    (image.root / "site" / "ended.py").write_text(ENDED, encoding="utf-8")
    secret(image, "zadig/token", token_of(stand_in))
    more = {"ZADIG_BASE_URL": stand_in.base_url, "ZCT_RESULTS": str(results), "PYTHONPATH": "/site"}
    more |= {"PYTEST_ADDOPTS": "-p ended"}
    done = start(image, manifest("cronjob.yaml"), {"pod": "p", "job": "ended"}, **more)
    found = verdict_of(image.root / "results/job/ended/all.p")
    assert (done.code, found["verdict"], found["interrupted"]) == (2, "inconclusive", "interrupted"), done.output
    assert found["counts"]["not_run"] > 0
    assert found["leaks"] == []
    assert requests.get(f"{stand_in.base_url}/_standin/state", timeout=HANG).json()["workflows"] == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        pytest.param({}, "ZADIG_BASE_URL is not set", id="as-it-is-shipped"),
        pytest.param({"ZCT_RUN": ""}, "ZCT_RUN is not set", id="no-run"),
        pytest.param({"JOB_COMPLETION_INDEX": "9"}, "completions of the Job must be", id="too-many-completions"),
        pytest.param({"ZCT_SHARDS": "three"}, "ZCT_SHARDS is 'three'", id="no-number"),
        pytest.param({"ZCT_BUCKET": "http://127.0.0.1:9/b"}, "ZCT_BUCKET_KEY_FILE is not set", id="no-key"),
    ],
)
def test_a_wrong_setting_of_the_job_is_one_line(image: Image, wrong: dict[str, str], says: str) -> None:
    """It says which, ends with 4, and sends nothing."""
    if "ZCT_BUCKET" in wrong:
        wrong = wrong | signing(image)
    fields = {"pod": "p", "uid": "u", "failures": "0", "index": "0"}
    given = {"ZADIG_BASE_URL": "https://zadig.example.com"} if wrong else {}
    done = start(image, manifest("job.yaml"), fields, **(given | wrong))
    assert done.code == 4
    assert says in done.output
    assert len(done.output.splitlines()) == 1


def signing(image: Image) -> dict[str, str]:
    """Return what lets an image sign: in a real one, pip has installed it."""
    site = image.root / "site"
    site.mkdir(exist_ok=True)
    if not (site / "requests_aws4auth").exists():
        (site / "requests_aws4auth").symlink_to(Path(requests_aws4auth.__file__).parent)
    return {"PYTHONPATH": "/site"}


def test_results_go_to_a_bucket_by_setting(
    image: Image, stand_in: StandIn, results: Path, bucket: ThreadingHTTPServer
) -> None:
    """The same Job with a bucket: whole shards and the merged report are in it, and its secret key is nowhere."""
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
    for name in ("key", "secret"):
        secret(image, f"bucket/{name}", "wrong")
    more = settings("bucket") | signing(image) | {"ZCT_RESULTS": str(results), "ZADIG_BASE_URL": stand_in.base_url}
    more |= {"ZCT_BUCKET": f"http://127.0.0.1:{bucket.server_port}/bucket"}
    secret(image, "zadig/token", token_of(stand_in))
    done = start(image, manifest("cronjob.yaml"), {"pod": "p", "job": "n"}, **more)
    assert (done.code, "HTTP 403; are bucket, region and keys right?" in done.output) == (6, True), done.output
