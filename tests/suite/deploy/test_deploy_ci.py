"""deploy/ci/: every command of every template runs, and each ends in the merged verdict, whatever the CI system.

What the CI system would do around our commands is done by helpers, so none is needed.
"""

import re
from pathlib import Path

import yaml

from contracts.catalog.release import ROOT
from contracts.notify.services import SERVICES
from contracts.run.version import VERSION
from contracts.standin.process import StandIn
from helpers.bad_servers import says
from helpers.deploy_ci import (
    ACTION,
    CI,
    COMPONENT,
    GITHUB,
    GITLAB,
    JENKINS,
    TEKTON,
    ZADIG,
    Job,
    Played,
    component,
    github,
    gitlab,
    jenkins,
    scripts,
    tekton,
)
from helpers.deploy_tree import STRICT, Tree, token_of
from helpers.processes import Done
from helpers.raw_server import answer, serving
from helpers.whole_runs import verdict_of

TOOK = b"HTTP/1.1 200 OK\r\n"
PACKAGE = f"zadig-contract-tests=={VERSION}"
GIVEN = {"base-url": "$ZADIG_BASE_URL", "package": "$ZCT_PACKAGE"}
OTHERWISE = {"ZCT_PACKAGE": PACKAGE, "ZADIG_TOKEN": "some-token-of-a-member"}


def accepted(played: Played, token: str, merged: Path) -> None:
    """Hold a played template against what a user sees of an accepted run."""
    assert [done.output for job in played.commands.values() for done in job if done.code] == []
    found = verdict_of(merged)
    assert (found["verdict"], found["counts"]["not_run"], found["run"]["embedded"]) == ("accepted", 0, False)
    assert found["counts"]["run"] > 20
    assert {"junit.xml", "report.html", "summary.md"} <= {path.name for path in merged.iterdir()}
    assert token not in played.output


def test_github_accepts(tree: Tree, stand_in: StandIn, token: str) -> None:
    """Three shards, their artifacts, one merged verdict, a job summary, no annotation but the good news, and a card."""
    summary = tree.folder.parent / "summary"
    own = {"GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}
    with serving(says(answer(b"ok", TOOK))) as chat:
        more = {"secrets.ZADIG_WEBHOOK": f"{chat.url}/hook", "vars.NOTIFY_TO": "slack"}
        played = github(tree, of_github(stand_in, token) | more, GITHUB_STEP_SUMMARY=str(summary), **own)
    assert [b"https://github.example/a/b/actions/runs/7" in each for each in chat.requests] == [True]
    accepted(played, token, played.left / "zadig-contract")
    assert "accepted" in summary.read_text(encoding="utf-8")
    assert [line.partition(" ")[0] for line in commands(played.commands["gate"][2:3])] == ["::notice"]
    assert [ran for job in played.commands.values() for ran in job[1:2] if not between_stop_and_go(ran)] == []
    assert played.told["gate"] == {"verdict": "accepted", "exit": "0"}
    assert any(f"--require-hashes -r {ROOT}/requirements.lock" in line for line in tree.asked)


def test_github_rejects(tree: Tree, broken: StandIn) -> None:
    """A breach fails its shard and the gate, is annotated, and what was found is kept all the same."""
    played = github(tree, of_github(broken, token_of(broken)), **STRICT)
    gate = played.commands["gate"]
    assert [done.code for done in gate] == [0, 1, 0]
    assert played.told["gate"] == {"verdict": "rejected", "exit": "1"}
    assert [title for title in commands(gate[2:]) if title.startswith("::error title=breach create-workflow/")]
    assert (tree.folder.parent / "artifacts" / "zadig-contract" / "verdict.json").exists()


def between_stop_and_go(ran: Done) -> bool:
    """Return whether GitHub took no line of a step for a command: what it printed may have a server's texts in it."""
    lines = ran.output.splitlines()
    stop = lines[0].removeprefix("::stop-commands::")
    return bool(re.fullmatch("[0-9a-f]{32}", stop)) and lines[-1] == f"::{stop}::"


def of_github(server: StandIn, token: str) -> dict[str, str]:
    """Return what a workflow knows of its repository: the variables that are not set are empty there."""
    unset = dict.fromkeys(("secrets.ZADIG_WEBHOOK", "vars.NOTIFY_TO", "vars.ZADIG_PROJECT"), "")
    profile = {"inputs.profile || 'regression'": "regression"}
    return unset | profile | {"vars.ZADIG_BASE_URL": server.base_url, "secrets.ZADIG_TOKEN": token}


def commands(ran: list[Done]) -> list[str]:
    """Return the workflow commands among the lines that were printed."""
    return [line for done in ran for line in done.output.splitlines() if line.startswith("::")]


def test_gitlab_accepts(tree: Tree, stand_in: StandIn, token: str, token_file: Path) -> None:
    """The job of the component with its verdict and junit.xml, the report as a page, and a card."""
    with serving(says(answer(b"", TOOK))) as chat:
        more = {"ZADIG_WEBHOOK": f"{chat.url}/hook", "NOTIFY_TO": "generic"}
        more |= {"CI_PIPELINE_URL": "https://gitlab.example/7", "ZCT_PACKAGE": PACKAGE}
        played = gitlab(tree, ZADIG_BASE_URL=stand_in.base_url, ZADIG_TOKEN_FILE=str(token_file), **more)
    assert [b'"link": "https://gitlab.example/7"' in each for each in chat.requests] == [True]
    run = tree.folder / "zadig-contract"
    accepted(played, token, run)
    installed(tree)
    assert (tree.folder / "public/index.html").read_bytes() == (run / "report.html").read_bytes()
    assert (tree.folder / component(GIVEN)["zadig-contract"]["artifacts"]["reports"]["junit"]).exists()


def test_gitlab_lets_one_run_at_a_time_work_on_a_zadig() -> None:
    """By a schedule or by hand, and not for each push; whoever is under way removes what it made."""
    job = component(GIVEN | {"resource-group": "staging"})["zadig-contract"]
    assert (job["resource_group"], job["interruptible"]) == ("staging", False)
    assert [set(re.findall(r"\w+", rule["if"].partition("=~")[2])) for rule in job["rules"]] == [
        {"schedule", "web", "api", "trigger", "pipeline"}
    ]


def test_jenkins_accepts(tree: Tree, stand_in: StandIn, token: str, token_file: Path) -> None:
    """A matrix, then the gate on what it left, with results for the plugins of JUnit and allure, and a card."""
    more = {"ZADIG_BASE_URL": stand_in.base_url, "ZADIG_TOKEN_FILE": str(token_file), "ZADIG_PROFILE": "regression"}
    more |= {"PROJECT": "nginx", "ZCT_PACKAGE": PACKAGE, "BUILD_NUMBER": "7", "BUILD_URL": "https://jenkins.example/7"}
    with serving(says(answer(b'{"errcode": 0}', TOOK))) as chat:
        played = jenkins(tree, **more, NOTIFY_TO="wecom", ZADIG_WEBHOOK=f"{chat.url}/hook")
    assert [b"https://jenkins.example/7" in each for each in chat.requests] == [True]
    accepted(played, token, played.left / "merged")
    installed(tree)
    assert list((played.left / "allure").glob("*-result.json"))
    paths = re.findall(r'"(runs/\$\{BUILD_NUMBER\}/[\w./]*)', JENKINS.read_text(encoding="utf-8"))
    assert paths
    assert [path for path in paths if not (tree.folder / path.replace("${BUILD_NUMBER}", "7")).exists()] == []


def test_tekton_accepts(tree: Tree, stand_in: StandIn, token: str, token_file: Path, tmp_path: Path) -> None:
    """A matrix of shards, and the gate in the end; every parameter of a task is given, and none besides."""
    results = tmp_path / "results"
    parameters = {"image": "zadig-contract-tests", "base-url": stand_in.base_url, "link": "https://tekton.example/7"}
    folders = {"results": str(results), "token": str(token_file.parent), "webhook": str(token_file.parent)}
    with serving(says(answer(b'{"code": 0}', TOOK))) as chat:
        (token_file.parent / "webhook").write_text(f"{chat.url}/hook", encoding="utf-8")
        played = tekton(tree, parameters | {"notify-to": "feishu"}, folders, PYTHONPATH=str(ROOT))
    assert [b"https://tekton.example/7" in each for each in chat.requests] == [True]
    accepted(played, token, played.left / "merged")


def test_a_chat_decides_nothing(tree: Tree) -> None:
    """Where the gate cannot tell, its exit code stays, though the card cannot be sent either."""
    none = {"RUN": "none", "PROJECT": "", "ZADIG_PROFILE": "regression", "WEBHOOK_FILE": "none", "LINK": ""}
    done = tree.sh(["sh", "-c"], tekton_scripts()[1], PYTHONPATH=str(ROOT), NOTIFY_TO="slack", **none)
    assert (done.code, "cannot read none" in done.output) == (4, True), done.output


def tekton_scripts() -> list[str]:
    """Return the scripts of the tasks: the shard's, and the gate's."""
    tasks = [part["spec"] for part in yaml.safe_load_all(TEKTON.read_text(encoding="utf-8")) if part["kind"] == "Task"]
    return [step["script"] for task in tasks for step in task["steps"]]


def test_zadig_accepts(tree: Tree, stand_in: StandIn, token: str) -> None:
    """Zadig's own test leaves the report and the only XML file where the fields of the test say."""
    more = {"ZADIG_BASE_URL": stand_in.base_url, "ZADIG_TOKEN": token, "WORKSPACE": str(tree.folder)}
    more |= {"ZCT_PACKAGE": PACKAGE, "NOTIFY_TO": "dingtalk", "ZADIG_WEBHOOK": "http://127.0.0.1:9/hook"}
    more |= {"ZADIG_PROFILE": "smoke"}
    done = tree.sh(["bash", "-c"], ZADIG.read_text(encoding="utf-8"), **more)
    assert (done.code, token in done.output) == (0, False), done.output
    assert "dingtalk did not take the card" in done.output
    installed(tree)
    readme = (ZADIG.parent / "README.md").read_text(encoding="utf-8")
    for field in ("zadig-contract", "zadig-contract/report.html"):
        assert f"`{field}`" in readme
        assert (tree.folder / field).exists()
    assert [path.name for path in (tree.folder / "zadig-contract").rglob("*.xml")] == ["junit.xml"]


def installed(tree: Tree) -> None:
    """Hold a workspace against what was installed: the package that is named, and its own pinned packages, by hash."""
    ends = {" ".join(line.split()[-3:]) for line in tree.asked}
    assert ends == {f"--disable-pip-version-check --no-deps {PACKAGE}", f"--require-hashes -r {ROOT}/requirements.lock"}


NO_TARGET = "base_url (--base-url, ZADIG_BASE_URL): is empty"


def test_a_template_without_a_target_fails(tree: Tree) -> None:
    """No template falls back to the stand-in, which would accept every release: exit 4, and a line that says why."""
    job = component(GIVEN)["zadig-contract"]
    given = {"PACKAGE": PACKAGE, "PROFILE": "regression", "RELEASE": "1.7.0", "BASE_URL": ""}
    known = OTHERWISE | {f"ZCT_INPUT_{name}": value for name, value in given.items()}
    shard = scripts(JENKINS.read_text(encoding="utf-8").partition("stage('Gate')")[0])
    github_job = Job(tree, "only", {})
    github_job.action({"token": OTHERWISE["ZADIG_TOKEN"], "shard": "1/3"})
    pod = {"PYTHONPATH": str(ROOT), "ZADIG_BASE_URL": "", "RUN": "run", "PROJECT": "", "SHARD": "1", "SHARDS": "3"}
    done = [
        github_job.ran[-1],
        tree.sh(["sh", "-c"], tekton_scripts()[0], **pod, **OTHERWISE),
        tree.sh(["bash", "-eo", "pipefail", "-c"], "\n".join([*job["before_script"], *job["script"]]), **known),
        tree.sh(["sh", "-xe", "-c"], "\n".join(shard), ZADIG_BASE_URL="", SHARD="1", SHARDS="3", **OTHERWISE),
        tree.sh(["bash", "-c"], ZADIG.read_text(encoding="utf-8"), WORKSPACE=str(tree.folder), **OTHERWISE),
    ]
    assert [(one.code, NO_TARGET in one.output) for one in done] == [(4, True)] * 5, done
    assert github_job.told == {"verdict": "inconclusive", "exit": "4"}


def test_a_template_without_a_package_fails(tree: Tree) -> None:
    """None guesses from where the suite comes: another's package of that name would get the token."""
    done = tree.sh(["bash", "-c"], ZADIG.read_text(encoding="utf-8"), WORKSPACE=str(tree.folder))
    assert (done.code == 0, "ZCT_PACKAGE: set this variable of the test" in done.output, tree.asked) == (
        False,
        True,
        [],
    )
    texts = [path.read_text(encoding="utf-8") for path in (COMPONENT, JENKINS, ZADIG)]
    assert [len(re.findall(r'--no-deps "\$\{\w*PACKAGE:\?set ', text)) for text in texts] == [1, 1, 1]


def test_no_template_takes_the_stand_in_for_a_zadig() -> None:
    """Each asks for a live one, and none has an address that nobody filled in."""
    texts = [path.read_text(encoding="utf-8") for path in (ACTION, COMPONENT, JENKINS, TEKTON, ZADIG)]
    assert [re.search(r"ZADIG_REQUIRE_LIVE\b.{0,20}?(\n +value: )?\W*true", text) is not None for text in texts] == [
        True
    ] * 5
    texts += [path.read_text(encoding="utf-8") for path in (GITHUB, GITLAB, TEKTON.with_name("run.yaml"))]
    assert [text for text in texts if re.search(r"(value|default|defaultValue|base-url)\W+https?://", text)] == []


def test_each_template_tells_whatever_chat_is_set() -> None:
    """Off where it is not; its services are those of the command."""
    for path in (ACTION, COMPONENT, GITHUB, GITLAB, JENKINS, TEKTON, ZADIG.with_name("README.md")):
        text = path.read_text(encoding="utf-8")
        assert "NOTIFY_TO" in text, path
        assert path == COMPONENT or [name for name in SERVICES if name not in text] == [], path


def test_every_version_that_is_shown_is_this_one() -> None:
    """Whoever copies a template gets the suite that it came with."""
    files = [path for path in CI.parent.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    texts = [path.read_text(encoding="utf-8") for path in (*files, ACTION, COMPONENT)]
    shown = [
        re.findall(r"zadig-contract(?:-tests)?(?:==|:|@v?|@(?:0{40}|COMMIT) # v)(\d+\.\d+\.\d+)", text)
        for text in texts
    ]
    assert {version for found in shown for version in found} == {VERSION}
    assert sum(bool(found) for found in shown) > 6


def test_the_readme_names_what_is_there() -> None:
    """Every path in backticks exists, and every part of deploy/ is told of, also in Chinese."""
    english, _, chinese = (CI.parent / "README.md").read_text(encoding="utf-8").partition("## 中文")
    assert chinese
    for text in (english, chinese):
        for name in ("Dockerfile", "kubernetes", "github", "gitlab", "jenkins", "tekton", "zadig"):
            assert name in text
    paths = re.findall(r"`((?:deploy|ci|kubernetes)/[\w./-]+)`", english + chinese)
    assert [path for path in paths if not any((root / path).exists() for root in (ROOT, CI.parent))] == []
