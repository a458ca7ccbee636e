"""Commands about a target: a stand-in, a look at it, and what runs left there."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import click

from contracts.cli.options import SettingsCommand, SpokenCommand, echo, fail, spoken
from contracts.i18n.translate import localized, say
from contracts.paths import COMMAND, RUN
from contracts.text.errors import InputError
from contracts.text.message import Message, msg
from contracts.text.near import near

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from contracts.breakages.breakage import Breakage
    from contracts.settings.parsers import Reader
    from contracts.settings.settings import Settings


@click.command(cls=SpokenCommand)
@click.option("--port", default=0, show_default="a free one", type=click.IntRange(0, 65535))
@click.option("--behaviour", default="perfect", show_default=True, help="perfect, or a release with its defects.")
@click.option("--clock", default="manual", show_default=True, type=click.Choice(["manual", "real"]))
@click.option(
    "--agents",
    metavar="N",
    default=0,
    type=click.IntRange(0, 1000),
    help="Simulated build agents, on a real clock; 0: none.",
)
@click.option(
    "--licence",
    default="basic",
    show_default=True,
    type=click.Choice(["basic", "professional", "down"]),
    help="What the licence service reports when custom workflows are checked.",
)
@click.option("--own-port", is_flag=True, help="No login in front of /openapi, as on the workflow service's own port.")
@click.option("--until-eof", is_flag=True, hidden=True, help="End with standard input; say nothing but the base URL.")
@click.option("--list", "listed", is_flag=True, help="List the behaviours with their meaning; serve nothing.")
@click.option("--breakage", metavar="NAME", help="Break the contract in one way, or differ harmlessly (benign/…).")
def standin(
    *, port: int, until_eof: bool, listed: bool, breakage: str | None, behaviour: str, clock: str, **world: Any
) -> None:
    """Serve the stand-in Zadig on this machine until Ctrl-C."""
    from contracts.standin.app import create_app
    from contracts.standin.defects import BEHAVIOURS
    from contracts.standin.serve import serve

    if listed:
        for line in _behaviours():
            echo(line)
        return
    if behaviour not in BEHAVIOURS:
        hint = near(behaviour, BEHAVIOURS, msg("available: {names}", ", ".join(BEHAVIOURS)))
        _bad(msg("there is no {name}; {hint}", repr(behaviour), hint), "--behaviour")
    app = create_app(behaviour, "real" if world["agents"] else clock, **world)
    change = _change(breakage) if breakage is not None else None

    def announce(base_url: str) -> None:
        if until_eof:
            click.echo(base_url)
            return
        click.echo(say(lang, "stand-in Zadig ({behaviour}) at {url}; Ctrl-C ends it", behaviour, base_url))
        if change is not None:
            what = msg("so this is no longer true") if change.kinds else msg("a harmless difference")
            click.echo(say(lang, "with {change}, {what}: {says}", change, what, change.says))
        click.echo(say(lang, "try: {command} --base-url {url}", RUN, base_url))

    lang = spoken()

    try:
        if change is None:
            serve(app, port, until_eof=until_eof, announce=announce)
        else:
            _serve_changed(change, app, port, announce)
    except OSError as error:
        raise click.ClickException(str(error)) from None


def _behaviours() -> Iterator[Message]:
    """Yield a line for each behaviour: its release, and what it is."""
    from contracts.standin.defects import BEHAVIOURS, PRODUCT_BEHAVIOURS, RELEASE_OF

    width = max(map(len, BEHAVIOURS))
    for name, defects in BEHAVIOURS.items():
        of = msg("product workflows") if name in PRODUCT_BEHAVIOURS else msg("custom workflows")
        what = msg("has {n} known defects of its servers", len(defects)) if defects else msg("keeps the whole contract")
        yield msg("{name}  release {release}, {of}: {what}", name.ljust(width), RELEASE_OF[name], of, what)
        if defects:
            yield msg("{indent}  {names|, }", " " * width, sorted(defects))


def _bad(message: Message, option: str) -> NoReturn:
    raise click.BadParameter(localized(message, spoken()), param_hint=option)


def _change(name: str) -> "Breakage":
    """Return the change of this name; BadParameter with the names nearest to it where there is none."""
    from contracts.breakages.catalog import benign, breakages

    changes = {**breakages(), **benign()}
    if name not in changes:
        hint = near(name, changes, msg("a name is written like {name}", next(iter(changes))), cutoff=0.3)
        _bad(msg("there is no {name}; {hint}", repr(name), hint), "--breakage")
    return changes[name]


def _serve_changed(change: "Breakage", app: "ASGIApp", port: int, announce: Callable[[str], None]) -> None:
    from contracts.breakages.proxy.proxy import fault_proxy

    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with fault_proxy(change, app, port) as served:
        announce(served.base_url)
        over.wait()


@click.command(cls=SettingsCommand)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--write-toml", is_flag=True, help="Ask for the settings of a run, and write zadig.toml.")
def doctor(settings: "Settings", as_json: bool, write_toml: bool) -> None:
    """Read-only check of the target: whether a run can start, and what is missing.

    Exit code: 0 a run can start, 1 something prevents it, 4 bad settings, 6 the target does not respond.
    """
    if write_toml:
        _write_toml(settings)
        return
    from contracts.doctor.run import doctor as look_over

    sys.exit(look_over(settings, as_json=as_json, echo=click.echo))


def _write_toml(settings: "Settings") -> None:
    from contracts.doctor.ask import write_down
    from contracts.settings.settings import SettingsError, load

    lang = settings.language

    def ask(question: Message, offered: str, reads: "Reader") -> str | None:
        def taken(text: str) -> str | None:
            try:
                return reads(text.strip()) and text.strip() if text.strip() else None
            except InputError as error:
                raise click.UsageError(localized(error.message, lang)) from None

        asked = localized(question, lang)
        answer: str | None = click.prompt(asked, default=offered, show_default=bool(offered), value_proc=taken)
        return answer

    click.echo(say(lang, "Press Enter to skip a setting; a single candidate is then selected automatically."))
    try:
        path = write_down(settings, ask, partial(echo, lang=lang))
    except click.Abort:
        fail(msg("nothing was written: not every question was answered"))
    click.echo(say(lang, "written: {path}; next: {command} doctor", path, COMMAND))
    try:
        load({})
    except SettingsError as error:
        fail(error.message)


@click.command(cls=SettingsCommand)
@click.option("--dry-run", is_flag=True, help="List what would be removed; remove nothing.")
@click.option(
    "--by-prefix", is_flag=True, help="Also remove what the target lists under names of runs from over three hours ago."
)
@click.argument("runs", nargs=-1, metavar="[RUN …]")
def sweep(settings: "Settings", runs: tuple[str, ...], dry_run: bool, by_prefix: bool) -> None:
    """Remove what each RUN, a folder or an id below runs/, left on the target; without a RUN, what all runs left.

    Exit code: 0 everything is removed, 4 bad settings, 6 the target does not respond, 7 something is still there.
    """
    from contracts.sweep.sweep import sweep as remove_leftovers

    say_it = partial(echo, lang=settings.language)
    sys.exit(remove_leftovers(settings, runs, dry_run=dry_run, by_prefix=by_prefix, echo=say_it))


COMMANDS = (standin, doctor, sweep)
