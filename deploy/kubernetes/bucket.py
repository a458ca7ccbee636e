"""Where the pods of a Job leave what they made: a folder of a volume that all of them have, or an S3 bucket.

Both hold, below the name of the Job's run, a folder for each try of a shard, and the name of the try that counts:
`shard-3.<pod>/…` and `counts/shard-3`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

COUNTS, VERDICT = "counts", "verdict.json"


class StoreError(Exception):
    """What was made cannot be kept or fetched; one line says why."""


class Store(Protocol):
    """Holds the folders of one run."""

    def place(self, name: str) -> Path:
        """Return the folder in which the run `name` is to write."""

    def keep(self, name: str) -> None:
        """Keep what is in the folder of `name` now."""

    def count(self, shard: str, name: str) -> None:
        """Note that of the tries of a shard `name` is the one that counts."""

    def counted(self, shard: str) -> str | None:
        """Return which try of a shard counts; None: none does yet."""

    def bring(self, name: str) -> Path:
        """Return a folder with the verdict of `name`, where it has one."""


@dataclass(frozen=True)
class Volume:
    """A folder of a volume: runs write straight into it, so even a killed pod leaves its journal."""

    root: Path

    def place(self, name: str) -> Path:
        """Return the folder in which the run `name` is to write."""
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def keep(self, name: str) -> None:
        """Do nothing: it is there already."""

    def count(self, shard: str, name: str) -> None:
        """Note which try counts, whole or not at all."""
        draft = self.place(COUNTS) / f".{name}"
        draft.write_text(name, encoding="utf-8")
        draft.replace(self.root / COUNTS / shard)

    def counted(self, shard: str) -> str | None:
        """Return which try of a shard counts."""
        path = self.root / COUNTS / shard
        return path.read_text(encoding="utf-8") if path.exists() else None

    def bring(self, name: str) -> Path:
        """Return the folder itself."""
        return self.root / name


class Bucket:
    """A bucket, by path-style addresses such as https://s3.example.com/bucket/prefix; `work` is a folder of the pod."""

    def __init__(self, url: str, auth: requests.auth.AuthBase, work: Path) -> None:
        self._url = url.rstrip("/")
        self._work = Volume(work)
        self._session = requests.Session()
        self._session.auth = auth
        again = Retry(total=4, backoff_factor=1, status_forcelist=(500, 502, 503, 504), allowed_methods=None)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=again))

    def place(self, name: str) -> Path:
        """Return a folder of the pod, from which `keep` uploads."""
        return self._work.place(name)

    def keep(self, name: str) -> None:
        """Upload all files of a folder."""
        folder = self.place(name)
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            self._call("PUT", f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def count(self, shard: str, name: str) -> None:
        """Note which try counts."""
        self._call("PUT", f"{COUNTS}/{shard}", name.encode())

    def counted(self, shard: str) -> str | None:
        """Return which try of a shard counts."""
        found = self._call("GET", f"{COUNTS}/{shard}")
        return None if found is None else found.decode()

    def bring(self, name: str) -> Path:
        """Download the verdict."""
        found = self._call("GET", f"{name}/{VERDICT}")
        if found is not None:
            (self.place(name) / VERDICT).write_bytes(found)
        return self.place(name)

    def _call(self, method: str, key: str, data: bytes | None = None) -> bytes | None:
        """Return what an object holds, None where there is none; raises StoreError."""
        url = f"{self._url}/{quote(key)}"
        try:
            answer = self._session.request(method, url, data=data, timeout=(5, 60), allow_redirects=False)
        except requests.RequestException as error:
            raise StoreError(f"{method} {url}: {type(error).__name__}; is the bucket's address right?") from None
        if method == "GET" and answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise StoreError(f"{method} {url}: HTTP {answer.status_code}; are bucket, region and keys right?")
        return answer.content
