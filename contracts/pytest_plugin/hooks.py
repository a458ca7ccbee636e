"""The pytest side: options, fixtures and hooks. Thin: what is worked out stands in the modules that it calls."""

import gc
import os
import sys
from collections.abc import Callable, Container, Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contracts.catalog.release import CatalogError
from contracts.catalog.release import load as of_release
from contracts.i18n.locale import wished
from contracts.i18n.translate import localized, say
from contracts.paths import CASES, COMMAND, real
from contracts.pytest_plugin import masking, streams
from contracts.pytest_plugin.collection import SESSION, case_id_of
from contracts.pytest_plugin.dry_run import DryRun
from contracts.pytest_plugin.listener import Listener
from contracts.pytest_plugin.progress import Progress
from contracts.pytest_plugin.signals import Interrupts, end_on_signals
from contracts.report.summary.terminal import summary
from contracts.run.conclusion import clean_up, finish, still_to_come, stop
from contracts.run.description import ends_early, explores, title
from contracts.run.deviations import DeviationsError
from contracts.run.dry_run import rehearsed
from contracts.run.plan import limited, selected
from contracts.run.session import Session
from contracts.run.verdict import PASSED_ON
from contracts.run.workers import workers
from contracts.safety.run_folder import RunFolderError
from contracts.settings.explained import explained
from contracts.settings.settings import SETTINGS, Settings, SettingsError, hide_environment, is_secret, load, option
from contracts.text.errors import SuiteError
from contracts.text.message import from_plain, msg, to_plain
from contracts.text.printable import printable
from contracts.text.readable import let_read
from contracts.text.redact import register

INTERRUPTS = pytest.StashKey[Interrupts]()
NO_MORE_KEYWORDS: set[str] = set()
MARKUP = {
    "good": {"green": True, "bold": True},
    "bad": {"red": True, "bold": True},
    "doubtful": {"yellow": True, "bold": True},
    "faint": {"light": True},
}
"""How a line of each style is written, where the terminal takes colours and NO_COLOR does not forbid them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer every setting that is not a secret as an option; from here on nothing shows those of the environment."""
    hide_environment()
    sys.excepthook = streams.hook
    masking.mask_output()
    masking.mask_logs()
    group = parser.getgroup("zadig", "Zadig contract tests")
    for name, field in SETTINGS.items():
        if not is_secret(field):
            flag: dict[str, Any] = {"action": "store_true"} if field.type is bool else {}
            group.addoption(option(name), dest=f"zadig_{name}", default=None, help=explained(name), **flag)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, Any, Any]:
    """Let no mishap of pytest or a plugin look like a release that was rejected."""
    if not _wants_cases(config):
        return (yield)
    streams.open_all()
    lang = wished(getattr(config.option, "zadig_lang", None))
    try:
        code = yield
    except (pytest.UsageError, KeyboardInterrupt):
        raise
    except BaseException as error:
        code = streams.failed(error, lang)
    return streams.ended(int(code or 0), lang)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read the settings where cases are to run; look at a live target, or start the stand-in."""
    config.addinivalue_line("markers", "operation(name): the operation whose rows of the case table a test runs")
    config.addinivalue_line("markers", "slow: the given takes a running agent, so minutes on a live target")
    config.addinivalue_line("markers", "case(id, level): a case that is no row of the table, such as a flow")
    if not _wants_cases(config):
        return
    worker = getattr(config, "workerinput", {})  # of xdist
    try:
        meant, dry = _settings(config), config.option.zadig_dry_run
        settings = rehearsed(meant) if dry else meant
        config.add_cleanup(let_read(settings.readable_by))
        run = Session(
            settings,
            worker.get("zadig"),
            worker=worker.get("workerid", ""),
            workers=worker.get("workercount", 1),
            idle=_only_tells(config),
            meant=meant if dry else None,
        )
        config.stash[SESSION] = run
        run.command_line = _command_line(config)
        run.connect()
        ids = {case.id for case in run.cases}
        limited(run.settings, of_release(run.release))
        wished, unwanted = config.option.zadig_operation, config.option.zadig_exclude
        if wished or unwanted:
            run.operations = selected(of_release(run.release), wished, unwanted)
        _ = run.deviations  # what is wrong with them is said before anything is changed
    except (SettingsError, CatalogError, DeviationsError, RunFolderError) as error:
        raise _usage_error(error, config) from None
    config.stash[INTERRUPTS] = end_on_signals(partial(_last_words, run))
    _set_options(config, ids)
    if run.worker:
        config.option.clean_alluredir = False  # the controller has done it; a worker that takes over would do it again
    else:
        config.pluginmanager.register(Listener(run, config))
        if not (dry or run.idle):
            config.pluginmanager.register(Progress(run, config))
        elif not run.idle:
            config.pluginmanager.register(DryRun(run, meant, config))


def _last_words(run: Session) -> str:
    """Return what is said where the run ends at once: how to remove what stays, and what may still come."""
    stays = msg(
        "ended immediately: what the run created may be left behind; remove it with: {tool} sweep {run}",
        COMMAND,
        run.run_dir,
    )
    return "\n".join(localized(line, run.settings.language) for line in (stays, *still_to_come(run)))


def _set_options(config: pytest.Config, ids: Container[str]) -> None:
    """Set options of pytest as a user could, where they are as pytest has them: the summary says better what failed."""
    option = config.option
    if option.keyword in ids:  # start-task/… would find restart-task/… too
        option.keyword = f"[{option.keyword}]"
    if option.tbstyle == "auto":
        option.tbstyle = "no" if _only_cases(config) else "short"
    if option.reportchars == "fE" and _only_cases(config):  # its own list of failures, below the verdict
        option.reportchars, option.disable_warnings = "", True


def _usage_error(error: SuiteError, config: pytest.Config) -> pytest.UsageError:
    return pytest.UsageError(printable(localized(error.message, wished(getattr(config.option, "zadig_lang", None)))))


def _settings(config: pytest.Config) -> Settings:
    return load({name: getattr(config.option, f"zadig_{name}", None) for name in SETTINGS})


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Let -n auto start as many workers as the target is worth; the suite's own tests get one a core, as ever."""
    if not _wants_cases(config) or not _only_cases(config):
        return None
    if config.option.zadig_dry_run:
        return 0
    try:
        return workers(_settings(config), os.cpu_count() or 1)
    except SettingsError as error:
        raise _usage_error(error, config) from None


def allure_folder(config: pytest.Config) -> str | None:
    """Return where allure's results are wished for, by allure-pytest's own option."""
    folder: str | None = getattr(config.option, "allure_report_dir", None)
    return str(Path(folder).absolute()) if folder else None


def _command_line(config: pytest.Config) -> list[str]:
    """Return the words that this run was called by, with the options that the environment adds."""
    added = os.environ.get("PYTEST_ADDOPTS")
    words = ["pytest", *map(str, config.invocation_params.args)]
    return [*map(register.mask, [f"PYTEST_ADDOPTS={added}"] * bool(added) + words)]


def _only_tells(config: pytest.Config) -> bool:
    """Whether pytest is to list or explain something, and not to run it."""
    return any(getattr(config.option, name, False) for name in ("collectonly", "help", "version", "markers"))


def _paths(config: pytest.Config) -> list[Path]:
    return [real(config.invocation_params.dir / arg.partition("::")[0]) for arg in config.args]


def _wants_cases(config: pytest.Config) -> bool:
    return any(CASES.is_relative_to(path) or path.is_relative_to(CASES) for path in _paths(config))


def _only_cases(config: pytest.Config) -> bool:
    return all(path.is_relative_to(CASES) for path in _paths(config))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Settle where on a live target the cases may work, before anything is collected."""
    gc.freeze()  # what was imported stays
    gc.enable()
    gc.set_threshold(50_000, 20, 100)  # a run makes few cycles: to look for them as often as usual takes longer
    run = session.config.stash.get(SESSION, None)
    if run is None or run.idle:
        return
    if allure_folder(session.config):  # by now allure-pytest is there
        from contracts.report.export.allure import CasesLeftOut

        session.config.pluginmanager.register(CasesLeftOut(lambda nodeid: bool(case_id_of(nodeid))))
    if run.settings.base_url is not None:  # the stand-in starts while the cases are collected
        try:
            run.open()
        except (SettingsError, RunFolderError) as error:
            raise _usage_error(error, session.config) from None


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what the target is, and what a run sends at most that explores it."""
    run = config.stash.get(SESSION, None)
    if run is None:
        return []
    lang, says = run.settings.language, [msg("target: {target}", title(run)), *explores(run)]
    return [localized(line, lang) for line in says]


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say before the first case runs where the token may end before the last one."""
    run = config.stash.get(SESSION, None)
    return [] if run is None else [localized(line, run.settings.language) for line in ends_early(run)]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mask the names of the user's own tests; let all cases share the set of further keywords, of which none has any.

    An empty set of its own in each takes 2 MB of 10,000 cases.
    """
    if not case_id_of(item.nodeid):
        masking.mask_name(item)
    elif not item.extra_keyword_matches:
        item.extra_keyword_matches = NO_MORE_KEYWORDS


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Mask what went wrong with a file of tests."""
    report = yield
    masking.mask_report(report)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the one look at the target to a worker of xdist; secrets do not go this way."""
    run = node.config.stash.get(SESSION, None)
    if run is not None:
        run.open()
        node.workerinput["zadig"] = run.handover()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from a worker of xdist what it planned, and what is other shards': only workers collect.

    The ids of tests tell the cases of the suite alone, not those of somebody's own flows.
    """
    run = node.config.stash.get(SESSION, None)
    if run is not None:
        output = getattr(node, "workeroutput", {})
        run.elsewhere = output.get("zadig_elsewhere", run.elsewhere)
        run.planned = list(dict.fromkeys((*run.planned, *output.get("zadig_planned", ()))))
        run.hear(output.get("zadig_weather", {}))


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, dict[str, Any] | None, dict[str, Any] | None]:
    """Let a worker send an outcome as plain data: only texts of str itself come through."""
    data = yield
    if data and "zadig" in data:
        data["zadig"] = to_plain(data["zadig"])
    return data


@pytest.hookimpl(wrapper=True)
def pytest_report_from_serializable(data: dict[str, Any]) -> Generator[None, Any, Any]:
    """Take an outcome as a worker sent it."""
    if "zadig" in data:
        data["zadig"] = from_plain(data["zadig"])
    return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None]:
    """Clean up; then, on the controller, decide the verdict and let it be the exit code; also if a plugin fails."""
    try:
        yield
    except BaseException:
        _conclude(session, pytest.ExitCode.INTERNAL_ERROR)
        raise
    _conclude(session, exitstatus)


def _conclude(session: pytest.Session, exitstatus: int) -> None:
    masking.mask_file(session.config.getoption("xmlpath", None))
    run = session.config.stash.get(SESSION, None)
    if run is None or run.idle:
        return
    ended, interrupts = int(exitstatus), session.config.stash[INTERRUPTS]
    try:
        stop(run)
    except KeyboardInterrupt:  # what is under way is not waited for any longer
        ended = session.exitstatus = pytest.ExitCode.INTERRUPTED
    if run.worker:
        session.config.workeroutput["zadig_planned"] = run.planned  # type: ignore[attr-defined]
        session.config.workeroutput["zadig_elsewhere"] = run.elsewhere  # type: ignore[attr-defined]
        session.config.workeroutput["zadig_weather"] = run.told()  # type: ignore[attr-defined]
        return
    if run.meant is not None:
        return
    run.open()  # where nothing was collected, the verdict still says which target that was
    try:
        clean_up(run, None if interrupts.heard else _tell(session.config, run))
    except KeyboardInterrupt:
        ended = session.exitstatus = pytest.ExitCode.INTERRUPTED
    finally:  # a verdict is written even when the clean-up goes wrong
        interrupts.only_counted = True
        gc.disable()  # what is made from here on is written, and then all is over
        code = finish(run, ended, allure_folder(session.config))
    if ended not in PASSED_ON:
        session.exitstatus = code
    run.exit = int(session.exitstatus)


def _tell(config: pytest.Config, run: Session) -> Callable[[str], None]:
    """Return what writes a line on the terminal while the run goes on."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")

    def tell(text: str) -> None:
        if terminal is not None:
            terminal.write_line(f"\n{localized(text, run.settings.language)}")  # dots may stand before it
            terminal.flush()

    return tell


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the stand-in."""
    gc.freeze()  # the interpreter looks for garbage once more when it ends
    gc.enable()
    run = config.stash.get(SESSION, None)
    if run is not None:
        run.close()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """End with the summary."""
    run = config.stash.get(SESSION, None)
    if run is not None and run.verdict:
        lang = run.settings.language
        terminalreporter.section(say(lang, "Zadig contract"))
        for text, style in summary(run.verdict | {"exit": run.exit}, _short(run.run_dir), lang):
            terminalreporter.write_line(text, **MARKUP.get(style, {}))
        for text in run.warnings:
            terminalreporter.write_line(localized(text, lang), **MARKUP["doubtful"])


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
