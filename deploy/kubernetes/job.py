"""What a pod of the Kubernetes Jobs does: run the suite, or a shard of it; or, as the last index, merge and gate.

The suite's own settings come as ever, by ZADIG_…; options behind the command go to pytest. Of the Job itself:

ZCT_RUN                 name of this run of the Job, the same in all its pods
ZCT_POD                 name of the pod
JOB_COMPLETION_INDEX    set by an Indexed Job: 0 to ZCT_SHARDS-1 run a shard, ZCT_SHARDS merges; else: all is run
ZCT_SHARDS              number of shards
ZCT_WAIT                seconds that the last index waits for the shards (3600)
ZCT_FAILURES            how often this index failed before; ZCT_RETRIES: how often it may (0)
ZCT_RESULTS             folder of the volume, or of the pod where a bucket is set (/results)
NOTIFY_TO               whose chat gets a card on the run, to the webhook in ZCT_WEBHOOK_FILE; empty: nobody
ZCT_BUCKET              address of the bucket and a prefix in it; ZCT_BUCKET_REGION (us-east-1);
                        ZCT_BUCKET_KEY_FILE, ZCT_BUCKET_SECRET_FILE: files with its two keys

Exit code: that of the run or of the gate; 4 a setting that cannot be used, 6 results that could not be kept.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from bucket import VERDICT, Bucket, Store, StoreError, Volume

ACCEPTED, USAGE, INCONCLUSIVE, LEAKED = 0, 4, 6, 7
AGAIN = frozenset({2, INCONCLUSIVE})
"""Exit codes after which Kubernetes tries an index once more: interrupted and inconclusive. It must be the same set
that the pod failure policy counts."""
POLL_SECONDS = 1.0


class UsageError(Exception):
    """A setting of the Job cannot be used; one line says which and what to do."""


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(command: Sequence[str]) -> int:
    """Run a command of the suite to its end; a SIGTERM that the pod gets reaches it, so that it cleans up."""
    child = subprocess.Popen([sys.executable, "-m", *command])  # noqa: S603 - our own modules

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    before = signal.signal(signal.SIGTERM, pass_on)
    try:
        code = child.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
    return code if code >= 0 else 128 - code


def kept(code: int, keep: Callable[[], None]) -> int:
    """Keep something, and return the exit code: a good result that is lost is inconclusive."""
    try:
        keep()
    except (StoreError, OSError) as error:
        say(f"not kept: {error}")
        return INCONCLUSIVE if code in (ACCEPTED, LEAKED) else code
    return code


def run_cases(store: Store, name: str, options: Sequence[str]) -> int:
    """Run the cases into the folder of `name`, keep it, and return the exit code."""
    code = run(["pytest", "tests/api", "-p", "no:cacheprovider", "--run-dir", str(store.place(name)), *options])
    return kept(code, lambda: store.keep(name))


def run_shard(store: Store, number: int, settings: Mapping[str, str], options: Sequence[str]) -> int:
    """Run one shard. Its result counts unless Kubernetes will try it once more."""
    shard, shards = f"shard-{number}", settings["ZCT_SHARDS"]
    name = f"{shard}.{_pod(settings)}"
    code = run_cases(store, name, ["--shard", f"{number}/{shards}", *options])
    last = _number(settings, "ZCT_FAILURES", 0) >= _number(settings, "ZCT_RETRIES", 0)
    if code not in AGAIN or (last and code == INCONCLUSIVE):
        return kept(code, lambda: store.count(shard, name))
    return code


def gate(store: Store, shards: int, seconds: float) -> int:
    """Wait for the shards, merge those that came, and return the exit code of the gate; a lost shard did not run."""
    came = _wait(store, [f"shard-{number}" for number in range(1, shards + 1)], seconds)
    folders = [folder for name in came if ((folder := store.bring(name)) / VERDICT).exists()]
    if not folders:
        say(f"INCONCLUSIVE: no shard had a verdict within {seconds:g} s")
        return INCONCLUSIVE
    merged = store.place("merged")
    code = run(["contracts", "merge", *map(str, folders), "--out", str(merged)])
    if code == USAGE:
        return code
    return kept(run(["contracts", "gate", str(merged)]), lambda: store.keep("merged"))


def tell(folder: Path, settings: Mapping[str, str]) -> None:
    """Tell a chat of a run, where one is set; it decides nothing."""
    if service := settings.get("NOTIFY_TO"):
        webhook = settings.get("ZCT_WEBHOOK_FILE") or "webhook"
        run(["contracts", "notify", str(folder), "--to", service, "--webhook-file", webhook])


def _wait(store: Store, shards: Sequence[str], seconds: float) -> list[str]:
    """Return the tries that count, once all shards have one or `seconds` are over."""
    end, came = time.monotonic() + seconds, dict[str, str]()
    while True:
        for shard in (shard for shard in shards if shard not in came):
            if name := store.counted(shard):
                came[shard] = name
                say(f"{shard} is there ({len(came)} of {len(shards)})")
        if len(came) == len(shards):
            break
        if time.monotonic() > end:
            say(f"lost: {', '.join(shard for shard in shards if shard not in came)} within {seconds:g} s")
            break
        time.sleep(POLL_SECONDS)
    return [came[shard] for shard in shards if shard in came]


def open_store(settings: Mapping[str, str]) -> Store:
    """Return where results are kept, by the settings; raises UsageError."""
    name = settings.get("ZCT_RUN")
    if not name:
        raise UsageError("ZCT_RUN is not set; give each run of the Job a name of its own")
    results = Path(settings.get("ZCT_RESULTS") or "/results") / name
    url = settings.get("ZCT_BUCKET")
    if not url:
        return Volume(results)
    from requests_aws4auth import AWS4Auth  # only a Job with a bucket needs it

    keys = [_secret(settings, variable) for variable in ("ZCT_BUCKET_KEY_FILE", "ZCT_BUCKET_SECRET_FILE")]
    auth = AWS4Auth(*keys, settings.get("ZCT_BUCKET_REGION") or "us-east-1", "s3")
    return Bucket(f"{url.rstrip('/')}/{name}", auth, results)


def _secret(settings: Mapping[str, str], variable: str) -> str:
    path = settings.get(variable)
    if not path:
        raise UsageError(f"{variable} is not set; set it to the file that holds the key of the bucket")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{variable}: {path} cannot be read; is the Secret mounted there?") from None


def _pod(settings: Mapping[str, str]) -> str:
    return settings.get("ZCT_POD") or "pod"


def _number(settings: Mapping[str, str], variable: str, default: int) -> int:
    value = settings.get(variable) or str(default)
    if not value.isdecimal():
        raise UsageError(f"{variable} is {value!r}; set it to a whole number")
    return int(value)


def main(settings: Mapping[str, str], options: Sequence[str]) -> int:
    """Do the part of this pod and return its exit code."""
    if not settings.get("ZADIG_BASE_URL"):
        raise UsageError("ZADIG_BASE_URL is not set, so this would only test the stand-in; set it in settings.env")
    store, index = open_store(settings), settings.get("JOB_COMPLETION_INDEX")
    if not index:
        name = f"all.{_pod(settings)}"
        code = run_cases(store, name, options)
        tell(store.place(name), settings)
        return code
    shards, number = _number(settings, "ZCT_SHARDS", 0), _number(settings, "JOB_COMPLETION_INDEX", 0)
    if number > shards or shards < 1:
        raise UsageError(f"index {number} of {shards} shards; completions of the Job must be ZCT_SHARDS and one more")
    if number < shards:
        return run_shard(store, number + 1, settings, options)
    code = gate(store, shards, _number(settings, "ZCT_WAIT", 3600))
    tell(store.place("merged"), settings)
    return code


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # the first process of a container would not hear it
    try:
        sys.exit(main(os.environ, sys.argv[1:]))
    except (UsageError, StoreError) as problem:
        say(str(problem))
        sys.exit(INCONCLUSIVE if isinstance(problem, StoreError) else USAGE)
