"""The words that a page uses, as data: a variation of a page is a row here."""

from collections.abc import Mapping
from typing import Final

PREFIX: Final = "/api/aslan"
"""What the gateway puts in front of every path; the operations are kept without it."""

SECTIONS: Final[Mapping[str, str]] = {
    "请求": "request",
    "请求头": "headers",
    "header参数说明": "headers",
    "路径参数说明": "path",
    "query参数说明": "query",
    "body参数样例": "body-sample",
    "body参数说明": "body",
    "正常返回": "success",
    "异常返回": "error",
    "注意事项": "notes",
}
"""Section heading, in lower case and without spaces, to what the section holds."""

COLUMNS: Final[Mapping[str, str]] = {
    "参数名": "name",
    "类型": "type",
    "描述": "description",
    "说明": "description",
    "默认值": "default",
    "是否必须": "required",
    "位置": "in",
    "in": "in",
}
"""Column heading of a parameter table, in lower case, to what the column holds."""

TYPES: Final[Mapping[str, str]] = {
    "int": "integer",
    "int32": "integer",
    "int64": "integer",
    "integer": "integer",
    "float": "number",
    "number": "number",
    "string": "string",
    "bool": "boolean",
    "boolean": "boolean",
    "object": "object",
    "array": "array",
}
"""Type word of a table, in lower case, to the type of JSON Schema."""

REQUIRED: Final[Mapping[str, bool]] = {"是": True, "yes": True, "true": True, "否": False, "no": False, "false": False}
"""What a table says about whether a parameter is required."""

NO_DEFAULT: Final = frozenset({"", "无", "-"})
"""Cells that say that there is no default."""

PLACES: Final = frozenset({"path", "query", "body"})
"""Where a parameter can be."""

NOUNS: Final = (("任务", "/workflowtask"),)
"""A heading names a thing (first) exactly where the path addresses it (second)."""
