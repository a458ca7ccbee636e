"""What all of the suite's own tests share."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from contracts.text.redact import Register, register
from helpers.live import bare, served  # noqa: F401 - fixtures
from helpers.whole_runs import Runs

pytest.register_assert_rewrite(
    *(  # so that they say, like tests, what was not as it should be
        f"helpers.{name}"
        for name in (
            *("allure_samples", "allure_shape", "bundles", "checked_answers", "fuzzed_pages", "places_found"),
            *("verdict_samples", "zadig_client"),
        )
    )
)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in a background job; what is started here would ignore it too
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

os.environ["LC_ALL"] = "C.UTF-8"  # the tests read English, whatever language this machine speaks; children too
os.environ.pop("ZADIG_LANG", None)


@pytest.fixture(autouse=True)
def _secrets_of_this_test_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test without the secrets of others: a process that knew thousands would mask for minutes."""
    monkeypatch.setattr(register, "_secrets", frozenset())
    monkeypatch.setattr(register, "_indexes", Register()._indexes)


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Runs that several tests look at."""
    return Runs(tmp_path_factory)
