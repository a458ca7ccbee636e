"""Every error of the suite hangs on one tree, so that whoever catches one can say what is wrong in any language."""

import ast
import os
from pathlib import Path

import pytest

from contracts.i18n.translate import localized
from contracts.paths import PACKAGE
from contracts.settings.settings import SettingsError
from contracts.text.errors import EndedError, InputError, SuiteError, TargetError, of_system, unreadable
from contracts.text.message import msg

APART = ("text/errors.py", "standin/errors.py", "standin/process.py")
"""The tree itself, and the stand-in, which stands alone."""
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if not path.as_posix().endswith(APART)]


def bases(path: Path) -> set[str]:
    """Return what the errors of a module are made of."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {ast.unparse(base) for node in nodes if isinstance(node, ast.ClassDef) for base in node.bases}


def test_every_error_hangs_on_the_tree() -> None:
    """None is a mere exception of Python's."""
    plain = {"Exception", "BaseException", "ValueError", "RuntimeError", "TypeError", "KeyError", "OSError"}
    assert [path for path in MODULES if bases(path) & plain] == []


@pytest.mark.parametrize("kind", [SuiteError, InputError, TargetError, EndedError, SettingsError])
def test_an_error_is_said_in_both_languages(kind: type[SuiteError]) -> None:
    """An error has its message, and that is also its text."""
    error = kind(msg("{file} cannot be read: {why}", "zadig.toml", of_system("Permission denied")))
    assert str(error) == "zadig.toml cannot be read: Permission denied"
    assert localized(error.message, "zh") == "无法读取 zadig.toml：没有权限"
    assert kind().message == ""


def test_what_nobody_knows_of_the_system_stays_as_it_is() -> None:
    """What the system says is translated where it is known."""
    assert localized(of_system("Quota exceeded"), "zh") == "Quota exceeded"
    assert localized(of_system("Is a directory"), "zh") == "是目录"


def test_a_file_of_another_user_tells_who_tries_and_what_to_do() -> None:
    """A token has to be its owner's alone, so in a container it is often somebody else's."""
    told = str(unreadable("token", PermissionError(13, "Permission denied")))
    assert f"token: Permission denied for user {os.getuid()}; run as the owner" in told
    assert str(unreadable("token", FileNotFoundError(2, "No such file or directory"))).endswith(
        "No such file or directory"
    )
