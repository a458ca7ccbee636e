"""Frozen dataclasses that are quick to make: the standard library compiles six functions for each of them, this one."""

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: Literal[True]):  # noqa: ARG001  # written as the standard library's is, for readers and mypy
        """Return the decorator; what it makes is a dataclass of the standard library in all but its making."""
        return _frozen


def _frozen(cls: type) -> type:
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    fields = dataclasses.fields(made)
    compared = [field.name for field in fields if field.compare]

    key = attrgetter(*compared) if compared else type

    def equal(self: Any, other: object) -> bool:
        return key(self) == key(other) if type(other) is type(self) else NotImplemented

    methods: dict[str, Any] = {
        "__init__": _init(fields, hasattr(made, "__post_init__")),
        "__repr__": _repr,
        "__eq__": equal,
        "__hash__": lambda self: hash(key(self)),
        "__setattr__": _refuse,
        "__delattr__": _refuse,
    }
    for name, method in methods.items():
        if cls.__dict__.get(name) is None:
            setattr(made, name, method)
    return cls


def _init(fields: tuple[dataclasses.Field[Any], ...], more: bool) -> Any:
    """Compile the one method whose parameters are the fields; `more` tells that it ends with __post_init__."""
    values: dict[str, Any] = {"_left_out": object()}
    parameters, lines = ["self"], ["own = self.__dict__"]
    for field in fields:
        name, made = field.name, field.default_factory is not dataclasses.MISSING
        values[f"_{name}"] = field.default_factory if made else field.default
        if field.init:
            default = "=_left_out" if made else "" if field.default is dataclasses.MISSING else f"=_{name}"
            parameters.append(name + default)
            lines.append(f"own['{name}'] = " + (f"_{name}() if {name} is _left_out else {name}" if made else name))
        elif made:
            lines.append(f"own['{name}'] = _{name}()")
    code: dict[str, Any] = {}
    body = [*lines, "self.__post_init__()"] if more else lines
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(body), values, code)  # noqa: S102  # names of fields only
    return code["__init__"]


def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(_self: Any, name: str, *_value: object) -> None:
    raise dataclasses.FrozenInstanceError(name)
