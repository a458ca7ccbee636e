"""Runs one program and writes down what it took: `python -I -S launcher.py SECONDS RESULT OUTPUT PROGRAM ARGUMENT …`.

A process of its own, and a small one, because Linux counts the memory of whoever starts a program as the program's.
"""

import json
import os
import signal
import sys
import time


def main(limit: str, result: str, output: str, *command: str) -> None:
    """Run it, in a process group that is killed after `limit` seconds; its output goes to a file."""
    out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    redirect = [(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)]
    started = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=redirect, setpgroup=0)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(pid, signal.SIGKILL))
    signal.alarm(int(limit))
    _, status, used = os.wait4(pid, 0)
    seconds = time.perf_counter() - started
    took = {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": used.ru_maxrss / 1024,
    }
    with open(result, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would take longer than all else
        json.dump(took, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
