"""The settings table of the READMEs, written from the settings themselves."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from contracts.derive.command import DIFFERENT, UNUSABLE, UP_TO_DATE, difference
from contracts.settings.settings import PREFIX, SETTINGS, is_secret, option
from contracts.text.tables import row

BEGIN, END = "<!-- settings: begin -->", "<!-- settings: end -->"

CHINESE: Mapping[str, str] = {
    "base_url": "被测 Zadig 的地址；不填则使用内置替身",
    "token": "API 令牌，其用户在项目内拥有全部权限",
    "token_file": "存放该令牌的文件",
    "viewer_token": "项目内只读用户的令牌",
    "outsider_token": "只属于另一个项目的用户的令牌",
    "outsider_project": "上述外部用户所属的项目",
    "expired_token": "项目成员的一个已过期的令牌",
    "project": "用例所在的项目",
    "env_name": "项目中的环境",
    "service": "项目中已配置构建的服务",
    "service_module": "服务下的组件",
    "repo": "该组件构建所用的代码库",
    "branch": "能构建成功的分支",
    "failing_branch": "会构建失败的分支，供任务失败类用例使用",
    "hanging_branch": "会构建超时的分支，供任务超时类用例使用",
    "release": "按哪个版本的契约测试；auto 表示向目标查询（仅在目标能告知时有效）",
    "api_prefix": "所有接口的路径前缀；直连 aslan 端口时为 /api",
    "profile": "执行范围",
    "behaviour": "替身的行为：perfect（完全符合契约），或某个版本（带有该版本的缺陷）",
    "lang": "提示信息的语言；不填则按系统 locale",
    "run_dir": "本次运行的目录；不填则为 runs/&lt;运行 id>",
    "shard": "I/N：把用例分成 N 份，只跑第 I 份",
    "deviations": "追加的已知偏差文件；none 表示不承认任何已知偏差",
    "unknown_fields": "响应中出现文档未记载的字段时如何处理",
    "drift": "与真实服务器上观测到的行为不符（漂移）时如何处理",
    "connect_timeout": "建立连接的时限（秒）",
    "first_byte_timeout": "等待首字节的时限，也是相邻两次收到数据之间的时限（秒）",
    "in_flight": "同时执行的用例数；1 表示逐个执行",
    "answer_timeout": "收完整个响应的时限（秒）",
    "run_timeout": "整次运行的时限（秒）；到时尚未执行的用例不再执行",
    "state_timeout": "在真实目标上等待任务到达某个状态的时限（秒）",
    "max_answer": "响应大小上限（字节，按解压后计）",
    "ca_file": "要信任的 CA 证书，取代公共 CA",
    "client_cert": "客户端证书",
    "client_key": "客户端证书的私钥",
    "proxy": "使用的代理；环境变量里的代理设置不生效",
    "allow_http": "允许以明文 http 访问其他主机",
}
"""What each setting means, in Chinese. In English it is the setting's own description."""

ENGLISH: Mapping[str, str] = {
    name: str(field.metadata["means"]).replace("<", "&lt;") for name, field in SETTINGS.items()
}

Echo = Callable[[str], None]


@dataclass(frozen=True)
class Language:
    """One README: its file, and the words of its table."""

    file: str
    head: tuple[str, str, str, str]
    means: Mapping[str, str]
    colon: str
    comma: str


LANGUAGES = (
    Language("README.md", ("option", "variable", "default", "meaning"), ENGLISH, ": ", ", "),
    Language("README.zh-CN.md", ("选项", "环境变量", "默认值", "含义"), CHINESE, "：", "、"),
)


def readme(root: Path, check: bool, echo: Echo) -> int:
    """Write the settings table into the READMEs below `root`, or with `check` compare it.

    Returns 0; 1 for a difference under `check`; 4 where the table has no place or a meaning is missing.
    """
    try:
        texts = {language.file: _read(root / language.file) for language in LANGUAGES}
        wanted = {language.file: with_table(texts[language.file], language) for language in LANGUAGES}
    except ValueError as error:
        echo(str(error))
        return UNUSABLE
    changed = [file for file in wanted if wanted[file] != texts[file]]
    for file in changed:
        if check:
            echo(difference(file, texts[file], wanted[file]))
        else:
            (root / file).write_bytes(wanted[file].encode())
    if check and changed:
        return DIFFERENT
    echo(f"{', '.join(wanted)}: {len(SETTINGS)} settings, {'written' if changed else 'up to date'}")
    return UP_TO_DATE


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ValueError(f"{path.name}: cannot be read: {error.strerror}") from None


def with_table(text: str, language: Language) -> str:
    """Return a README with the table as it should be; raises ValueError, one line, where it cannot be written."""
    whole = between(text, BEGIN, END, "\n".join(_table(language)))
    if whole is None:
        raise ValueError(f"{language.file}: has no place for the settings; put {BEGIN} and {END} on lines of their own")
    return whole


def between(text: str, begin: str, end: str, content: str) -> str | None:
    """Return a text with `content` in place of the lines between two markers; None where it does not have both."""
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    return f"{before}{begin}\n{content}\n{end}{after}" if found and ended else None


def _table(language: Language) -> Iterator[str]:
    for cells in (language.head, ("---",) * 4, *(_row(name, language) for name in SETTINGS)):
        yield table_row(cells)


def table_row(cells: Iterable[str]) -> str:
    """Return a row of a table of the READMEs, whose empty cells are one blank wide."""
    return row(*cells).replace("|  ", "| ")


def _row(name: str, language: Language) -> tuple[str, str, str, str]:
    if name not in language.means:
        raise ValueError(f"{language.file}: setting {name} has no meaning yet; add it to settings/readme_table.py")
    field = SETTINGS[name]
    choices = language.comma.join(f"`{choice}`" for choice in _choices(field))
    meaning = language.means[name] + (f"{language.colon}{choices}" if choices else "")
    shown_option = "" if is_secret(field) else f"`{option(name)}`"
    return shown_option, f"`{PREFIX}{name.upper()}`", _default(field), meaning.replace("|", r"\|")


def _choices(field: Field[Any]) -> tuple[str, ...]:
    return get_args(field.type) if get_origin(field.type) is Literal else ()


def _default(field: Field[Any]) -> str:
    if field.default is None:
        return ""
    return f"`{str(field.default).lower() if field.type is bool else field.default}`"
