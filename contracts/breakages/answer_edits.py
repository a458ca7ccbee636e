"""Edits of one answer on its way out, by name: a row of a family says which are made, one after the other."""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from contracts.breakages.breakage import Act, Forward, Memory, Request, Response
from contracts.breakages.known_answers import KNOWN, name_of, parsed
from contracts.breakages.proxy.recognise import compact, header, json_object, value, with_header, without_headers

Edit = Callable[[Response], Response]


def _bare(body: bytes) -> bytes:
    """Return a body in deflate without the head of zlib, as some servers take that coding to be."""
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(body) + packing.flush()


_GZIP = partial(gzip.compress, mtime=0)
_ENCODERS: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", _GZIP),
    "x-gzip": ("X-Gzip", _GZIP),
    "gzip-in-parts": ("gzip", lambda body: _GZIP(body[:9]) + _GZIP(body[9:])),
    "deflate": ("deflate", zlib.compress),
    "bare-deflate": ("deflate", _bare),
    "identity": ("identity", bytes),
}
"""Codings of a body by the words of rows: how each is named in the head, and how it is made."""


def edits(spec: Mapping[str, Any]) -> Edit:
    """Return the edits of a row, in its order; KeyError for a name that is none."""
    made = [EDITS[name](argument) for name, argument in spec.items()]

    def edit(response: Response) -> Response:
        for one in made:
            response = one(response)
        return response

    return edit


def on(operation: str, answer: str, edit: Edit) -> Act:
    """Edit one answer of an operation, `*` for any, and pass on everything else."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        meant = request.operation == operation and answer in ("*", name_of(request, response))
        return edit(response) if meant else response

    return act


def everywhere(edit: Edit, of: Iterable[str] = ()) -> Act:
    """Edit the answers of these names, or to these calls, or all of `json`; all that there are where none is named."""
    names = frozenset(of)

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        own = {request.operation, name_of(request, response), "json" if is_json(response) else ""}
        return edit(response) if not names or names & own else response

    return act


def is_json(response: Response) -> bool:
    """Whether a response says that it is JSON."""
    return "json" in (header(response.headers, "content-type") or "").lower()


def _body(change: Callable[[bytes], bytes]) -> Edit:
    return lambda response: replace(response, body=change(response.body))


def _object(change: Callable[[dict[str, Any]], Any]) -> Edit:
    """Change the body's JSON object; another body is left as it is."""
    return _body(lambda old: old if (known := json_object(old)) is None else compact(change(known)))


def _rows(change: Callable[[list[Any]], list[Any]]) -> Edit:
    """Change the list of an answer, whatever its key."""
    return _object(lambda old: old | {key: change(rows) for key, rows in old.items() if isinstance(rows, list)})


def _pairs(change: Callable[[dict[str, str]], dict[str, str]]) -> Edit:
    """Change the body's object as its keys and the JSON text under each, which may become any text."""

    def changed(old: dict[str, Any]) -> bytes:
        texts = change({key: compact(inner).decode() for key, inner in old.items()})
        return ("{" + ",".join(f'"{key}":{text}' for key, text in texts.items()) + "}").encode()

    return _body(lambda old: old if (known := json_object(old)) is None else changed(known))


def _set_headers(wanted: Mapping[str, str]) -> Edit:
    def edit(response: Response) -> Response:
        headers = response.headers
        for name, text in wanted.items():
            headers = with_header(headers, name, text)
        return replace(response, headers=headers)

    return edit


def _header_names(case: str) -> Edit:
    change = {"title": str.title, "upper": str.upper}[case]
    return lambda response: replace(response, headers=tuple((change(key), text) for key, text in response.headers))


def _compressed(coding: str) -> Edit:
    """Compress a body, asked or not."""
    name, encode = _ENCODERS[coding]
    named = (("Content-Encoding", name),)
    return lambda response: (
        replace(response, headers=response.headers + named, body=encode(response.body)) if response.body else response
    )


def _reversed_keys(old: Any) -> Any:
    if isinstance(old, dict):
        return {key: _reversed_keys(inner) for key, inner in reversed(old.items())}
    return [_reversed_keys(inner) for inner in old] if isinstance(old, list) else old


def _capital_escapes(old: bytes) -> bytes:
    first, *others = json.dumps(json.loads(old)).split(r"\u")
    return r"\u".join([first, *(piece[:4].upper() + piece[4:] for piece in others)]).encode()


def _one_more_listed(old: bytes) -> bytes:
    listed, other = value(old), {"name": "somebody-elses", "product_tmpl_name": "nginx"}
    return compact([*listed, other]) if isinstance(listed, list) else old


def _whole_address(response: Response) -> Response:
    location = header(response.headers, "location")
    headers = with_header(response.headers, "Location", f"http://zadig.internal:25000/inner{location}")
    return replace(response, headers=headers) if location else response


def _answer(name: str) -> Edit:
    api, operation, answer = parsed(name)
    other = KNOWN[api][operation, answer].example
    return lambda response: replace(response, status=other.status, body=other.body)


_SPECIAL: Mapping[str, Edit] = {
    "array": _body(lambda old: b"[" + old + b"]"),
    "each-twice": _rows(lambda rows: [row for row in rows for _ in range(2)]),
    "names-blank": _rows(lambda rows: [{**row, "workflow_name": ""} for row in rows]),
    "last-left-out": _rows(lambda rows: rows[:-1]),
    "capital-escapes": _body(_capital_escapes),
    "long-header": lambda response: replace(response, headers=(*response.headers, ("X-Trace", "x" * 4000))),
    "newest-last": _rows(lambda rows: rows[::-1]),
    "one-more-listed": _body(_one_more_listed),
    "reversed-keys": _body(lambda old: compact(_reversed_keys(json.loads(old)))),
    "single-quotes": _body(lambda old: repr(json.loads(old)).encode()),
    "string": _body(lambda old: json.dumps(old.decode()).encode()),
    "twice": _body(lambda old: old + old),
    "whole-address": _whole_address,
    "without-empty": _object(lambda old: {key: inner for key, inner in old.items() if inner not in ("", False, None)}),
}
EDITS: Mapping[str, Callable[[Any], Edit]] = {
    # ---- delivery and head
    "status": lambda number: lambda response: replace(response, status=number),
    "wire": lambda form: lambda response: replace(response, wire=form),
    "headers": _set_headers,
    "add-headers": lambda pairs: (
        lambda response: replace(response, headers=response.headers + tuple((name, text) for name, text in pairs))
    ),
    "drop-headers": lambda names: lambda response: replace(response, headers=without_headers(response.headers, *names)),
    "header-names": _header_names,
    "compressed": _compressed,
    "answer": _answer,
    # ---- bytes
    "body": lambda text: _body(lambda _: text.encode()),
    "append": lambda text: _body(lambda old: old + text.encode()),
    "prepend": lambda text: _body(lambda old: text.encode() + old),
    "blanks": lambda number: _body(lambda old: old + b" " * number),
    "cut": lambda number: _body(lambda old: old[:-number]),
    "replace": lambda pair: _body(lambda old: old.replace(pair[0].encode(), pair[1].encode(), 1)),
    "charset": lambda name: _body(lambda old: old.decode().encode(name)),
    # ---- JSON
    "dumps": lambda how: _body(lambda old: json.dumps(json.loads(old), **how).encode()),
    "set": lambda values: _object(lambda old: old | values),
    "set-in-front": lambda values: _object(lambda old: values | old),
    "describe": lambda pair: _object(
        lambda old: old | {"description": re.sub(pair[0], pair[1], old["description"], count=1)}
    ),
    "drop": lambda key: _pairs(lambda old: {name: text for name, text in old.items() if name != key}),
    "rename": lambda names: _pairs(lambda old: {names.get(name, name): text for name, text in old.items()}),
    "json": lambda texts: _pairs(
        lambda old: old | {name: text.replace("@", old.get(name, "")) for name, text in texts.items()}
    ),
    "stuffed": lambda number: _object(lambda old: old | {"zct_more": "x" * number}),
    "nest": lambda key: _object(lambda old: {key: old}),
    "special": lambda name: _SPECIAL[name],
}
"""Each edit by its name, made of a row's argument. In `json`, `@` stands for the JSON text that was there."""
