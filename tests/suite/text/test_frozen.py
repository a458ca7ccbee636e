"""contracts.text.frozen makes what the standard library's frozen dataclass is to whoever uses it."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from contracts.text import frozen


def _classes(dataclass: Callable[..., Any]) -> tuple[type, ...]:
    @dataclass(frozen=True)
    class Point:
        """A place."""

        x: int
        y: int = 2
        marks: dict[str, int] = dataclasses.field(default_factory=dict)
        note: str = dataclasses.field(default="", repr=False, compare=False)
        total: int = dataclasses.field(init=False)
        fixed: str = dataclasses.field(init=False, default="f")
        made: list[int] = dataclasses.field(init=False, default_factory=list)

        def __post_init__(self) -> None:
            object.__setattr__(self, "total", self.x + self.y)

    @dataclass(frozen=True)
    class Further(Point):
        z: int = 3

    @dataclass(frozen=True)
    class Empty:
        """Nothing."""

    @dataclass(frozen=True, kw_only=True)
    class Named(Empty):
        """By name only."""

        x: int = 0
        y: int
        marks: list[int] = dataclasses.field(default_factory=list)

    return Point, Further, Empty, Named


OURS, THEIRS = _classes(frozen.dataclass), _classes(dataclasses.dataclass)


@pytest.mark.parametrize(
    "see",
    [
        lambda point, *_: repr(point(1)).split(".")[-1],
        lambda point, *_: repr(point(1, y=5, marks={"a": 1}, note="n")).split(".")[-1],
        lambda _, further, *__: repr(further(1, 2, {}, "n", 9)).split(".")[-1],
        lambda *classes: repr(classes[2]()).split(".")[-1],
        lambda *classes: repr(classes[3](y=2)).split(".")[-1],
        lambda *classes: repr(classes[3](marks=[3], y=2, x=1)).split(".")[-1],
        lambda *classes: (classes[3](y=2) == classes[3](y=2, x=0), classes[3](y=2).marks is classes[3](y=2).marks),
        lambda point, *_: (point(1) == point(1, 2, {}, "other"), point(1) == point(2), point(1) != point(1)),
        lambda point, further, *_: (point(1) == further(1), point(1) == 1),
        lambda *classes: (classes[2]() == classes[2](), len({classes[2](), classes[2]()})),
        lambda point, *_: point(1).marks is point(1).marks,
        lambda point, *_: point(1).made is point(1).made,
        lambda point, *_: dataclasses.asdict(point(1, marks={"a": 1})),
        lambda point, *_: dataclasses.asdict(dataclasses.replace(point(1), y=7)),
        lambda point, *_: [(field.name, field.init, field.repr, field.compare) for field in dataclasses.fields(point)],
        lambda point, further, *_: (point.__match_args__, further.__match_args__),
        lambda point, *_: (copy.copy(point(1)) == point(1), copy.deepcopy(point(1)) == point(1)),
        lambda point, *_: (point.__doc__, dataclasses.is_dataclass(point)),
    ],
)
def test_what_it_makes_is_what_the_standard_library_makes(see: Callable[..., object]) -> None:
    assert see(*OURS) == see(*THEIRS)


@pytest.mark.parametrize(
    "act",
    [
        lambda point, *_: setattr(point(1), "x", 2),
        lambda point, *_: setattr(point(1), "other", 2),
        lambda point, *_: delattr(point(1), "x"),
        lambda _, further, *__: setattr(further(1), "z", 2),
        lambda point, *_: point(),
        lambda point, *_: point(1, 2, {}, "n", 3),
        lambda point, *_: point(1, total=3),
        lambda *classes: classes[3](2),
        lambda *classes: classes[3](x=2),
        lambda point, *_: hash(point(1)),  # it holds a dictionary
    ],
)
def test_what_it_refuses_is_what_the_standard_library_refuses(act: Callable[..., object]) -> None:
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)) as theirs:
        act(*THEIRS)
    with pytest.raises(theirs.type):
        act(*OURS)


@frozen.dataclass(frozen=True)
class Kept:
    """What a pickle needs: a class of a module."""

    name: str


def test_what_it_makes_can_be_pickled_and_hashed() -> None:
    assert pickle.loads(pickle.dumps(Kept("a"))) == Kept("a")  # noqa: S301
    assert len({Kept("a"), Kept("a"), Kept("b")}) == 2
