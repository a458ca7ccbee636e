"""`python -m bench [PART …]`: measurements as tables; exits 1 where one is out of its bounds."""

import sys
from collections.abc import Callable

import click

from bench import client, document, overhead, peers, per_case, readme, reports, scale, start
from bench.table import BenchError, Table

PARTS: dict[str, Callable[[bool], list[Table]]] = {
    "peers": peers.measure,
    "scale": scale.measure,
    "overhead": overhead.measure,
    "reports": reports.measure,
    "start": start.measure,
    "client": client.measure,
    "per-case": per_case.measure,
}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)))
@click.option("--quick", is_flag=True, help="See only that it works: few exchanges, one run, no peers, no bound.")
@click.option(
    "--write",
    is_flag=True,
    help="Write docs/bench.md and the table of docs/comparison.md; all parts in full are measured for it.",
)
def main(parts: tuple[str, ...], quick: bool, write: bool) -> None:
    """Measure, print tables, and exit 1 where a bound is missed; without a PART, all of them."""
    if write and (parts or quick):
        raise click.UsageError("--write takes all parts in full; leave out the parts and --quick")
    on, tables = document.machine(), []
    click.echo(f"{on}\n")
    try:
        for part in parts or PARTS:
            for table in PARTS[part](quick):
                click.echo(table.text())
                tables.append(table)
    except BenchError as error:
        sys.exit(f"bench: {error}")
    if write:
        document.write(tables, on)
        readme.write()
    sys.exit(any(table.missed for table in tables))


if __name__ == "__main__":
    main()
