"""Answers as Zadig renders them, errors included."""

import asyncio
import json

from starlette.responses import Response

from contracts.standin.errors import ZadigError

MIX_UP_SECONDS = 0.001
"""How long a shared error value stays open to other requests between being written and being rendered."""


def json_answer(value: object, status: int = 200) -> Response:
    """Render a value as Zadig does: compact JSON in UTF-8, not escaped to ASCII."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text, status, media_type="application/json; charset=utf-8")


class ErrorAnswers:
    """Renders errors. With `shared` set, all requests write to and read from one description per code."""

    def __init__(self, shared: bool) -> None:
        self._shared = shared
        self._descriptions: dict[int, str] = {}

    async def answer(self, error: ZadigError) -> Response:
        """Return the error envelope with the error's HTTP status."""
        description = await self._description_left_by(error) if self._shared else error.description
        return json_answer(error.envelope(description), error.status)

    async def _description_left_by(self, error: ZadigError) -> str | None:
        if error.description is not None:
            self._descriptions[error.code] = error.description
        await asyncio.sleep(MIX_UP_SECONDS)
        return self._descriptions.get(error.code)
