"""The bare loop that all else is measured against: `python loop.py LIVES.json URL THREADS` sends each request once.

Nothing but requests and the least that finds a wrong answer: the HTTP status and the promised keys of the body.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests


def live(url: str, lives: list[list[dict[str, Any]]]) -> None:
    """Send the requests of these lives in turn on one connection; ends the program at a wrong answer."""
    with requests.Session() as session:
        session.trust_env = False
        for each in (exchange for life in lives for exchange in life):
            answer = session.request(
                each["method"], url + each["path"], headers=each["headers"], data=each["body"], timeout=30
            )
            value = answer.json()
            if answer.status_code != each["status"] or any(value.get(k) != v for k, v in each["answer"].items()):
                sys.exit(f"{each['method']} {each['path']} answered HTTP {answer.status_code}: {answer.text}")


def main(path: str, url: str, threads: int) -> None:
    """Live all lives, one after the other or in threads."""
    lives = json.loads(Path(path).read_text(encoding="utf-8"))
    if threads == 1:
        live(url, lives)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda index: live(url, lives[index::threads]), range(threads)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
