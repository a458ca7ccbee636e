"""The command that measures what the suite detects."""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from contracts.cli.options import echo
from contracts.paths import real
from contracts.profiles import PROFILES
from contracts.text.errors import InputError
from contracts.text.readable import let_read


def _url(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str:
    """Return the address of a Zadig, as `--base-url` would take it; empty where none is given."""
    from contracts.settings.parsers import url

    try:
        return url(value) if value is not None else ""
    except InputError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option(
    "--api",
    type=click.Choice(["aslan", "openapi"]),
    default="aslan",
    show_default=True,
    help="Whose contract is broken: product workflows (1.7.0) or custom workflows (5.0.0).",
)
@click.option(
    "--behaviour",
    default="",
    help="Put the benign changes in front of a stand-in of this behaviour.  [default: perfect]",
)
@click.option("--only", multiple=True, metavar="PATTERN", help="Only changes with such a name, * for any part of it.")
@click.option("--family", default="", help="Only changes of this family.")
@click.option(
    "--profile", type=click.Choice([*PROFILES]), help="Which cases run. [default: regression; nightly with --short]"
)
@click.option("--failed-from", type=click.Path(path_type=Path), help="Only what is not well in that campaign.json.")
@click.option(
    "--short",
    is_flag=True,
    help="One breakage per family and operation; the benign changes, each on one case per answer or status.",
)
@click.option("--proxy", "upstream", callback=_url, metavar="URL", help="Put the changes in front of the Zadig there.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    help="Runs at once.  [default: one a core and one more, as some wait; 1 with --proxy]",
)
@click.option("--least", default=100.0, show_default=True, type=click.FloatRange(0, 100), help="Kill rate, in percent.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write to.  [default: runs/campaign-<time>]")
def campaign(jobs: int | None, least: float, out: Path | None, **chosen: Any) -> None:
    """Run the suite against every breakage, which it must catch, and every benign change, which it must not mind.

    Exit code: 0 all killed and silent, 1 a survivor or a false alarm, 2 interrupted, 3 the campaign itself is at fault:
    a change that did nothing, a run that did not run; 4 wrong usage.
    """
    from contracts.breakages.catalog import benign, breakages
    from contracts.campaign.campaign import CampaignError, run_campaign
    from contracts.campaign.child import warm
    from contracts.campaign.plan import CampaignOptions, PlanError, plan
    from contracts.campaign.report import lines, progress, to_json, write

    if chosen["behaviour"]:
        chosen["api"] = _api_of(chosen["behaviour"], upstream=chosen["upstream"])
    options = CampaignOptions(**chosen)
    try:
        planned = plan(options, {**breakages(), **benign()})
    except PlanError as error:
        raise click.UsageError(str(error)) from None
    if not planned.jobs:
        click.echo("; ".join([*planned.notes, "there is nothing to run"]))
        return
    folder = real(out or Path("runs") / f"campaign-{datetime.now(UTC):%Y%m%dt%H%M%S}")
    at_once = jobs or (1 if options.upstream else _cores() + 1)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does, with all of its runs
    warm(options.release)
    click.get_current_context().call_on_close(let_read("owner"))
    try:
        done = run_campaign(planned, folder, at_once, progress)
    except CampaignError as error:
        echo(f"the campaign is broken: {error}", err=True)
        sys.exit(3)
    data = to_json(done, least)
    write(data, folder)
    for line in lines(data):
        echo(line)
    click.echo(str(folder / "campaign.html"))
    sys.exit(data["exit"])


def _api_of(behaviour: str, *, upstream: str) -> str:
    """Return the API that a stand-in of a behaviour has; raises click.UsageError where there is no such stand-in."""
    from contracts.catalog.release import data_of
    from contracts.standin.defects import BEHAVIOURS, RELEASE_OF

    if upstream:
        raise click.UsageError("--behaviour is of a stand-in; leave it out with --proxy")
    if behaviour not in BEHAVIOURS:
        raise click.UsageError(f"--behaviour: there is no {behaviour!r}, only {', '.join(BEHAVIOURS)}")
    return data_of(RELEASE_OF[behaviour]).parent.name


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


COMMANDS = (campaign,)
