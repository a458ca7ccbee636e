"""Files that nobody wrote so: good ones with values, keys, lines and bytes changed, and what stands in their place."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

OTHER_RUN = "20240101t000000-zzzz"
SENTINEL = "precious"
"""What stands in each file around a run folder, and must stand there afterwards."""
HOSTILE: Sequence[str] = (
    *("", " ", "0", "none", "null", "x" * 5000, "\x00", "\x1b[31mred\x1b[0m", "\x9b2J", "\r", "a\nb", "::error::x"),
    *("\u202eevil", "\u2028", "\ud800", "\ufeffx", "##vso[task.complete]", "{0}", "{n}", "{what}: {why}", "%s%n%(x)s"),
    *("../../precious", "..", "/", "~", "a/../../b", "..\\..\\precious", "C:\\precious", "CON", "nul.txt", "a:b"),
    *(
        "{precious}",
        "{theirs}",
        "prod-release",
        f"zct-{OTHER_RUN}-main-1",
        OTHER_RUN,
        "zct-",
        "*",
        "**/*",
        "[",
        "$(touch x)",
    ),
    *("http://127.0.0.1:99999", "http://[", "http://[::1", "http://127.0.0.1:x", "http://u:p@127.0.0.1:1", "//x"),
    *("2026-01-01T00:00:00+99:99", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-02-30", "١٢"),
    *("[" * 900 + "]" * 900, '{"a":' * 70 + "1" + "}" * 70, "9" * 5000, "[1e999, NaN]", '{"a": 1, "a": "\\ud800"}'),
    *("<script>alert(1)</script>", "]]>", "```", "1/0", "0/1", "2/99999999999999999999", "perfect", "cancel-task/a"),
)
"""Texts to put where others stand; `{precious}` and `{theirs}`: a file and a folder outside of a run's."""
NUMBERS = (
    "1e999",
    "-1e999",
    "1e308",
    "NaN",
    "-Infinity",
    "9" * 5000,
    "9" * 400,
    "-1",
    "0",
    "1.5",
    "5e-324",
    "99999999",
)
"""Numbers, and what is nearly one, to put where others stand."""
LITERALS: Sequence[str] = (
    *NUMBERS,
    *("true", "false", "null"),
    *("[" * 300 + "]" * 300, "[" * 200_000, '{"a":' * 70 + "1" + "}" * 70, "[]", "{}", "[null]", "[[]]", '"\\ud800"'),
    *('{"template": "{x} {x}", "values": {"x": "y"}}', '{"template": "{x}", "values": {"x": [1, {}]}}'),
)
"""JSON, and what is nearly JSON, to put where other values stand."""
TOML_LITERALS: Sequence[str] = (
    *("1e999", "nan", "-inf", "9" * 5000, "0x" + "f" * 5000, "-1", "0", "1.5", "true", "[]", "{}", "[[]]", '["a", 1]'),
    *(
        "[" * 2000 + "]" * 2000,
        "[" * 200_000,
        "{a = " * 500 + "1" + "}" * 500,
        "2026-02-30",
        "9999-12-31",
        "0001-01-01",
    ),
    *("2026-01-01T00:00:00Z", "00:00:00", '"\\ud800"', '"\\u0000"', '"""', "'", "'''\n'''", "[[1], {a = 1}]"),
)
"""The same for TOML."""
PASSAGES: Sequence[bytes] = (
    *(b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\n", b"\n\n", b"\x1b[2J", b"{", b"[", b"}"),
    *(b'"', b"\\", b"#", b"=", b",", "\u2028\u202e".encode(), b"[[a]]\n", b"[x.y]\n", b"\x85", b"\x0c"),
)
"""Bytes to put in anywhere."""
PARTS = 8
"""Changes of one file, at most."""

_RAW, _TWICE = re.compile(r'"@@(\d+)@@"'), "@@twice@@"

Texts = st.SearchStrategy[str]


def texts(own: Sequence[str] = ()) -> Texts:
    """Return texts to put where others stand; `own` are those that mean something where they come."""
    return st.one_of(st.sampled_from([*own, *HOSTILE]), st.text(max_size=20))


@st.composite
def changed(draw: st.DrawFn, good: Any, own: Sequence[str] = ()) -> str:
    """Return JSON that is `good` with some values, keys and places changed."""
    whole = [deepcopy(good)]
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        parent, key = _place(draw, whole)
        value = parent[key]
        match draw(st.sampled_from([*["kind"] * 8, "any", "any", "any", "drop", "rename", "twice", "move"])):
            case "kind":
                parent[key] = draw(_of_its_kind(value, own))
            case "drop" if parent is not whole:
                del parent[key]
            case "rename" if isinstance(parent, dict):
                parent[draw(texts(own))] = parent.pop(key)
            case "twice" if isinstance(parent, dict):
                parent[f"{key}{_TWICE}"] = draw(texts(own))
            case "move":
                other, place = _place(draw, whole)
                other[place] = deepcopy(value)
            case _:
                parent[key] = draw(st.one_of(texts(own), st.sampled_from(LITERALS).map(_raw), st.just([[value]])))
    text = json.dumps(whole[0], ensure_ascii=draw(st.booleans()))
    return _RAW.sub(lambda match: LITERALS[int(match[1])], text).replace(_TWICE, "")


def _of_its_kind(value: Any, own: Sequence[str]) -> st.SearchStrategy[Any]:
    """Return values that may stand where this one does."""
    match value:
        case bool():
            return st.just(not value)
        case str():
            return texts(own)
        case int() | float():
            return st.sampled_from(NUMBERS).map(_raw)
        case list():
            return st.sampled_from([[], value + value, value[:-1], value[::-1]])
    return st.just({})


def _raw(literal: str) -> str:
    """Return a text in place of which a literal stands in the end, which no value of Python could be."""
    return f"@@{LITERALS.index(literal)}@@"


def _place(draw: st.DrawFn, whole: list[Any]) -> tuple[Any, Any]:
    """Return a place in plain data, as what holds it and its key there."""
    places: list[tuple[Any, Any]] = [(whole, 0)]
    for parent, key in places:  # and those that are added meanwhile
        match parent[key]:
            case dict() as inner:
                places += [(inner, name) for name in inner]
            case list() as inner:
                places += [(inner, at) for at in range(len(inner))]
    return draw(st.sampled_from(places))


@st.composite
def lines_changed(draw: st.DrawFn, lines: Sequence[str], odd: Callable[[str], st.SearchStrategy[str]]) -> str:
    """Return lines of a file of which some are changed by `odd`, dropped, doubled, torn or moved."""
    found = [*lines]
    for _ in range(draw(st.integers(0, PARTS))):
        if not found:
            break
        at = draw(st.integers(0, len(found) - 1))
        match draw(st.sampled_from(["odd", "odd", "odd", "drop", "twice", "tear", "move"])):
            case "odd":
                found[at] = draw(odd(found[at]))
            case "drop":
                del found[at]
            case "twice":
                found.insert(at, found[at])
            case "tear":
                found[at] = found[at][: draw(st.integers(0, len(found[at])))]
            case _:
                found.insert(draw(st.integers(0, len(found) - 1)), found.pop(at))
    return "".join(f"{line}\n" for line in found)


@st.composite
def toml_line(draw: st.DrawFn, line: str, own: Sequence[str] = ()) -> str:
    """Return a line of TOML with another value, another key, or as one of a table."""
    key, equals, value = line.partition(" = ")
    match draw(st.sampled_from(["text", "text", "raw", "raw", "key", "table", "bare"])):
        case "text":
            value = _toml(draw(texts(own)))
        case "raw":
            value = draw(st.sampled_from(TOML_LITERALS))
        case "key":
            key = _toml(draw(texts(own)))
        case "table":
            return f"[{_toml(draw(texts(own)))}]"
        case _:
            return draw(texts(own))
    return f"{key}{equals}{value}"


def _toml(text: str) -> str:
    """Return a text of TOML, or what is none where TOML has no way to say it: half a pair."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@st.composite
def as_bytes(draw: st.DrawFn, text: str, precious: Path) -> bytes:
    """Return a text as the bytes of a file: as it is, in another encoding, or with bytes put in, cut out or cut off."""
    text = text.replace("{precious}", str(precious)).replace("{theirs}", str(precious.parent))
    data = text.encode("utf-8", "surrogatepass")
    match draw(st.sampled_from([*["as it is"] * 16, "mark", "wide", "ends", "put", "cut", "end", "random"])):
        case "mark":
            return b"\xef\xbb\xbf" + data
        case "wide":
            return data.decode("utf-8", "replace").encode("utf-16")
        case "ends":
            return data.replace(b"\n", draw(st.sampled_from([b"\r\n", b"\r", b""])))
        case "put":
            at = draw(st.integers(0, len(data)))
            return data[:at] + draw(st.sampled_from(PASSAGES)) + data[at:]
        case "cut":
            at = draw(st.integers(0, len(data)))
            return data[:at] + data[at + draw(st.integers(1, 40)) :]
        case "end":
            return data[: draw(st.integers(0, len(data)))]
        case "random":
            return draw(st.binary(max_size=60))
    return data


PLACES = ("file", *["file"] * 12, "folder", "link", "dangling", "loop", "missing")
"""What stands where a file is looked for: mostly the file."""


@dataclass(frozen=True)
class Ground:
    """A folder around a run's folder, with what must not change.

    root: all of it.
    run: the folder of the run, in which alone something may change.
    work: the working folder, in which `runs` is.
    """

    root: Path

    @property
    def work(self) -> Path:
        """The working folder."""
        return self.root / "a" / "b" / "work"

    @property
    def precious(self) -> Path:
        """A file of somebody's, to which names and links may lead."""
        return self.root / "theirs" / SENTINEL

    def run(self, name: str) -> Path:
        """Return the folder of a run."""
        return self.work / "runs" / name

    def lay(self) -> None:
        """Put files and links around."""
        for folder in (self.root, self.root / "a", self.root / "a" / "b", self.work, self.precious.parent):
            folder.mkdir(parents=True, exist_ok=True)
            for name in (SENTINEL, "journal.jsonl", "verdict.json", "report.html"):
                if folder != self.work or name == SENTINEL:
                    (folder / name).write_text(SENTINEL)
        (self.root / "a" / "link").symlink_to(self.precious)
        (self.work / "runs").mkdir()

    def put(self, path: Path, data: bytes, place: str) -> None:
        """Put `data`, or something else, where a file is looked for."""
        path.parent.mkdir(parents=True, exist_ok=True)
        match place:
            case "file":
                path.write_bytes(data)
            case "folder":
                path.mkdir()
            case "link":
                there = self.precious.with_name("linked")
                there.write_bytes(data)
                path.symlink_to(there)
            case "dangling":
                path.symlink_to(self.root / "theirs" / "new")
            case "loop":
                path.symlink_to(path.name)

    def seen(self, but: Path) -> Mapping[str, str]:
        """Return all that stands here with its content, but for what is in one folder."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            if not path.is_relative_to(but):
                found[str(path)] = str(path.readlink()) if path.is_symlink() else _content(path)
        return found


def _content(path: Path) -> str:
    return path.read_bytes().hex() if path.is_file() else "folder"
