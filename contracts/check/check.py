"""Holds an exchange against its answer: Exchange x Answer -> breaches. The one place where that is done."""

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from email.message import Message
from functools import lru_cache
from itertools import islice
from sys import intern
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urljoin, urlsplit

from contracts.catalog.release import Answer
from contracts.check.breach import Breach, Kind, show
from contracts.check.envelope import contradictions
from contracts.check.schema import errors
from contracts.http.disturbance import gateways_own
from contracts.http.exchange import Exchange
from contracts.text.frozen import dataclass
from contracts.text.message import msg
from contracts.text.strict_json import NotStrictError, is_page, json_type, parse

if TYPE_CHECKING:
    from jsonschema import ValidationError

_ONLY = "no such key, only "
_ANY = "{any}"
"""What stands in a template for a text that nobody promised."""
MOST_UNKNOWN = 50
"""Keys that nobody documented which one exchange reports; an answer could have thousands."""


_FAULTLESS = {Kind.TOKEN: msg("no credential"), Kind.GARBLED: msg("one response")}
"""What is promised instead of a fault."""


@dataclass(frozen=True)
class Checked:
    """What an exchange showed.

    breaches: everything in which it departs from its answer.
    unknown, seen: JSON paths of keys that nobody documented, and of documented ones that came.
    value: the JSON value of the body, if it has one.
    """

    breaches: tuple[Breach, ...] = ()
    unknown: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    value: Any = None


def check(exchange: Exchange, answer: Answer, sent: Mapping[str, str], others: Iterable[Answer] = ()) -> Checked:
    """Return everything in which `exchange` departs from `answer`.

    `sent` has the names that the request used (name, project, id, env, …), to be put into texts. `others` are the
    other answers of the release: a description that is right for one of them, of the same code, is cross-talk.
    """
    breaches = [*faults(exchange)]
    if exchange.failure is not None:
        kind = Kind(exchange.failure.kind) if exchange.failure.kind != "refused" else Kind.NO_ANSWER
        failed = Breach(kind, "answer", f"HTTP {answer.status}", exchange.failure.text, answer.documented)
        return Checked((failed, *breaches))
    breaches += _location(exchange, answer, sent)
    if _in_front(exchange, answer):
        return Checked(tuple(breaches))
    breaches += _head(exchange, answer)
    value: Any = None
    unknown: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    if answer.body == "json":
        if exchange.body.strip():
            try:
                value = parse(exchange.body)
            except NotStrictError as error:
                breaches.append(_not_json(exchange, answer, error))
            else:
                breaches += _json(value, answer, sent, others)
                breaches += contradictions(exchange, value, answer)
                unknown = tuple(islice(_unknown(value, answer.schema or {}), MOST_UNKNOWN))
                seen = tuple(dict.fromkeys(_seen(value, answer.schema or {})))
        else:
            breaches.append(Breach(Kind.EMPTY, "body", msg("a JSON body"), msg("an empty body"), answer.documented))
    elif answer.body != "any":
        breaches += _text(exchange, answer, sent)
    return Checked(tuple(breaches), unknown, seen, value)


def faults(exchange: Exchange, where: str = "answer") -> Iterator[Breach]:
    """Yield what an exchange shows that no answer may do, whatever the call is."""
    for fault in exchange.faults:
        kind = Kind(fault.kind)
        yield Breach(kind, where, _FAULTLESS.get(kind, msg("a response to each request")), fault.text, True)


def _in_front(exchange: Exchange, answer: Answer) -> bool:
    """Whether something in front of the server answered, which it may do here by itself."""
    own = bool(answer.also) and exchange.status == answer.status and gateways_own(exchange.body)
    return own or exchange.status in answer.also


def _location(exchange: Exchange, answer: Answer, sent: Mapping[str, str]) -> Iterator[Breach]:
    """Yield that a redirect leads elsewhere: a gateway may change scheme and host, and what its path begins with."""
    redirects = {status for status in (answer.status, *answer.also) if 300 <= status < 400}
    if not answer.location or exchange.status not in redirects:
        return
    wanted, location = fill(answer.location, sent), exchange.headers.get("Location", "")
    try:
        path = unquote(urlsplit(urljoin(exchange.url, location)).path) if location else ""
    except ValueError:
        path = ""
    if not (path.endswith(wanted) or (path.count("/") > 1 and wanted.endswith(path))):
        yield Breach(Kind.REDIRECT, "Location", wanted, show(location) or msg("none"), answer.documented)


def _head(exchange: Exchange, answer: Answer) -> Iterator[Breach]:
    status = exchange.status
    if status != answer.status:
        location = exchange.headers.get("Location")
        came = _redirect(status, location) if location else f"HTTP {status}"
        yield Breach(Kind.STATUS, "status", f"HTTP {answer.status}", came, False, str(status))
    content_type = exchange.headers.get("Content-Type")
    if answer.content_type is not None and exchange.body and not _same_type(content_type, answer.content_type):
        came = show(content_type) if content_type else msg("none")
        detail = (content_type or "none").partition(";")[0]
        yield Breach(Kind.CONTENT_TYPE, "Content-Type", answer.content_type, came, False, detail)


def _redirect(status: int | None, location: str) -> str:
    try:
        host = urlsplit(location).netloc
    except ValueError:
        return msg("HTTP {status}, a redirect to an invalid address, not followed", status)
    if not host:
        return msg("HTTP {status}, a redirect to the same host, not followed", status)
    return msg("HTTP {status}, a redirect to {host}, not followed", status, host)


def _same_type(came: str | None, promised: str) -> bool:
    """Whether two content types say the same, however it is written; a charset that is left out may be any."""
    if came is None:
        return False
    (media, charset), (wanted, promised_charset) = _media(came), _media(promised)
    return media == wanted and charset in (None, promised_charset or charset)


@lru_cache(maxsize=64)
def _media(content_type: str) -> tuple[str, str | None]:
    """Return media type and charset of a content type, the charset by its usual name."""
    message = Message()
    message["Content-Type"] = content_type
    charset = message.get_content_charset()
    with suppress(LookupError):
        charset = charset and codecs.lookup(charset).name
    return message.get_content_type(), charset


def _not_json(exchange: Exchange, answer: Answer, error: NotStrictError) -> Breach:
    text = exchange.body[:2000].decode("utf-8", "replace")
    if is_page(exchange.body):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        came = msg("an HTML page; is this the address and prefix of Zadig's API?")
        if title:
            titled = "an HTML page titled {title}; is this the address and prefix of Zadig's API?"
            came = msg(titled, repr(show(title[1])))
    else:
        came = msg("{text} ({why})", show(text), error.message)
    return Breach(Kind.NOT_JSON, "body", msg("a JSON body"), came, answer.documented)


def text_of(body: bytes) -> str:
    """Return the text of a body that is no JSON, without the line break that many servers end one with."""
    return body.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")


def _text(exchange: Exchange, answer: Answer, sent: Mapping[str, str]) -> Iterator[Breach]:
    wanted = fill(answer.text, sent)
    came = text_of(exchange.body)
    if not re.fullmatch(pattern(wanted), came, re.DOTALL):  # {prefix} is not known: a gateway may rewrite it
        empty = msg("an empty body")
        promised, actual = repr(wanted) if wanted else empty, repr(show(came)) if came else empty
        yield Breach(Kind.TEXT, "body", promised, actual, answer.documented)


def _json(value: Any, answer: Answer, sent: Mapping[str, str], others: Iterable[Answer]) -> Iterator[Breach]:
    for error in errors(value, answer.schema) if answer.schema else ():
        yield from _schema_breach(error, answer)
    if answer.description is not None and isinstance(value, dict) and isinstance(value.get(answer.described), str):
        yield from _description(value, answer, sent, others)
    for key, template in answer.values.items() if isinstance(value, dict) else ():
        came = value.get(key)
        wanted = _as(came, fill(template, sent))
        if type(came) is type(wanted) and came != wanted:
            yield Breach(Kind.CONSTANT, f"$.{key}", repr(wanted), show(repr(came)), answer.documented, f"$.{key}")


def _as(value: Any, text: str) -> Any:
    """Return what a template says as a number where the value that it is about is one, an id."""
    return int(text) if type(value) is int and re.fullmatch(r"-?\d+", text) else text


def _schema_breach(error: "ValidationError", answer: Answer) -> Iterator[Breach]:
    path, limit = error.json_path, cast("Any", error.validator_value)
    documented = answer.documented
    if error.validator == "required":
        instance = cast("dict[str, Any]", error.instance)
        for key in sorted(set(limit) - set(instance)):
            if repr(key) in error.message:  # the library makes one error a key and names it in the message
                came = show(f"{_ONLY}{', '.join(sorted(instance))}").removeprefix(_ONLY)
                other = msg("no such key, only {keys}", came) if instance else msg("no such key, only none")
                yield Breach(Kind.MISSING, f"{path}.{key}", msg("this key"), other, documented, f"{path}.{key}")
    elif error.validator == "type":
        came = f"{json_type(error.instance) or 'null'} {show(error.instance)}"
        yield Breach(Kind.TYPE, path, msg("a value of type {type}", limit), came, documented, path)
    elif error.validator == "const":
        yield Breach(Kind.CONSTANT, path, repr(limit), show(repr(error.instance)), documented, path)
    else:
        promised = f"{error.validator} {limit}"
        yield Breach(Kind.SCHEMA, path, promised, show(repr(error.instance)), documented, f"{error.validator}:{path}")


def _description(
    value: Mapping[str, Any], answer: Answer, sent: Mapping[str, str], others: Iterable[Answer]
) -> Iterator[Breach]:
    wanted, came = fill(answer.description or "", sent), value[answer.described]
    where = f"$.{answer.described}"
    if came == wanted or (_ANY in wanted and re.fullmatch(pattern(wanted), came, re.DOTALL)):
        return
    for other in (answer, *others):
        same_code = other.code is not None and other.code == answer.code
        if same_code and _about_another(other, came, sent):
            template = "{came}, the description of {operation}/{answer}, which belongs to another request"
            actual = msg(template, repr(came), other.operation, other.name)
            yield Breach(Kind.CROSS_TALK, where, repr(wanted), actual, answer.documented)
            return
    yield Breach(Kind.DESCRIPTION, where, repr(wanted), repr(show(came)), answer.documented)


def _about_another(answer: Answer, came: str, sent: Mapping[str, str]) -> bool:
    """Whether `came` is the description of `answer` with some names put in; names must be ones of this suite.

    Where nobody promises what it says, the text of its sample is one that servers were seen to give.
    """
    sample = answer.sample if isinstance(answer.sample, Mapping) else {}
    says = sample.get(answer.described) if answer.description is None else answer.description
    match = re.fullmatch(pattern(says), came, re.DOTALL) if says else None
    if match is None:
        return False
    name = match.groupdict().get("name")
    return name is None or name == sent.get("name") or name.startswith("zct-")


def pattern(template: str) -> str:
    """Return the regular expression that `template` stands for, one named group for each placeholder."""
    pieces = re.split(r"\{(\w+)\}", template)
    return "".join(re.escape(piece) if i % 2 == 0 else f"(?P<{piece}>.*?)" for i, piece in enumerate(pieces))


def fill(template: str, sent: Mapping[str, str]) -> str:
    """Return `template` with the names that were sent put in; a name that was not sent stays as it stands."""
    return re.sub(r"\{(\w+)\}", lambda match: sent.get(match[1], match[0]), template)


def _unknown(value: Any, schema: Mapping[str, Any], path: str = "$") -> Iterator[str]:
    """Yield the JSON path of each key that the schema does not name; an object without keys in it has none."""
    properties = schema.get("properties", {} if schema.get("type") == "object" else None)
    if isinstance(value, dict) and isinstance(properties, dict):
        for key, inner in value.items():
            if key in properties:
                yield from _unknown(inner, properties[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for inner in value:
            yield from _unknown(inner, schema["items"], f"{path}[*]")


def _seen(value: Any, schema: Mapping[str, Any], path: str = "$") -> Iterator[str]:
    """Yield the JSON path of each key that the schema names and the value has."""
    for key, inner in schema.get("properties", {}).items() if isinstance(value, dict) else ():
        if key in value:
            yield intern(f"{path}.{key}")  # each outcome is kept to the end of the run, and most see the same
            yield from _seen(value[key], inner, f"{path}.{key}")
    for inner in value if isinstance(value, list) else ():
        yield from _seen(inner, schema.get("items", {}), f"{path}[*]")


@dataclass(frozen=True)
class Promise:
    """An answer written out for one request.

    status, content_type, body: the response as it should be.
    schema: what its body is held against, a path of this project.
    """

    status: int
    content_type: str | None
    body: str
    schema: str


def promise(answer: Answer, sent: Mapping[str, str]) -> Promise:
    """Return what `answer` promises to a request that used the names `sent`."""
    return Promise(answer.status, answer.content_type, _body(answer, sent), answer.schema_file)


def _body(answer: Answer, sent: Mapping[str, str]) -> str:
    if answer.body != "json":
        return fill(answer.text, sent)
    if not isinstance(answer.sample, Mapping):
        return json.dumps(answer.sample, ensure_ascii=False) if answer.sample is not None else ""
    texts = dict(answer.values) | ({answer.described: answer.description} if answer.description is not None else {})
    sample = dict(answer.sample)
    sample |= {key: _as(sample.get(key), fill(text, sent)) for key, text in texts.items()}
    return json.dumps(sample, ensure_ascii=False)
