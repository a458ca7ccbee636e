"""Frozen dataclasses that are quick to make: the standard library compiles six functions for each of them, this one."""

import dataclasses
from functools import cache, partial
from operator import attrgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Literal

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: Literal[True], kw_only: bool = False):  # noqa: ARG001  # for readers and mypy
        """Return the decorator; what it makes is a dataclass of the standard library in all but its making."""
        return partial(_frozen, kw_only)


_LEFT_OUT = object()


def _frozen(kw_only: bool, cls: type) -> type:
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
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
    """Return the one method whose parameters are the fields; `more` tells that it ends with __post_init__."""
    shape, names, known = "", {}, dict[str, Any](left_out=_LEFT_OUT)
    usual, by_name = dict[str, Any](), dict[str, Any]()
    for field in sorted(fields, key=lambda each: bool(each.kw_only)):
        made, alone = field.default_factory is not dataclasses.MISSING, field.default is dataclasses.MISSING
        if field.init:
            shape += "*" if field.kw_only and "*" not in shape else ""
            if made or not alone:
                (by_name if field.kw_only else usual)[field.name] = _LEFT_OUT if made else field.default
        elif not made:
            continue
        place = len(shape)
        names[f"f{place}"] = field.name
        known[f"made{place}"] = field.default_factory
        shape += ("m" if made else "p") if field.init else "n"
    code = _compiled(shape + ("!" if more else ""))
    code = code.replace(
        co_varnames=tuple(names.get(name, name) for name in code.co_varnames),
        co_consts=tuple(names.get(value, value) if type(value) is str else value for value in code.co_consts),
    )
    method = FunctionType(code, known, "__init__", tuple(usual.values()))
    method.__kwdefaults__ = by_name
    return method


@cache
def _compiled(shape: str) -> CodeType:
    """Compile the method for all classes of one shape, a letter for each field: f1, f2, ... stand for their names.

    p: a plain parameter. m: one that a factory makes where it is left out. n: made, and no parameter. *: from here on
    by name only. !: __post_init__ at the end.
    """
    parameters, lines = ["self"], ["own = self.__dict__"]
    for place, kind in enumerate(shape):
        name = f"f{place}"
        value = {"p": name, "m": f"made{place}() if {name} is left_out else {name}", "n": f"made{place}()"}.get(kind)
        parameters += [kind] if kind == "*" else [name] if kind in "pm" else []
        lines += [f"own['{name}'] = {value}"] if value else ["self.__post_init__()"] if kind == "!" else []
    body = compile(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines), "<frozen>", "exec")
    return next(constant for constant in body.co_consts if isinstance(constant, CodeType))


def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(_self: Any, name: str, *_value: object) -> None:
    raise dataclasses.FrozenInstanceError(name)
