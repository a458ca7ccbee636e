"""The stand-ins that these tests share."""

from helpers.zadig_client import flawed_fixture, perfect_fixture, zadig_fixture  # noqa: F401 - fixtures
