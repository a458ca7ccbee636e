"""deploy/kubernetes/: what the manifests say, and that Kubernetes takes them."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.catalog.release import ROOT
from contracts.settings.settings import SETTINGS
from helpers.deploy_pods import BASE, container, job_spec, manifest, settings
from helpers.processes import run

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
    assert secrets == ["zadig-token", "zadig-webhook"]


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
    known |= {"NOTIFY_TO"}
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
    blocks = {
        rule["ports"][0]["port"]: to["ipBlock"] for rule in policy["egress"] for to in rule["to"] if "ipBlock" in to
    }
    assert blocks.pop(53) == {"cidr": "169.254.20.10/32"}
    assert blocks == {443: {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}


def rendered(name: str) -> str:
    """Return all manifests of a kustomization as one text."""
    done = run(["kubectl", "kustomize", str(BASE.parent / name)], apart=True)
    assert done.code == 0, done.errors
    return done.output


@pytest.mark.parametrize("name", ["base", "bucket"])
@pytest.mark.parametrize("version", ["1.29", "1.33", "1.37"])
def test_manifests_are_what_kubernetes_takes(name: str, version: str, tmp_path: Path) -> None:
    """By the official schemas of the oldest, a middle and the newest release; a misspelt key is noticed."""
    path, check = tmp_path / "all.yaml", [sys.executable, "-m", "kubernetes_validate", "--strict", "-k", version]
    for text, fine in ((rendered(name), True), (rendered(name).replace("backoffLimit", "backofLimit"), False)):
        path.write_text(text, encoding="utf-8")
        done = run([*check, str(path)])
        assert (done.code == 0) is fine, done.output


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
