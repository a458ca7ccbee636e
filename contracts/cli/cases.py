"""The command that runs the cases: pytest on them, from any folder, with nothing of that folder's own pytest."""

import gc
import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from contracts.cli.options import echo
from contracts.text.message import Message, about, msg
from contracts.text.near import near

PLUGINS = (
    *("xdist.plugin", "allure_pytest.plugin"),
    *(f"contracts.pytest_plugin.{module}" for module in ("collection", "fixtures", "hooks")),
)
"""The plugins of pytest that the project depends on, and its own. Others that happen to be installed are not loaded by
themselves: one that repeats, reorders or blocks would change what a verdict says, and to look for them takes time at
each start. Its own are named here because no conftest.py is read: pytest looks for them beside whatever may be a path
among the options, so beside a run's folder too, and imports what it finds."""


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[OPTION …]")
def run(options: tuple[str, ...]) -> None:
    """Run the cases against the target, with the settings and all pytest options as OPTION: see run --help.

    Runs pytest on the cases of this suite, from any folder. Its files there (pytest.ini, conftest.py), PYTEST_ADDOPTS
    and PYTEST_PLUGINS are ignored. Exit codes: those of a verdict.
    """
    gc.disable()  # as conftest.py does, until all is imported
    import pytest

    from contracts.paths import CASES, ROOT

    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": ",".join(PLUGINS)}  # also for workers
    os.environ["PYTHONSAFEPATH"] = "1"  # or workers, which start with -c, would import from the working directory
    ours = [str(CASES), "-c", str(ROOT / "pytest.ini"), "--rootdir", str(ROOT), "--noconftest"]
    if "no:cacheprovider" not in "".join(options):  # without it, the setting is an unknown one
        ours += ["-o", f"cache_dir={Path.cwd() / '.pytest_cache'}"]  # not into the installed package
    code = pytest.main([*ours, *options], plugins=[SameNames()])
    if code == pytest.ExitCode.USAGE_ERROR:
        _hint(options)
    sys.exit(code)


def _hint(options: Sequence[str]) -> None:
    """Say what a word was meant for that is near one of our options, or is an address: pytest does not know."""
    from contracts.i18n.locale import lang_of, wished
    from contracts.pytest_plugin.collection import OF_A_RUN
    from contracts.settings.settings import SETTINGS, is_secret, option

    own = {*(option(name) for name, field in SETTINGS.items() if not is_secret(field)), *OF_A_RUN}
    for before, word in pairwise(("", *options)):
        name = word.partition("=")[0]
        if word.startswith(("http://", "https://")) and not before.startswith("-"):
            echo(msg("an address is set by --base-url {url}", word), err=True, lang=wished(lang_of(options)))
        elif name.startswith("--") and name not in own and (hint := near(name, own, Message(""), most=1, cutoff=0.85)):
            echo(about(name, hint), err=True, lang=wished(lang_of(options)))


class SameNames:
    """A plugin of pytest: tests are called as in a checkout, not by their way from the working directory."""

    def pytest_sessionstart(self, session: Any) -> None:
        """Let what is written for people start from the root, as node ids do."""
        config = session.config
        config.cwd_relative_nodeid = str
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.startpath = config.rootpath


COMMANDS = (run,)
