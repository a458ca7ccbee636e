"""What fails at times is the server's own only where it fails at one call, beyond chance, while others are answered."""

import time

import pytest

from contracts.http.disturbance import BY_NAME, Doubt
from contracts.http.exchange import Exchange, Request
from contracts.target.weather import FLAKY, Weather


def asked(weather: Weather, call: str, *, failed: bool = False) -> Doubt:
    """Let a request of a call be answered, and return the doubt that it would be where it failed."""
    spell, sent = weather.wait_turn(call), time.monotonic()
    weather.came(sent, failed=failed)
    exchange = Exchange(Request("POST", "/", call=call), "http://127.0.0.1:9/", 502, spell=spell)
    return Doubt(BY_NAME["gateway"], exchange)


def fails(weather: Weather, call: str, times: int, others: int) -> Doubt:
    """Let a call fail so often and be right when it is done again, so many others answered in between."""
    for _ in range(times):
        doubt = asked(weather, call, failed=True)
        for number in range(others):
            asked(weather, f"call-{number}")
        weather.passed(doubt)
    return doubt


def test_what_fails_at_one_call_again_and_again_is_the_server_s_own() -> None:
    """As one that answers each seventh request of a call wrongly does."""
    weather = Weather()
    assert weather.flaky(fails(weather, "create", 6, others=9))


def test_so_many_at_once_are_one_time_only() -> None:
    """Cases that begin together send the same call while a gateway restarts, which is nobody's fault."""
    weather = Weather()
    for _ in range(100):
        asked(weather, "list")
    started = [(weather.wait_turn("create"), time.monotonic()) for _ in range(10)]
    for _, sent in started:
        weather.came(sent, failed=True)
    for spell, _ in started:
        exchange = Exchange(Request("POST", "/", call="create"), "http://127.0.0.1:9/", 502, spell=spell)
        weather.passed(Doubt(BY_NAME["gateway"], exchange))
    assert not weather.flaky(Doubt(BY_NAME["gateway"], exchange))


@pytest.mark.parametrize("others", [0, 1])
def test_what_nearly_all_requests_are_fails_by_chance_at_that_call(others: int) -> None:
    """Where most requests are of one call, what fails at random fails there."""
    weather = Weather()
    assert not weather.flaky(fails(weather, "create", FLAKY, others=others))


def test_what_fails_at_other_calls_too_is_not_the_server_s_own() -> None:
    """One look that was turned away is enough to tell."""
    weather = Weather()
    doubt = fails(weather, "create", 6, others=9)
    weather.passed(asked(weather, "list", failed=True))
    assert not weather.flaky(doubt)
