"""The same lives written out for other tools, each in its own form, from the one list of exchanges."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.exchanges import Exchange, to_json

Lives = Sequence[Sequence[Exchange]]

PYTEST = '''"""Each life is a test: its requests in turn on one session, as anybody would write it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

LIVES = json.loads(Path(__file__).with_name("lives.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.mark.parametrize("life", LIVES)
def test_life(session: requests.Session, life: list) -> None:
    for each in life:
        answer = session.request(
            each["method"], "URL" + each["path"], headers=each["headers"], data=each["body"], timeout=30
        )
        assert answer.status_code == each["status"]
        value = answer.json()
        assert {key: value.get(key) for key in each["answer"]} == each["answer"]
'''


def write(folder: Path, url: str, lives: Lives) -> Path:
    """Write all of them into `folder`, for the server at `url`; return the folder."""
    (folder / "hurl").mkdir(parents=True)
    (folder / "lives.json").write_text(json.dumps(to_json(lives)), encoding="utf-8")
    (folder / "test_lives.py").write_text(PYTEST.replace("URL", url), encoding="utf-8")
    (folder / "test_lives.tavern.yaml").write_text(_tavern(url, lives), encoding="utf-8")
    (folder / "collection.json").write_text(json.dumps(_newman(url, lives)), encoding="utf-8")
    (folder / "stepci.yml").write_text(json.dumps(_stepci(url, lives)), encoding="utf-8")
    for index, life in enumerate(lives):
        (folder / "hurl" / f"life-{index:05}.hurl").write_text(_hurl(url, life), encoding="utf-8")
    return folder


def _tavern(url: str, lives: Lives) -> str:
    tests = []
    for index, life in enumerate(lives):
        stages = [
            {
                "name": f"{number} {each.method}",
                "request": {
                    "method": each.method,
                    "url": url + each.path,
                    "headers": dict(each.headers),
                    **_json(each),
                },
                "response": {"status_code": each.status, "json": dict(each.answer)},
            }
            for number, each in enumerate(life)
        ]
        tests.append({"test_name": f"life {index}", "strict": ["json:off"], "stages": stages})
    return "".join(f"---\n{json.dumps(test)}\n" for test in tests)  # JSON is YAML


def _newman(url: str, lives: Lives) -> dict[str, Any]:
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    return {
        "info": {"name": "lives", "schema": schema},
        "item": [
            {"name": f"life {index}", "item": [_postman(url, number, each) for number, each in enumerate(life)]}
            for index, life in enumerate(lives)
        ],
    }


def _postman(url: str, number: int, each: Exchange) -> dict[str, Any]:
    checks = [f"pm.expect(value[{json.dumps(key)}]).to.eql({json.dumps(value)});" for key, value in each.answer.items()]
    script = [
        "pm.test('answer', () => {",
        f"pm.response.to.have.status({each.status});",
        "const value = pm.response.json();",
        *checks,
        "});",
    ]
    request: dict[str, Any] = {
        "method": each.method,
        "url": url + each.path,
        "header": [{"key": key, "value": value} for key, value in each.headers.items()],
    }
    if each.body is not None:
        request["body"] = {"mode": "raw", "raw": each.body}
    event = {"listen": "test", "script": {"type": "text/javascript", "exec": script}}
    return {"name": f"{number} {each.method}", "request": request, "event": [event]}


def _stepci(url: str, lives: Lives) -> dict[str, Any]:
    def step(number: int, each: Exchange) -> dict[str, Any]:
        paths = {f"$.{key}": value for key, value in each.answer.items()}
        sent = {"body": each.body} if each.body is not None else {}
        http = {"url": url + each.path, "method": each.method, "headers": dict(each.headers), **sent}
        return {"name": f"{number} {each.method}", "http": http | {"check": {"status": each.status, "jsonpath": paths}}}

    tests = {
        f"life-{index}": {"steps": [step(number, each) for number, each in enumerate(life)]}
        for index, life in enumerate(lives)
    }
    return {"version": "1.1", "name": "lives", "tests": tests}


def _hurl(url: str, life: Iterable[Exchange]) -> str:
    entries = []
    for each in life:
        headers = [f"{key}: {value}" for key, value in each.headers.items()]
        body = [each.body] if each.body is not None else []
        asserts = [f'jsonpath "$.{key}" == {json.dumps(value)}' for key, value in each.answer.items()]
        entries.append(
            [f"{each.method} {url}{each.path}", *headers, *body, f"HTTP {each.status}", "[Asserts]", *asserts]
        )
    return "\n\n".join("\n".join(entry) for entry in entries) + "\n"


def _json(each: Exchange) -> Mapping[str, Any]:
    return {"json": json.loads(each.body)} if each.body is not None else {}
