"""Runs the container of a Kubernetes manifest as a process: command, arguments and environment as they stand there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from contracts.catalog.release import ROOT
from helpers.deploy_image import Image
from helpers.processes import Done

BASE = ROOT / "deploy" / "kubernetes" / "base"
FIELDS = {
    "metadata.name": "pod",
    "metadata.labels['batch.kubernetes.io/job-name']": "job",
    "metadata.labels['batch.kubernetes.io/controller-uid']": "uid",
    "metadata.annotations['batch.kubernetes.io/job-index-failure-count']": "failures",
}
"""Fields of a pod that a manifest may ask for, and what they are called here."""


def manifest(name: str, folder: Path = BASE) -> dict[str, Any]:
    """Return a manifest of the base."""
    found: dict[str, Any] = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    return found


def job_spec(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the spec of a Job, or of the Jobs that a CronJob makes."""
    spec: dict[str, Any] = found["spec"]["jobTemplate"]["spec"] if found["kind"] == "CronJob" else found["spec"]
    return spec


def container(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one container of a Job's pods."""
    (only,) = job_spec(found)["template"]["spec"]["containers"]
    return dict(only)


def settings(name: str = "base") -> dict[str, str]:
    """Return the settings that a kustomization makes a ConfigMap of."""
    lines = (BASE.parent / name / "settings.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def environment(found: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the container in a pod with these fields."""
    given = settings()
    for row in container(found)["env"]:
        path = row.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath")
        given[row["name"]] = row["value"] if path is None else fields[FIELDS[path]]
    return given


def start(image: Image, found: Mapping[str, Any], fields: Mapping[str, str], **more: str) -> Done:
    """Run a pod to its end; `more` overrides its environment, and an Indexed Job's index is one of its fields."""
    only = container(found)
    index = {"JOB_COMPLETION_INDEX": fields["index"]} if "index" in fields else {}
    volume = {"ZCT_RESULTS": "/results"}  # the default, named, so that it is the image's and not this machine's
    return image.run([*only["command"], *only["args"]], **(volume | environment(found, fields) | index | more))


def secret(image: Image, name: str, text: str) -> None:
    """Put a file where Kubernetes mounts a Secret."""
    path = image.root / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
