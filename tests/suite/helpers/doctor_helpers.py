"""A Zadig that the doctor looks at, and what it finds there."""

import json
from datetime import UTC, datetime

import jwt
import pytest

from contracts.doctor.run import doctor
from contracts.settings.settings import Settings
from helpers.live import ONE_PROJECT, Live

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(name="zadig")
def zadig_fixture(served: Live) -> Live:
    """The one Zadig of this module, with one project."""
    served.app.answers = dict(ONE_PROJECT)
    served.app.seen.clear()
    return served


def examined(settings: Settings, now: datetime | None = None) -> tuple[int, dict[str, dict[str, str]]]:
    """Return the doctor's exit code and its findings by check."""
    told: list[str] = []
    code = doctor(settings, as_json=True, echo=told.append, now=now)
    return code, {row["check"]: row for row in json.loads("".join(told))}


def tokenlike(**claims: object) -> str:
    """Return a token that only its reader takes seriously."""
    return jwt.encode(claims, "k" * 32, "HS256")
