"""The command that tells a chat how a run ended."""

import sys
from pathlib import Path

import click

from contracts.cli.options import echo, fail, spoken
from contracts.cli.runs import RunsCommand
from contracts.report.verdict_file import read
from contracts.text.errors import InputError
from contracts.text.message import about, msg

NOT_TAKEN = 1
SAMPLE = "https://ci.example.com/jobs/1"


@click.command(cls=RunsCommand)
@click.option(
    "--to",
    required=True,
    type=click.Choice(["feishu", "dingtalk", "wecom", "slack", "generic"]),
    help="The service whose webhook is in ZADIG_WEBHOOK, or in the file of ZADIG_WEBHOOK_FILE.",
)
@click.option("--link", metavar="URL", default="", help="Link of the card: the report, or the page of the job.")
@click.option("--webhook-file", type=click.Path(path_type=Path), help="File that contains the webhook address.")
@click.argument("run", type=click.Path(path_type=Path))
def notify(run: Path, to: str, link: str, webhook_file: Path | None) -> None:
    """Send a short card about RUN to a chat: verdict, cause, counts and link. The verdict does not set the exit code.

    A webhook address lets anybody write into the chat, so it is a secret and not an option. For a bot of Feishu or
    DingTalk that requires a signature, set ZADIG_WEBHOOK_SECRET.

    Exit code: 0 sent, 1 not accepted by the service, 4 unusable input.
    """
    from contracts.notify.card import card
    from contracts.notify.send import address, send
    from contracts.settings.settings import hide_environment, one
    from contracts.text.urls import address as url

    hide_environment()
    try:
        url(link or SAMPLE, msg("write it like {url}", SAMPLE))
    except InputError as error:
        fail(about("--link", error.message))
    where, secret = address(webhook_file), one("webhook_secret")
    why = send(card(read(run), link, spoken()), to, where, secret)
    if why:
        echo(msg("{service} did not accept the card: {why}", to, why), err=True)
        sys.exit(NOT_TAKEN)
    echo(msg("sent to {service}", to))


COMMANDS = (notify,)
