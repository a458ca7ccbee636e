"""The words that pages use, as data: a variation of a page is a row here."""

from collections.abc import Iterable, Mapping
from typing import Final

PREFIX: Final = "/api/aslan"
"""What the gateway puts in front of every path; the operations are kept without it."""


def plain(text: str) -> str:
    """Return a heading or word as the tables below have it: lower case, no spaces, no colon at its end."""
    return "".join(text.split()).strip("：:").casefold()


def _rows(meanings: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {plain(word): meaning for meaning, words in meanings.items() for word in words}


SECTIONS: Final[Mapping[str, str]] = _rows(
    {
        "request": ("请求", "request"),
        "headers": ("请求头", "header 参数说明", "request headers", "header parameter description"),
        "path": (
            "路径参数说明",
            "路径参数",
            "path 参数说明",
            "path",
            "path parameter description",
            "path parameters",
            "path parameter",
        ),
        "query": (
            "query 参数说明",
            "query 参数",
            "query",
            "查询参数说明",
            "查询参数",
            "query parameter description",
            "query parameters",
            "query parameter",
        ),
        "body-sample": (
            "body 参数样例",
            "body 参数示例",
            "body 样例",
            "body 示例",
            "请求示例",
            "请求样例",
            "body parameter example",
            "body parameters example",
            "body example",
            "body sample",
            "request example",
            "request body example",
        ),
        "body": (
            "body 参数说明",
            "body 参数",
            "body",
            "请求参数说明",
            "body parameter description",
            "body parameters",
            "request parameters",
            "请求体",
            "request body",
        ),
        "answer": (
            "返回说明",
            "返回数据说明",
            "返回参数说明",
            "成功返回说明",
            "output",
            "return description",
            "response description",
            "response parameters",
            "successful return description",
            "success response description",
        ),
        "success": (
            "正常返回",
            "成功返回",
            "返回",
            "返回示例",
            "返回样例",
            "返回值",
            "成功返回示例",
            "正常返回示例",
            "return",
            "return normally",
            "normal return",
            "return successfully",
            "successful return",
            "successful return example",
            "return example",
            "response",
            "response example",
            "success response",
            "success response example",
        ),
        "error": (
            "异常返回",
            "失败返回",
            "错误返回",
            "异常返回示例",
            "失败返回示例",
            "错误码对应列表",
            "exception return",
            "abnormal return",
            "error return",
            "failed return",
            "failure return",
            "error response",
            "error codes",
            "error code list",
        ),
        "notes": ("注意事项", "注意", "notes", "note", "precautions"),
    }
)
"""Section heading, as ``plain`` gives it, to what the section holds."""

FENCES: Final[Mapping[str, str]] = {
    "body-sample": "body",
    "success": "success",
    "answer": "success",
    "error": "error",
}
"""Section that has samples, to what they are samples of."""

COLUMNS: Final[Mapping[str, str]] = _rows(
    {
        "name": ("参数名", "参数", "参数名称", "字段", "字段名", "parameter name", "parameter", "name", "field", "key"),
        "type": ("类型", "参数类型", "type"),
        "description": ("描述", "说明", "备注", "description", "remark"),
        "default": ("默认值", "默认", "default", "default value"),
        "required": (
            "是否必须",
            "是否必填",
            "必填",
            "必须",
            "必选",
            "required",
            "is it required",
            "is required",
            "mandatory",
        ),
        "in": ("位置", "in", "location"),
    }
)
"""Column heading of a parameter table, as ``plain`` gives it, to what the column holds."""

TYPES: Final[Mapping[str, str]] = _rows(
    {
        "integer": (
            "int",
            "int8",
            "int16",
            "int32",
            "int64",
            "uint",
            "uint32",
            "uint64",
            "integer",
            "long",
            "timestamp",
        ),
        "number": ("float", "float32", "float64", "double", "number"),
        "string": ("string", "str", "text"),
        "boolean": ("bool", "boolean"),
        "object": ("object", "map", "struct", "dict", "json"),
        "array": ("array", "list", "slice"),
    }
)
"""Type word of a table, as ``plain`` gives it, to the type of JSON Schema."""

ANY: Final = frozenset({"any", "interface{}", "interface"})
"""Type words that say on purpose that any type is right."""

REQUIRED: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("是", "必须", "必填", "必选", "must", "yes", "y", "true", "required"), True),
    **dict.fromkeys(("否", "可选", "选填", "非必填", "optional", "option", "no", "n", "false"), False),
}
"""What a table says about whether a parameter is required."""

NO_DEFAULT: Final = frozenset({"", "无", "-", "none", "null", "n/a", "/"})
"""Cells, in lower case, that say that there is no default."""

PLACES: Final = frozenset({"path", "query", "body"})
"""Where a parameter can be."""

WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
"""Methods whose requests usually have no body."""

MODEL_ENDINGS: Final = ("参数说明", "说明", "结构", "parameter description", "parameters", "structure", "description")
"""What may follow the name of a sub-model in its heading."""

NOUNS: Final = ((("任务", "task"), "task"),)
"""A heading has one of these words exactly where the path, in lower case, has the other."""
