"""What became of the cases of a run, kept on disk: thousands of outcomes take more memory than all else of a run."""

import os
import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, overload
from weakref import finalize

Outcome = Mapping[str, Any]


class Kept(Sequence[Outcome]):
    """Outcomes as plain data, one of them in memory at a time; what the disk does not take stays there.

    The file has no name, so that nobody else reads or writes it, and is gone when this process is.
    """

    def __init__(self, outcomes: Iterable[Outcome] = ()) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # it lives as long as this
        finalize(self, self._file.close)
        self._whole: Kept | None = None
        self._places = array("q")  # where each begins and how many bytes it is, in turn; numbers alone take little
        self._unwritten: list[Outcome] = []
        for outcome in outcomes:
            self.append(outcome)

    def append(self, outcome: Outcome) -> None:
        """Keep one more."""
        data = pickle.dumps(dict(outcome), pickle.HIGHEST_PROTOCOL)
        try:
            place = self._file.seek(0, os.SEEK_END)
            whole = self._file.write(data) == len(data)
        except OSError:  # the disk is full
            whole = False
        if whole:
            self._places.extend((place, len(data)))
        else:
            self._places.extend((len(self._unwritten), 0))
            self._unwritten.append(outcome)

    def some(self, numbers: Iterable[int]) -> "Kept":
        """Return some of them, by their number, kept where these are."""
        kept = Kept.__new__(Kept)
        kept._file, kept._whole = self._file, self  # whose end would be the end of the file
        kept._unwritten = self._unwritten
        kept._places = array("q", chain.from_iterable(self._places[2 * each : 2 * each + 2] for each in numbers))
        return kept

    def __len__(self) -> int:
        return len(self._places) // 2

    @overload
    def __getitem__(self, number: int) -> Outcome: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Outcome]: ...
    def __getitem__(self, number: int | slice) -> Outcome | Sequence[Outcome]:
        if isinstance(number, slice):
            return self.some(range(*number.indices(len(self))))
        at = 2 * range(len(self))[number]
        place, size = self._places[at : at + 2]
        if not size:
            return self._unwritten[place]
        data = os.pread(self._file.fileno(), size, place)
        outcome: Outcome = pickle.loads(data)  # noqa: S301  # only this process can have written it
        return outcome

    def __iter__(self) -> Iterator[Outcome]:
        return map(self.__getitem__, range(len(self)))
