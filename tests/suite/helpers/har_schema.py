"""The form of an HTTP Archive, version 1.2, as its specification has it: which keys there are, and of what kind.

Only keys that begin with an underscore may be added to it.
"""

from typing import Any

TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number", "minimum": 0}, {"type": "integer"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
SIZE = {"type": "integer", "minimum": -1}
TIMED = {"type": "number", "minimum": -1}


def of(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the schema of an object with these keys and no others, but for a comment and own ones."""
    return {
        "type": "object",
        "required": [*required],
        "properties": required | (optional or {}) | {"comment": TEXT},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


def several(item: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": item}


PAIRS = several(of({"name": TEXT, "value": TEXT}))
COOKIES = several(
    of(
        {"name": TEXT, "value": TEXT},
        {"path": TEXT, "domain": TEXT, "expires": TIME, "httpOnly": {"type": "boolean"}, "secure": {"type": "boolean"}},
    )
)
PARAMS = several(of({"name": TEXT}, {"value": TEXT, "fileName": TEXT, "contentType": TEXT}))
MESSAGE = {"httpVersion": TEXT, "cookies": COOKIES, "headers": PAIRS, "headersSize": SIZE, "bodySize": SIZE}
POSTED = of({"mimeType": TEXT}, {"text": TEXT, "params": PARAMS}) | {
    "oneOf": [{"required": ["text"]}, {"required": ["params"]}]
}
CONTENT = of({"size": WHOLE, "mimeType": TEXT}, {"compression": WHOLE, "text": TEXT, "encoding": TEXT})
REQUEST = of(
    MESSAGE | {"method": TEXT, "url": {"type": "string", "pattern": "^https?://"}, "queryString": PAIRS},
    {"postData": POSTED},
)
RESPONSE = of(MESSAGE | {"status": WHOLE, "statusText": TEXT, "content": CONTENT, "redirectURL": TEXT})
CACHED = of({"lastAccess": TEXT, "eTag": TEXT, "hitCount": WHOLE}, {"expires": TEXT})
CACHE = of({}, {"beforeRequest": CACHED, "afterRequest": CACHED})
TIMINGS = of(
    {"send": NUMBER, "wait": NUMBER, "receive": NUMBER},
    {"blocked": TIMED, "dns": TIMED, "connect": TIMED, "ssl": TIMED},
)
ENTRY = of(
    {
        "startedDateTime": TIME,
        "time": NUMBER,
        "request": REQUEST,
        "response": RESPONSE,
        "cache": CACHE,
        "timings": TIMINGS,
    },
    {"pageref": TEXT, "serverIPAddress": TEXT, "connection": TEXT},
)
PAGE = of(
    {
        "startedDateTime": TIME,
        "id": TEXT,
        "title": TEXT,
        "pageTimings": of({}, {"onContentLoad": TIMED, "onLoad": TIMED}),
    }
)
TOOL = of({"name": TEXT, "version": TEXT})
LOG = of(
    {"version": {"const": "1.2"}, "creator": TOOL, "entries": several(ENTRY)}, {"browser": TOOL, "pages": several(PAGE)}
)
HAR: dict[str, Any] = {"type": "object", "required": ["log"], "properties": {"log": LOG}, "additionalProperties": False}
