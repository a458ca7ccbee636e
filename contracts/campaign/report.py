"""Tells what came of a campaign: campaign.json, a page, a table for the terminal, and how far it is."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from contracts.campaign.campaign import UNCOUNTED, Campaign, CampaignRow
from contracts.campaign.judge import GOOD, Result
from contracts.campaign.plan import FILE, VERSION
from contracts.report.html.templates import environment
from contracts.report.verdict_rules import INCONCLUSIVE
from contracts.text.tables import columns

PAGE = "campaign.html"
WORST = list(Result)
TENTHS = 10


def to_json(campaign: Campaign, least: float) -> dict[str, Any]:
    """Return a campaign as plain data, as it stands in campaign.json."""
    options = campaign.plan.options
    return {
        "version": VERSION,
        "release": options.release,
        "profile": options.level,
        "short": options.short,
        "in_front_of": options.upstream or options.behaviour or None,
        "at_once": campaign.at_once,
        "seconds": campaign.seconds,
        "interrupted": campaign.interrupted,
        "exit": campaign.exit(least),
        "kill_rate": None if campaign.rate is None else round(campaign.rate, 2),
        "least": least,
        "counts": {str(result): campaign.count(result) for result in Result},
        "excused": sum(map(_excused, campaign.rows.values())),
        "notes": list(campaign.plan.notes),
        "changes": [_row(row, campaign.out) for row in campaign.rows.values()],
    }


def write(data: Mapping[str, Any], out: Path) -> None:
    """Write campaign.json and the page into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    (out / FILE).write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    worst_first = sorted(data["changes"], key=lambda row: WORST.index(Result(row["result"])))
    text = (
        environment(Path(__file__).parent)
        .get_template(PAGE)
        .render(data=data, changes=worst_first, results=WORST, summed=summed(data))
    )
    (out / PAGE).write_text(text, encoding="utf-8")


def lines(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the terminal shows: a row a family, what needs a look, and the sum."""
    counts = Counter((row["family"], row["result"]) for row in data["changes"])
    families = sorted({family for family, _ in counts})
    shown = [result for result in reversed(WORST) if data["counts"][result] or result in ("killed", "silent")]
    table = [[family, *(counts[family, result] or "" for result in shown)] for family in families]
    yield from columns(["family", *shown], [*table, ["all", *(data["counts"][result] for result in shown)]])
    for row in sorted(data["changes"], key=lambda row: WORST.index(Result(row["result"]))):
        if row["result"] not in GOOD:
            yield from ("", f"{row['result']}  {row['name']}", f"  {row['says']}", f"  {row['reason']}")
    yield ""
    yield from (f"note: {note}" for note in data["notes"])
    yield summed(data)


def summed(data: Mapping[str, Any]) -> str:
    """Return what came of a campaign in one line."""
    counts, rate = data["counts"], data["kill_rate"]
    benign = sum(row["benign"] and row["result"] not in UNCOUNTED for row in data["changes"])
    counted = sum(not row["benign"] and row["result"] not in UNCOUNTED for row in data["changes"])
    killed = "no breakages" if rate is None else f"kill rate {rate:g} % ({counts['killed']} of {counted})"
    parts = [killed, f"false alarms {counts['false alarm']} of {benign}"]
    parts += [f"{counts[result]} {result}" for result in UNCOUNTED if counts[result]]
    parts += [] if rate is None else [f"excused as a disturbance: {data['excused']}"]
    parts += ["interrupted"] * data["interrupted"]
    form = ", short form" if data["short"] else ""
    where = f" in front of {data['in_front_of']}" if data["in_front_of"] else ""
    what, took = f"CAMPAIGN{where} ({data['profile']}{form})", f"{data['seconds']:.0f} s, exit {data['exit']}"
    return f"{what}: {', '.join(parts)}; {took}"


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how many of `total` runs are over and how long the rest may take: a bar, or a line for each tenth."""
    if sys.stderr.isatty():
        with click.progressbar(length=total, label=label, show_pos=True, file=sys.stderr) as bar:
            yield partial(bar.update, 1)
        return
    started, over = time.monotonic(), 0

    def one_more() -> None:
        nonlocal over
        over += 1
        if over * TENTHS // total > (over - 1) * TENTHS // total:
            left = (time.monotonic() - started) / over * (total - over)
            click.echo(f"{label}: {over} of {total}, about {left:.0f} s left", err=True)

    yield one_more


def _excused(row: CampaignRow) -> bool:
    """Whether the run on a breakage could not tell, as if what stands before the server were at fault."""
    return bool(row.change.kinds and row.end.verdict and row.end.verdict["verdict"] == INCONCLUSIVE)


def _row(row: CampaignRow, out: Path) -> dict[str, Any]:
    change, judgement = row.change, row.judgement
    return {
        "name": change.name,
        "family": change.family,
        "operation": change.operation,
        "answer": change.answer,
        "says": change.says,
        "kinds": sorted(change.kinds),
        "benign": not change.kinds,
        "result": str(judgement.result),
        "reason": judgement.reason,
        "by": [asdict(breach) for breach in judgement.by],
        "later": [asdict(breach) for breach in row.later.by] if row.later else [],
        "excused": _excused(row),
        "applied": row.end.applied,
        "seconds": row.end.seconds,
        "folder": str(row.folder.relative_to(out)) if row.folder else None,
    }
