"""What these tests share."""

from helpers.fuzzed_pages import no_hang  # noqa: F401 - a fixture
