"""The doctor reads a token for its dates, by the clock of the server."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.doctor.run import doctor
from contracts.doctor.token import clock_finding, server_time, span, token_findings
from contracts.settings.settings import load
from helpers.doctor_helpers import (
    NOW,
    examined,
    tokenlike,
    zadig_fixture,  # noqa: F401 - a fixture
)
from helpers.live import ENVIRONMENTS, WORKFLOWS, Live

pytestmark = pytest.mark.usefixtures("bare")


def test_a_missing_token_ends_the_look_behind_the_gateway(zadig: Live) -> None:
    code, found = examined(load({"base_url": zadig.url}))
    assert (code, found["token"]["status"], found["token"]["finding"]) == (1, "fail", "none is set")
    assert "project" not in found


def test_an_expired_token_is_said_to_be_expired(zadig: Live) -> None:
    zadig.app.answers.clear()
    code, found = examined(zadig.settings(token=zadig.tokens["expired"]))
    assert code == 1
    assert found["token"]["finding"].startswith("expired 1 hour ago, at ")
    assert "the token is refused" in found["access"]["finding"]


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "lines"])
def test_no_token_is_ever_shown(zadig: Live, as_json: bool) -> None:
    token = zadig.tokens["member"]
    zadig.app.answers[WORKFLOWS] = [{"name": f"zct-{token}"}]
    zadig.app.answers[ENVIRONMENTS] = [{"name": token}, {"name": f"x-{token}"}]
    told: list[str] = []
    doctor(zadig.settings(), as_json=as_json, echo=told.append)
    assert "***" in "".join(told)
    assert not any(part in "".join(told) for part in token.split("."))


@pytest.mark.parametrize(
    ("token", "status", "finding"),
    [
        pytest.param(None, "fail", "none is set", id="none"),
        pytest.param("secret", "fail", "is no JWT", id="no-jwt"),
        pytest.param("a.b.c", "fail", "is no JWT", id="three-parts"),
        pytest.param(tokenlike(exp=NOW.timestamp() + 9e5), "warn", "names no user", id="no-user"),
        pytest.param(tokenlike(uid="u"), "warn", "names no expiry", id="no-expiry"),
        pytest.param(tokenlike(uid="u", exp="soon"), "warn", "names no expiry", id="expiry-in-words"),
        pytest.param(tokenlike(uid="u", exp=1e30), "ok", "until 9999", id="expiry-out-of-range"),
        pytest.param(
            tokenlike(uid="u", exp=NOW.timestamp() - 7200), "fail", "expired 2 hours ago, at 2025-12-31", id="expired"
        ),
        pytest.param(tokenlike(uid="u", exp=NOW.timestamp() + 5400), "warn", "expires in 1 hour 30 minutes", id="soon"),
        pytest.param(
            tokenlike(uid="u", exp=NOW.timestamp() + 10 * 86400), "ok", "is valid for 10 days more", id="valid"
        ),
    ],
)
def test_a_token_is_read_for_its_dates(token: str | None, status: str, finding: str) -> None:
    found = token_findings(token, NOW, needed=True)
    assert found.status == status
    assert finding in found.finding


@pytest.mark.parametrize(
    ("header", "status", "finding"),
    [
        pytest.param("Thu, 01 Jan 2026 00:00:30 GMT", "ok", "agree", id="half-a-minute"),
        pytest.param("Thu, 01 Jan 2026 03:00:00 GMT", "warn", "3 hours ahead of this machine's", id="ahead"),
        pytest.param("Wed, 31 Dec 2025 23:50:00 GMT", "warn", "10 minutes behind this machine's", id="behind"),
        pytest.param("yesterday", "ok", "does not say its time", id="garbage"),
        pytest.param(None, "ok", "does not say its time", id="none"),
    ],
)
def test_clocks_are_compared_by_the_date_header(header: str | None, status: str, finding: str) -> None:
    found = clock_finding(server_time({"Date": header} if header else {}), NOW)
    assert found.status == status
    assert finding in found.finding


def test_the_servers_clock_decides_whether_a_token_has_expired(zadig: Live) -> None:
    """This machine is three days ahead, so by its own clock the token would have expired."""
    code, found = examined(zadig.settings(), now=datetime.now(UTC) + timedelta(days=3))
    assert code == 0
    assert found["clock"]["finding"].startswith("the target's clock is 3 days behind")
    assert found["token"]["finding"].startswith("is valid for ")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "less than a minute"), (60, "1 minute"), (3660, "1 hour 1 minute"), (-90061, "1 day 1 hour")],
)
def test_a_span_has_two_units_at_most(seconds: int, text: str) -> None:
    assert span(timedelta(seconds=seconds)) == text
