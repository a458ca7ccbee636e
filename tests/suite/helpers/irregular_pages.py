"""What is edited in the plain page to make it irregular, with the findings that tell of it."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = Path(__file__).parents[1] / "derive/pages"
PLAIN = (PAGES / "plain.md").read_text(encoding="utf-8")

EVERY_OPERATION = {("no-headers", 12), ("no-headers", 46), ("no-status", 23), ("no-status", 67)}
"""What the plain page lacks on purpose: it is as regular as pages are."""


SURVIVED = {
    "another-prefix": ("/api/aslan/workflow/workflow\n", "/open/workflow/workflow\n", ("other-prefix", 46)),
    "unnamed-operation": (
        "POST /api/aslan/workflow/workflow",
        "PUT /api/aslan/workflow/workflow",
        ("unnamed-operation", 46),
    ),
    "heading-of-another-thing": ("## 新建工作流", "## 新建任务", ("heading-names-another-thing", 41)),
    "renamed-parameter": ("|`pipeline`|", "|`pipelines`|", ("parameter-renamed", 20)),
    "query-parameter-said-to-be-in-the-path": (
        "|`projectName`|string|query|",
        "|`projectName`|string|path|",
        ("query-listed-as-path", 21),
    ),
    "parameter-not-in-the-request": ("?projectName=:projectName", "", ("parameter-not-in-request", 21)),
    "parameter-not-in-the-table": ("|`id`|int|path|编号|无|是|\n", "", ("parameter-not-listed", 12)),
    "optional-path-parameter": ("|编号|无|是|", "|编号|无|否|", ("path-parameter-optional", 19)),
    "parameter-listed-twice": ("|`labels`|array|", "|`name`|array|", ("parameter-listed-twice", 64)),
    "row-without-a-name": ("|`labels`|array|", "||array|", ("row-without-name", 64)),
    "row-with-a-cell-too-few": ("|无|否|", "|否|", ("uneven-row", 64)),
    "unknown-type-word": ("|`id`|int|", "|`id`|number64|", ("unknown-type", 19)),
    "unknown-required-word": ("|上限|5|否|", "|上限|5|也许|", ("unknown-required-word", 65)),
    "unknown-place": ("|`limit`|int|body|", "|`limit`|int|cookie|", ("unknown-place", 65)),
    "unknown-column": ("|参数名|类型|位置|描述|", "|参数名|类型|位置|心情|", ("unknown-column", 17)),
    "type-column-of-another-name": ("|参数名|类型|位置|", "|参数名|种类|位置|", ("unknown-column", 17)),
    "no-type-column": ("|参数名|类型|位置|描述|", "|参数名|描述|位置|心情|", ("no-column", 17)),
    "default-of-another-type": ("|上限|5|", "|上限|many|", ("default-of-another-type", 65)),
    "type-unlike-the-sample": ("|`limit`|int|", "|`limit`|string|", ("type-differs-from-sample", 65)),
    "key-not-in-the-sample": ("|`limit`|int|", "|`height`|int|", ("parameter-not-in-sample", 65)),
    "body-table-with-fewer-keys": ("|`limit`|int|body|上限|5|否|\n", "", ("body-table-incomplete", 61)),
    "no-body-table": ("#### body 参数说明", "#### 附注", ("no-table", 51)),
    "no-body-sample": ("#### body 参数样例", "#### 附注", ("no-body-sample", 59)),
    "table-without-dashes": ("|---|---|---|---|---|---|\n|`name`|", "|`name`|", ("no-line-of-dashes", 61)),
    "table-without-headings": ("|参数名|类型|位置|描述|默认值|是否必须|\n|---", "|---", ("no-column-headings", 17)),
    "table-without-rows": (
        "|`name`|string|body|名字|无|是|\n|`labels`|array|body|标签|无|否|\n|`limit`|int|body|上限|5|否|\n",
        "",
        ("table-empty", 61),
    ),
    "section-without-a-table": (
        PLAIN[PLAIN.index("|参数名|") : PLAIN.index("#### 正常返回")],
        "",
        ("no-table", 15),
    ),
    "no-success-sample": ('```json\n{"message": "success"}\n```\n', "", ("no-success-sample", 23)),
    "no-error-section": (
        '#### 异常返回\n\n```json\n{\n  "code": 6540',
        '#### 附注\n\n```json\n{\n  "code": 6540',
        ("no-error-sample", 41),
    ),
    "error-without-a-code": ('"code": 6540', '"status": 6540', ("error-without-code", 75)),
    "misspelled-section": ("#### 正常返回", "#### 正常反回", ("unknown-section", 23)),
    "section-twice": ("#### 异常返回", "#### 正常返回", ("section-twice", 29)),
    "second-fence": (
        '{"message": "success"}\n```\n',
        '{"message": "success"}\n```\n\n```json\n{}\n```\n',
        ("several-samples", 29),
    ),
    "fence-among-the-parameters": ("#### 路径参数说明\n", "#### 路径参数说明\n\n```\nx\n```\n", ("fence-not-read", 17)),
    "table-in-an-answer": ("#### 异常返回\n", "#### 异常返回\n\n|a|\n|---|\n|b|\n", ("table-not-read", 31)),
    "fence-before-any-section": ("## 停止任务\n", "## 停止任务\n\n```\nx\n```\n", ("outside-section", 9)),
    "heading-without-an-operation": ("## 停止任务\n", "## 概述\n\n## 停止任务\n", ("not-an-operation", 7)),
    "no-blank-line-before-a-fence": ("#### 异常返回\n\n", "#### 异常返回\n", ("fence-without-blank-line", 30)),
    "no-blank-line-before-a-heading": ("```\n\n## 新建", "```\n## 新建", ("heading-without-blank-line", 40)),
    "indented-block": ("#### 异常返回\n", "#### 异常返回\n\n    x\n", ("block-not-read", 31)),
    "comment-in-a-sample": ('"code": 6163,', '"code": 6163, # number', ("json-comment", 33)),
    "comma-before-a-bracket": ('"type": "error"\n', '"type": "error",\n', ("json-trailing-comma", 37)),
    "documented-headers": ("#### 路径参数说明", "#### 请求头\n\n- x\n\n#### 路径参数说明", ("headers-not-read", 15)),
    "documented-status": ("#### 异常返回\n", "#### 异常返回\n\n状态码 400\n", ("status-not-read", 29)),
}


LOST = {
    "no-request-fence": (
        "```\nPOST /api/aslan/workflow/workflow\n```\n",
        "",
        ("operation-without-request", 41),
        {"cancel-task"},
    ),
    "request-line-without-a-method": (
        "POST /api",
        "/api",
        ("operation-without-request", 41),
        {"cancel-task"},
    ),
    "operation-twice": (
        "POST /api/aslan/workflow/workflow\n",
        "DELETE /api/aslan/workflow/workflowtask/id/{a}/pipelines/{b}\n",
        ("operation-twice", 46),
        {"cancel-task"},
    ),
    "no-heading": ("## 新建工作流\n", "", ("second-request", 45), {"cancel-task", "create-workflow"}),
    "no-heading-at-all": ("## 停止任务\n", "", ("no-heading", 11), {"cancel-task", "create-workflow"}),
    "no-request-heading": (
        "#### 请求\n\n```\nDELETE",
        "```\nDELETE",
        ("request-without-heading", 10),
        {"cancel-task", "create-workflow"},
    ),
    "request-section-of-another-name": (
        "#### 请求\n\n```\nDELETE",
        "#### 地址\n\n```\nDELETE",
        ("request-without-heading", 12),
        {"cancel-task", "create-workflow"},
    ),
    "two-request-fences": (
        "POST /api/aslan/workflow/workflow\n```\n",
        "POST /api/aslan/workflow/workflow\n```\n\n```\nPOST /b\n```\n",
        ("several-requests", 50),
        {"cancel-task", "create-workflow", "post-b"},
    ),
    "two-request-lines": (
        "POST /api/aslan/workflow/workflow\n",
        "POST /api/aslan/workflow/workflow\nPOST /b\n",
        ("several-requests", 47),
        {"cancel-task", "create-workflow", "post-b"},
    ),
    "open-fence": (
        "POST /api/aslan/workflow/workflow\n```\n",
        "POST /api/aslan/workflow/workflow\n",
        ("fence-not-closed", 45),
        {"cancel-task", "create-workflow"},
    ),
    "open-fence-before-the-next-operation": (
        '"message": "停止失败",\n  "type": "error"\n}\n```\n',
        '"message": "停止失败",\n  "type": "error"\n}\n',
        ("fence-not-closed", 31),
        {"cancel-task", "create-workflow"},
    ),
    "request-in-a-sample": (
        '"limit": 3\n}',
        '"limit": 3\n}\nPOST /b',
        ("request-in-fence", 57),
        {"cancel-task", "create-workflow"},
    ),
    "request-in-a-comment": (
        "## 新建工作流\n\n#### 请求\n\n```\nPOST /api/aslan/workflow/workflow\n```\n",
        "<!--\nPOST /api/aslan/workflow/workflow\n-->\n",
        ("request-in-comment", 42),
        {"cancel-task"},
    ),
}


NOT_JSON = {
    "missing-comma": ('"labels": ["a", "b"],', '"labels": ["a" "b"],', ("json-no-comma", 54)),
    "text-after-json": ('"limit": 3\n}', '"limit": 3\n} }', ("json-stray-mark", 56)),
    "not-a-number": ('"limit": 3', '"limit": NaN', ("json-bare-word", 55)),
    "key-twice": ('"limit": 3', '"name": 3', ("json-key-twice", 55)),
    "open-object": ('"limit": 3\n}', '"limit": 3', ("json-not-closed", 52)),
    "empty-sample": ('{"message": "success"}\n', "", ("sample-empty", 25)),
    "no-json-at-all": ('{"message": "success"}\n', "ok\n", ("sample-not-json", 25)),
    "open-string": ('"停止失败"', '"停止失败', ("json-quote-missing", 36)),
}
