"""Carries CI templates out: each command as it stands in them, in their order, as the CI system would run it.

What is the CI system's own, such as artifacts, is done here in its stead; what is not known here is an error.
"""

import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from contracts.catalog.release import ROOT
from helpers.deploy_tree import Tree
from helpers.processes import Done

CI = ROOT / "deploy" / "ci"
GITHUB = CI / "github" / "zadig-contract.yml"
GITLAB = CI / "gitlab" / "zadig-contract.gitlab-ci.yml"
JENKINS = CI / "jenkins" / "Jenkinsfile"
TEKTON = CI / "tekton" / "pipeline.yaml"
ZADIG = CI / "zadig" / "test.sh"

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_TEKTON = re.compile(r"\$\(([\w.-]+)\)")
_SH = re.compile(r"\bsh\s+(?:'''(.*?)'''|'([^'\n]*)')", re.DOTALL)


@dataclass
class Played:
    """What came of a template: each command that ran, by job, and the files that the last job left."""

    commands: dict[str, list[Done]] = field(default_factory=dict)
    left: Path = Path()

    @property
    def code(self) -> int:
        """How the last job ended: its first failure, if any."""
        return next((done.code for done in list(self.commands.values())[-1] if done.code), 0)

    @property
    def output(self) -> str:
        """All that was printed."""
        return "".join(done.output for job in self.commands.values() for done in job)


def document(path: Path) -> dict[str, Any]:
    """Return a YAML file; its keys are strings, also `on`."""
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - strings
    return found


def _filled(text: str, values: Mapping[str, str], pattern: re.Pattern[str] = _EXPRESSION) -> str:
    return pattern.sub(lambda match: values[match[1]], text)


def _at_once(work: Callable[[str], None], values: Iterable[str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, values))


def _until_failure(tree: Tree, shell: list[str], scripts: Iterable[str], environment: Mapping[str, str]) -> list[Done]:
    ran = []
    for script in scripts:
        ran.append(tree.sh(shell, script, **environment))
        if ran[-1].code:
            break
    return ran


def github(tree: Tree, values: Mapping[str, str], **more: str) -> Played:
    """Play the workflow of GitHub Actions: the matrix, then the job that needs it, on a machine of its own."""
    flow, played, kept = document(GITHUB), Played(), tree.folder.parent / "artifacts"
    for name, job in flow["jobs"].items():
        matrix = job.get("strategy", {}).get("matrix", {}).get("shard", [""])

        def play(shard: str, name: str = name, job: Any = job, total: int = len(matrix)) -> None:
            known = {"matrix.shard": shard, "strategy.job-total": str(total), **values}
            rows = [flow["env"], job.get("env", {})]
            ran: list[Done] = []
            for step in job["steps"]:
                if any(done.code for done in ran) and step.get("if") != "${{ !cancelled() }}":
                    continue
                if "uses" in step:
                    _artifact(step, known, tree, kept)
                    continue
                pairs = [pair for row in [*rows, step.get("env", {})] for pair in row.items()]
                environment = {key: _filled(value, known) for key, value in pairs}
                shell = ["bash", "--noprofile", "--norc", "-e", "-c"]
                ran.append(tree.sh(shell, _filled(step["run"], known), **environment, **more))
            played.commands[f"{name} {shard}".strip()] = ran

        _at_once(play, matrix)
        played.left = tree.folder / "runs"
        if name != list(flow["jobs"])[-1]:
            tree.renew()
    return played


def _artifact(step: Mapping[str, Any], known: Mapping[str, str], tree: Tree, kept: Path) -> None:
    """Do what GitHub's own actions do: those that set up do nothing here."""
    wanted = step.get("with", {})
    if step["uses"].startswith("actions/upload-artifact@"):
        shutil.copytree(tree.folder / _filled(wanted["path"], known), kept / _filled(wanted["name"], known))
    elif step["uses"].startswith("actions/download-artifact@"):
        for folder in kept.glob(wanted["pattern"]):
            shutil.copytree(folder, tree.folder / wanted["path"] / folder.name)
    else:
        assert step["uses"].startswith(("actions/checkout@", "actions/setup-python@")), step["uses"]


def gitlab(tree: Tree, **more: str) -> Played:
    """Play the pipeline of GitLab, stage by stage; what a job does not name as an artifact is gone after it."""
    flow, played = document(GITLAB), Played()
    jobs = {name: job for name, job in flow.items() if isinstance(job, dict) and "script" in job}
    for stage in flow["stages"]:
        for name, job in ((name, job) for name, job in jobs.items() if job["stage"] == stage):
            scripts = "\n".join([*flow.get(job.get("extends", ""), {}).get("before_script", []), *job["script"]])
            total = int(job.get("parallel", 1))

            def play(index: str, name: str = name, scripts: str = scripts, total: int = total, job: Any = job) -> None:
                parallel = {"CI_NODE_INDEX": index, "CI_NODE_TOTAL": str(total)}
                known, shell = flow["variables"] | more | parallel, ["bash", "-eo", "pipefail", "-c"]
                parts = [scripts, *filter(None, ["\n".join(job.get("after_script", []))])]
                played.commands[f"{name} {index}"] = [tree.sh(shell, part, **known) for part in parts]

            _at_once(play, (str(index + 1) for index in range(total)))
            missing = [path for path in job["artifacts"]["paths"] if not (tree.folder / path).exists()]
            assert missing == [], f"{name}: its artifacts are not there"
    played.left = tree.folder
    return played


def jenkins(tree: Tree, **more: str) -> Played:
    """Play the Jenkinsfile: the commands of the matrix for each value of its axis, then those of the other stages."""
    text, played = JENKINS.read_text(encoding="utf-8"), Played()
    first, last = text.split("stage('Gate')")
    values = re.findall(r"'(\d+)'", re.search(r"values (.*)", first)[1])  # type: ignore[index]
    constants = dict(re.findall(r"(\w+) = '(\d+)'", first))
    shell = ["sh", "-xe", "-c"]

    def play(shard: str) -> None:
        known = {**constants, "SHARD": shard, **more}
        played.commands[f"shard {shard}"] = _until_failure(tree, shell, scripts(first), known)

    _at_once(play, values)
    assert sorted(re.findall(r"unstash 'shard-(\d+)'", last)) == values
    steps, after = last.split("post {")
    ran = _until_failure(tree, shell, scripts(steps), {key: more[key] for key in more if "TOKEN" not in key})
    played.commands["gate"] = ran + _until_failure(tree, shell, scripts(after), more)
    played.left = tree.folder / "runs" / more["BUILD_NUMBER"]
    return played


def scripts(text: str) -> list[str]:
    """Return the commands of a piece of a Jenkinsfile."""
    return [long or short for long, short in _SH.findall(text)]


def tekton(tree: Tree, parameters: Mapping[str, str], folders: Mapping[str, str], **more: str) -> Played:
    """Play the Pipeline: its tasks for each value of their matrix, then what stands in `finally`."""
    parts = list(yaml.load_all(TEKTON.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))
    tasks = {part["metadata"]["name"]: part["spec"] for part in parts if part["kind"] == "Task"}
    (pipeline,) = (part["spec"] for part in parts if part["kind"] == "Pipeline")
    known = {row["name"]: row["default"] for row in pipeline["params"] if "default" in row} | dict(parameters)
    outer = {f"params.{key}": value for key, value in known.items()} | {"context.pipelineRun.name": "run-1"}
    played = Played()
    for used in [*pipeline["tasks"], *pipeline["finally"]]:
        task = tasks[used["taskRef"]["name"]]
        given = {row["name"]: _filled(row["value"], outer, _TEKTON) for row in used["params"]}
        rows = used.get("matrix", {}).get("params", [{"name": "", "value": [""]}])
        places = {f"workspaces.{row['name']}.path": folders[row["workspace"]] for row in used["workspaces"]}
        assert {row["name"] for row in task["workspaces"]} == {row["name"] for row in used["workspaces"]}

        def play(
            value: str, used: Any = used, task: Any = task, given: Any = given, rows: Any = rows, places: Any = places
        ) -> None:
            params = given | ({rows[0]["name"]: value} if value else {})
            assert params.keys() == {row["name"] for row in task["params"]}, "parameters given, and those of the task"
            inner = {f"params.{key}": text for key, text in params.items()} | places
            environment = {row["name"]: _filled(row["value"], inner, _TEKTON) for row in task["stepTemplate"]["env"]}
            ran = []
            for step in task["steps"]:
                script = tree.folder.parent / f"{used['name']}-{value}.sh"
                script.write_text(_filled(step["script"], {}, _TEKTON), encoding="utf-8")
                script.chmod(0o755)
                ran.append(tree.sh(["sh", "-c"], str(script), **environment, **more))
            played.commands[f"{used['name']} {value}".strip()] = ran

        _at_once(play, rows[0]["value"])
    played.left = Path(folders["results"]) / "run-1"
    return played
