"""Whoever speaks Chinese reads Chinese at every sink, while what programs read stays English."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.case.cleanup import still_there
from contracts.check.breach import Breach, Kind
from contracts.report.html.page import render
from contracts.report.summary.markdown import render as markdown
from contracts.report.verdict_rules import Result as Became
from contracts.standin.app import create_app
from contracts.target.target import Subject
from contracts.text.message import msg
from helpers.html_samples import everything, outcome, verdict
from helpers.live_target import Live
from helpers.messages import english_in
from helpers.whole_runs import Ran, run

BROKEN = "envelope/cancel-task/no-such-task/extra-null"


def spoken(output: str) -> str:
    """Return an output without the lines for a shell, and without what pytest itself says."""
    ours = output.partition("Zadig 契约测试")[2]
    return "\n".join(line for line in ours.splitlines() if not re.search("重试：|单独执行|passed|failed", line))


def command(*args: object, **environ: str) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], env=environ)


@pytest.fixture(scope="module")
def red(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run on a target that breaks one promise, told in Chinese because the locale is."""
    with fault_proxy(breakages()[BROKEN], create_app()) as broken:
        environ = {"LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
        return run(tmp_path_factory.mktemp("red"), "--base-url", broken.base_url, "-k", "no-such", **environ)


def test_a_red_run_ends_in_chinese(red: Ran) -> None:
    """The terminal says in Chinese what is broken and what that means, and the exit code is as ever."""
    assert red.code == 1
    assert re.search(
        r"^结论（模拟服务 perfect）：拒绝：\d+ 个违约（计划 \d+ 个用例，符合 \d+ 个，退出码 1）$", red.output, re.M
    )
    assert re.search(r"^违约  cancel-task/", red.output, re.M)
    says = r"^  \$\.extra 处类型错误，约定：object 类型的值；实际：null None  \[wrong-type:\$\.extra\]$"
    assert re.search(says, red.output, re.M)
    assert english_in(spoken(red.output)) == []


def test_what_programs_read_stays_english(red: Ran) -> None:
    """verdict.json and junit.xml know no language, so that runs of all machines can be put together."""
    said = [*red.verdict["reasons"], *red.verdict["run"]["notes"]]
    for case in red.verdict["cases"]:
        said += [case["reason"], *(breach[key] for breach in case["breaches"] for key in ("promised", "came"))]
    assert "a value of type object" in said
    junit = (Path(red.folder) / "junit.xml").read_text(encoding="utf-8")
    assert "expected a value of type object, got null None" in junit
    assert not re.search("[\u4e00-\u9fff]", "".join(said))


def test_the_reports_of_a_red_run(red: Ran) -> None:
    """report.html has what was promised and what came in both languages, summary.md in that of the run."""
    page = (Path(red.folder) / "report.html").read_text(encoding="utf-8")
    assert '<span lang="en">a value of type object</span><span lang="zh-CN">object 类型的值</span>' in page
    summary = (Path(red.folder) / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("# ✘ Zadig 契约测试：拒绝")
    assert "## 问题" in summary
    assert "约定：`object 类型的值`" in summary


def test_reports_are_made_anew_in_another_language(red: Ran, tmp_path: Path) -> None:
    """A run that was told in one language can be told in the other: its verdict is enough."""
    (tmp_path / "verdict.json").write_bytes((Path(red.folder) / "verdict.json").read_bytes())
    for lang, head in (("en", "# ✘ Zadig contract: rejected"), ("zh", "# ✘ Zadig 契约测试：拒绝")):
        assert command("report", tmp_path, "--lang", lang).exit_code == 0
        assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith(head)


def test_a_verdict_of_an_earlier_version_is_told_in_english(red: Ran, tmp_path: Path) -> None:
    """Without template and values beside it, a text is shown as it stands, between lines in Chinese."""

    def without(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: without(value) for key, value in data.items() if "_message" not in key}
        return [without(one) for one in data] if isinstance(data, list) else data

    (tmp_path / "verdict.json").write_text(json.dumps(without(red.verdict)), encoding="utf-8")
    assert command("report", tmp_path, "--lang", "zh").exit_code == 0
    assert "约定：`a value of type object`" in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_the_gate_speaks_chinese(red: Ran, tmp_path: Path) -> None:
    """gate, compare and a folder that cannot be used are told in Chinese; JSON is the same in both languages."""
    done = command("gate", red.folder, tmp_path / "nothing", "--lang", "zh")
    assert done.exit_code == 1
    assert (
        done.output.splitlines()[-1]
        == "门禁：拒绝（退出码 1，2 次运行）；其中 1/2 次对模拟服务（stand-in）执行：不能说明任何真实 Zadig 的情况"
    )
    assert "没有 verdict.json：目录不存在" in done.output
    assert english_in(done.output) == []
    one, other = (command("gate", red.folder, "--json", "--lang", lang).output for lang in ("en", "zh"))
    assert one == other
    compared = command("compare", red.folder, red.folder, "--lang", "zh")
    assert re.search(r"^比较结果：仍未修复 \d+ 项（退出码 0）$", compared.output, re.M)
    assert english_in(compared.output) == []
    unknown = command("gate", "--nothing", red.folder, ZADIG_LANG="zh")
    assert (unknown.exit_code, bool(re.search("没有选项 .?--nothing", unknown.output))) == (4, True)


def test_an_accepted_run_ends_in_chinese(tmp_path: Path) -> None:
    """The setting counts, whatever the locale is; known deviations are told too."""
    done = run(
        tmp_path, "--behaviour", "1.7.0", "-k", "body-null or success", "-n", "2", ZADIG_LANG="zh", LC_ALL="C.UTF-8"
    )
    assert done.code == 0
    assert re.search(
        r"^结论（模拟服务 1\.7\.0）：通过（计划 \d+ 个用例，符合 \d+ 个，已知偏差 \d+ 个，退出码 0）$",
        done.output,
        re.M,
    )
    assert "已知偏差  null-body-crashes：请求体为 null，或启动任务的 targets 中含 null 时，处理程序崩溃" in done.output
    assert english_in(spoken(done.output)) == []


@pytest.mark.parametrize(
    ("options", "environ", "says"),
    [
        (("--lang", "zh", "--shard", "0/3"), {}, "设置 shard（--shard, ZADIG_SHARD）：应为 I/N，I 从 1 到 N，如 2/3"),
        (
            ("--lang", "zh"),
            {"ZADIG_TOKEN": "a b c d e f g"},
            "设置 token（ZADIG_TOKEN）：含有换行、空格或请求头不允许的字符；请重新复制",
        ),
        ((), {"ZADIG_LANG": "zh", "ZADIG_RELEASE": "9"}, "没有版本 '9'；可用的有"),
        (("--lang", "zh", "--base-url", "http://127.0.0.1:9"), {"ZADIG_TOKEN_FILE": "/"}, "无法读取 /：是目录"),
        (("--deviations", "none.toml", "--lang", "zh"), {}, "none.toml：无法读取：没有该文件或目录"),
        (("--lang", "fr"), {"LC_ALL": "zh_CN.UTF-8"}, "设置 lang（--lang, ZADIG_LANG）：应为 'en' 或 'zh'"),
    ],
)
def test_a_wrong_setting_is_told_in_chinese(
    tmp_path: Path, options: tuple[str, ...], environ: dict[str, str], says: str
) -> None:
    """pytest ends with one Chinese line where a setting cannot be used, be the language itself the one."""
    done = run(tmp_path, *options, **environ)
    assert done.code == 4
    assert says in done.output


@pytest.mark.usefixtures("bare")
def test_the_doctor_speaks_chinese(served: Live) -> None:
    """Findings and advice are Chinese, the names of checks and the JSON are not."""
    token = {"ZADIG_TOKEN": served.tokens["member"]}
    well = command("doctor", "--base-url", served.url, "--lang", "zh", **token)
    assert well.exit_code == 0
    assert "ok    access        令牌有效" in well.output.splitlines()
    assert english_in(well.output.replace("python -m contracts sweep [--by-prefix]", "")) == []
    ill = command("doctor", "--base-url", served.url, "--project", "none", "--lang", "zh", **token)
    assert ill.exit_code == 1
    row = next(line for line in ill.output.splitlines() if line.startswith("fail  project"))
    assert re.search(r"目标没有项目 'none'；可用的有 .*；请将 --project（ZADIG_PROJECT）设为其中之一$", row)
    told = json.loads(command("doctor", "--base-url", served.url, "--json", "--lang", "zh", **token).output)
    assert not re.search("[\u4e00-\u9fff]", json.dumps(told, ensure_ascii=False))


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("doctor", "--lang", "zh"), 4, "缺少设置 base_url（--base-url, ZADIG_BASE_URL）；请设为要检查的 Zadig"),
        (
            ("doctor", "--base-url", "x", "--lang=zh"),
            4,
            "应以 http:// 或 https:// 开头；写法如 https://zadig.example.com",
        ),
        (("sweep", "--lang", "zh"), 4, "缺少设置 base_url（--base-url, ZADIG_BASE_URL）；请设为要清理的 Zadig"),
        (("sweep", "no-run", "--base-url", "http://127.0.0.1:9", "--lang", "zh"), 4, "运行 no-run：没有 journal.jsonl"),
        (("history", "--lang", "zh", "."), 4, "其中没有带结论的运行"),
        (("bundle", "--lang", "zh"), 4, "请给出一次运行的目录，或用 --verify 给出证据包"),
        (("standin", "--breakage", "no-such", "--lang", "zh"), 4, "没有 'no-such'；"),
        (("doctor", "--nothing", "--lang", "zh"), 4, "没有选项"),
    ],
)
def test_a_command_that_cannot_be_done_says_why_in_chinese(args: tuple[str, ...], code: int, says: str) -> None:
    """Each command ends with its exit code and a Chinese line."""
    done = command(*args)
    assert (done.exit_code, says in done.output) == (code, True), done.output


def test_both_languages_are_in_the_page() -> None:
    """Reasons, notes, leaks, what was promised and what came are there twice, the server's own words but once."""
    wrong = Breach(Kind.MISSING, "$.code", msg("this key"), msg("no such key, only {keys}", "a, b"), True, "$.code")
    server = Breach(
        Kind.TEXT,
        "body",
        msg("an empty body"),
        "'no case was selected; check -k, --operation, --exclude and the paths'",
        True,
    )
    cases = [
        outcome(Became.BREACH, breaches=(wrong, server)),
        outcome(Became.BLOCKED, reason=msg("the precondition changed by itself, {n} times", 5)),
    ]
    leak = still_there(Subject("zct-1", "p"), msg("{call} returned {came}", "delete-workflow", "HTTP 500"))
    page = render(verdict(*cases, leaks=[leak.why]))
    for english, chinese in (
        ("this key", "有该字段"),
        ("no such key, only a, b", "没有该字段，只有 a, b"),
        ("the precondition changed by itself, 5 times", "前置条件满足后自行变化，连续 5 次"),
        ("zct-1 in project p: delete-workflow returned HTTP 500", "项目 p 中的 zct-1：delete-workflow 返回 HTTP 500"),
    ):
        assert f'<span lang="en">{english}</span><span lang="zh-CN">{chinese}</span>' in page
    assert "<code>&#39;no case was selected; check -k, --operation, --exclude and the paths&#39;</code>" in page


def test_a_summary_with_everything_in_it_is_chinese() -> None:
    """summary.md has no English sentence left, and is as harmless as in English."""
    data = everything()
    means = msg("a body of null, or a start with a null target, crashes the handler: HTTP 500 with an empty body")
    data["deviations"] = [row | {"means": means} for row in data["deviations"]]
    text = re.sub(r"<code>.*?</code>|`[^`\n]*`", "", markdown(data, "zh"), flags=re.DOTALL)
    assert english_in(text) == []
