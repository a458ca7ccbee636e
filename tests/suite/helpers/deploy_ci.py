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
ACTION = ROOT / "action.yml"
COMPONENT = ROOT / "templates" / "zadig-contract.yml"
GITLAB = CI / "gitlab" / "zadig-contract.gitlab-ci.yml"
JENKINS = CI / "jenkins" / "Jenkinsfile"
TEKTON = CI / "tekton" / "pipeline.yaml"
ZADIG = CI / "zadig" / "test.sh"

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_TEKTON = re.compile(r"\$\(([\w.-]+)\)")
_INPUT = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")
_VARIABLE = re.compile(r"\$(\w+)")
_COMPARED = re.compile(r"([\w.-]+) ([!=]=) ''")
_SH = re.compile(r"\bsh\s+(?:'''(.*?)'''|'([^'\n]*)'|(\w+))", re.DOTALL)


@dataclass
class Played:
    """What came of a template: each command that ran and the outputs, by job, and the files that the last job left."""

    commands: dict[str, list[Done]] = field(default_factory=dict)
    told: dict[str, dict[str, str]] = field(default_factory=dict)
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


@dataclass(frozen=True)
class Job:
    """A job of GitHub on its machine.

    tree: its workspace.
    name: what it is called.
    more: what is in its environment besides.
    ran: each command that ran.
    """

    tree: Tree
    name: str
    more: Mapping[str, str]
    ran: list[Done] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What the machine sets."""
        machine = self.tree.folder.parent / f"machine {self.name}"
        machine.mkdir(exist_ok=True)
        return {
            "RUNNER_TEMP": str(machine),
            "GITHUB_OUTPUT": str(machine / "output"),
            "GITHUB_ACTION_PATH": str(ROOT),
            **self.more,
        }

    @property
    def told(self) -> dict[str, str]:
        """The outputs of the action."""
        lines = Path(self.environment["GITHUB_OUTPUT"]).read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def steps(self, rows: Iterable[Mapping[str, Any]], known: Mapping[str, str]) -> None:
        """Play steps in their order, those of our own action among them."""
        failed = len(self.ran)
        for step in rows:
            if not _goes_on(step.get("if"), known, any(done.code for done in self.ran[failed:])):
                continue
            if "run" in step:
                environment = {key: _filled(value, known) for key, value in step.get("env", {}).items()}
                shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
                self.ran.append(self.tree.sh(shell, _filled(step["run"], known), **environment, **self.environment))
            elif step["uses"].startswith("OWNER/zadig-contract-tests@"):
                self.action({name: _filled(value, known) for name, value in step["with"].items()})
            else:
                _artifact(step, known, self.tree)

    def action(self, given: Mapping[str, str]) -> None:
        """Play our own action with these inputs."""
        action = document(ACTION)
        assert given.keys() <= action["inputs"].keys(), "inputs that the action does not have"
        inputs = {name: row["default"] for name, row in action["inputs"].items()} | given
        inner = {f"inputs.{name}": value for name, value in inputs.items()} | {"github.action_path": str(ROOT)}
        self.steps(action["runs"]["steps"], inner)


def _goes_on(condition: str | None, known: Mapping[str, str], failed: bool) -> bool:
    """Return whether a step runs: after a failure only one that says so."""
    terms = condition.removeprefix("${{ ").removesuffix(" }}").split(" && ") if condition else []
    compared = [_COMPARED.fullmatch(term) for term in terms if term != "!cancelled()"]
    assert None not in compared, f"a condition that is not known here: {condition}"
    holds = all((known[one[1]] == "") is (one[2] == "==") for one in compared if one)
    return holds and ("!cancelled()" in terms or not failed)


def github(tree: Tree, values: Mapping[str, str], **more: str) -> Played:
    """Play the workflow of GitHub Actions: the matrix, then the job that needs it, on a machine of its own."""
    flow, played = document(GITHUB), Played()
    for name, job in flow["jobs"].items():
        matrix = job.get("strategy", {}).get("matrix", {}).get("shard", [""])

        def play(shard: str, name: str = name, job: Any = job, total: int = len(matrix)) -> None:
            known = {"matrix.shard": shard, "strategy.job-total": str(total), **values}
            at = Job(tree, f"{name} {shard}".strip(), more)
            at.steps(job["steps"], known)
            played.commands[at.name], played.told[at.name] = at.ran, at.told

        _at_once(play, matrix)
        played.left = tree.folder
        if name != list(flow["jobs"])[-1]:
            tree.renew()
    return played


def _artifact(step: Mapping[str, Any], known: Mapping[str, str], tree: Tree) -> None:
    """Do what GitHub's own actions do: the one that sets Python up does nothing here."""
    wanted, kept = step.get("with", {}), tree.folder.parent / "artifacts"
    if step["uses"].startswith("actions/upload-artifact@"):
        shutil.copytree(tree.folder / _filled(wanted["path"], known), kept / _filled(wanted["name"], known))
    elif step["uses"].startswith("actions/download-artifact@"):
        for folder in kept.glob(wanted["pattern"]):
            shutil.copytree(folder, tree.folder / wanted["path"] / folder.name)
    else:
        assert step["uses"].startswith("actions/setup-python@"), step["uses"]


def component(given: Mapping[str, str], path: Path = COMPONENT) -> dict[str, Any]:
    """Return the jobs of the component of GitLab with these inputs; each that has no default has to be among them."""
    head, body = yaml.safe_load_all(path.read_text(encoding="utf-8"))
    rows = head["spec"]["inputs"]
    assert given.keys() <= rows.keys(), "inputs that the component does not have"
    inputs = {name: row["default"] for name, row in rows.items() if "default" in row} | dict(given)

    def put(part: Any) -> Any:
        """Put the inputs into each text; GitLab too does it in what it has read, not in the file."""
        if isinstance(part, str):
            return _filled(part, inputs, _INPUT)
        if isinstance(part, list):
            return [put(one) for one in part]
        return {key: put(value) for key, value in part.items()} if isinstance(part, dict) else part

    return {name: put(job) for name, job in body.items()}


def gitlab(tree: Tree, **more: str) -> Played:
    """Play the pipeline of GitLab: the job of the component that it includes, then its own on what that left."""
    flow, played = document(GITLAB), Played()
    outer = {"ZADIG_PROFILE": flow["variables"]["ZADIG_PROFILE"]["value"]} | more
    (included,) = flow["include"]
    shell = ["bash", "-eo", "pipefail", "-c"]
    for name, job in {**component(included["inputs"]), "pages": flow["pages"]}.items():
        own = job.get("variables", {}).items()
        known = outer | {key: _VARIABLE.sub(lambda found: outer.get(found[1], ""), value) for key, value in own}
        parts = ["\n".join([*job.get("before_script", []), *job["script"]]), "\n".join(job.get("after_script", []))]
        played.commands[name] = [tree.sh(shell, part, **known) for part in parts if part]
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
    named = dict(re.findall(r"^def (\w+) = '''(.*?)'''", JENKINS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))
    return [long or short or named[name] for long, short, name in _SH.findall(text)]


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
