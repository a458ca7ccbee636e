"""Tables held against samples: keys that a table lacks, and rows that no sample shows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.derive.page.findings import Note
from contracts.derive.page.tables import Parameter


def note_tables(
    rows: Sequence[Parameter],
    samples: Sequence[Any],
    models: Mapping[str, Sequence[Parameter]],
    note: Note,
    top: bool = True,
) -> None:
    """Note where rows, and those of their sub-models, and samples do not have the same keys; no sample, no doubt.

    Without ``top``, only the sub-models are held against the samples.
    """
    pending = [(rows, [item for sample in samples for item in _objects(sample)], top)]
    while pending:
        listed, objects, aloud = pending.pop()
        if not listed or not objects:
            continue
        by_key: dict[str, list[Any]] = {}
        for item in objects:
            for key, value in item.items():
                by_key.setdefault(key, []).append(value)
        missing = len(by_key.keys() - {row["name"] for row in listed})
        if missing and aloud:
            note("keys-not-listed", listed[0]["line"], missing=missing, count=len(by_key))
        for row in listed:
            if row["name"] not in by_key and not aloud:
                continue
            if row["name"] not in by_key:
                note("parameter-not-in-sample/answer", row["line"], name=row["name"][:60])
            elif "model" in row:
                below = [item for value in by_key[row["name"]] for item in _objects(value)]
                if not below and any(value not in (None, [], "") for value in by_key[row["name"]]):
                    note("type-differs-from-sample/model", row["line"], name=row["name"][:60])
                pending.append((models[row["model"]], below, True))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the object that a value is, or those that are the items of an array, however deep."""
    level = [value]
    while level:
        yield from (item for item in level if isinstance(item, dict))
        level = [item for each in level if isinstance(each, list) for item in each]
