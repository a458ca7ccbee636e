"""What these tests share."""

from helpers.fuzzing import no_hang  # noqa: F401 - a fixture
