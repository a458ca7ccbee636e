"""Several samples of one thing: as one shape, in which a key that some lack is optional and types unite."""

from collections.abc import Sequence
from typing import Any

from contracts.derive.page.parameters import json_type

Schema = dict[str, Any]


def united(samples: Sequence[Any], required: bool) -> Schema:
    """Return a JSON Schema for values like these; ``required``: whether a key that all of them have must be there.

    Null and the items of an empty array say nothing about a type. The items of all arrays in one place are samples of
    one thing too.
    """
    kinds = sorted({kind for sample in samples if (kind := json_type(sample)) is not None})
    if not kinds:
        return {}
    if {"integer", "number"} <= set(kinds):
        kinds.remove("integer")
    schema: Schema = {"type": kinds[0] if len(kinds) == 1 else kinds}
    if any(sample is None for sample in samples):
        # A value that is null in one sample may be null, whatever it is in the others.
        schema["type"] = [*kinds, "null"]
    objects = [sample for sample in samples if isinstance(sample, dict)]
    by_key: dict[str, list[Any]] = {}
    for sample in objects:
        for key, value in sample.items():
            by_key.setdefault(key, []).append(value)
    if by_key:
        schema["properties"] = {key: united(values, required) for key, values in sorted(by_key.items())}
        always = sorted(key for key, values in by_key.items() if len(values) == len(objects))
        if required and always:
            schema["required"] = always
    items = [item for sample in samples if isinstance(sample, list) for item in sample]
    if items:
        schema["items"] = united(items, required)
    return schema
