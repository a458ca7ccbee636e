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
            what = f"The table does not list {missing} of the {len(by_key)} keys that samples have there"
            note("keys-not-listed", listed[0]["line"], what, "they belong there all the same")
        for row in listed:
            if row["name"] not in by_key and not aloud:
                continue
            if row["name"] not in by_key:
                what = f"No sample has the key {row['name'][:60]}"
                note("parameter-not-in-sample", row["line"], what, "it may be there all the same")
            elif "model" in row:
                below = [item for value in by_key[row["name"]] for item in _objects(value)]
                if not below and any(value not in (None, [], "") for value in by_key[row["name"]]):
                    what = f"The table says that {row['name'][:60]} is a sub-model, and samples have no object there"
                    note("type-differs-from-sample", row["line"], what, "the table is right")
                pending.append((models[row["model"]], below, True))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the object that a value is, or those that are the items of an array, however deep."""
    level = [value]
    while level:
        yield from (item for item in level if isinstance(item, dict))
        level = [item for each in level if isinstance(each, list) for item in each]
