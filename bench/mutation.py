"""`python -m bench.mutation`: what `mutmut run` left in mutants/, as a table of modules; exits 1 below 90 %."""

import json
import sys
from collections import Counter
from pathlib import Path

from mutmut.stats import status_by_exit_code
from tabulate import tabulate

LEAST = 90
"""The score, in per cent, below which the nightly target fails."""
NOTICED = frozenset({"killed", "timeout"})


def main() -> int:
    """Print a row per module and one for all of them."""
    made, noticed = Counter[str](), Counter[str]()
    for path in sorted(Path("mutants/contracts").rglob("*.py.meta")):
        for code in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].values():
            for name in (path.relative_to("mutants").with_suffix("").as_posix(), "all"):
                made[name] += 1
                noticed[name] += status_by_exit_code[code] in NOTICED
    names = [*sorted(made.keys() - {"all"}), "all"]
    rows = [(name, made[name], noticed[name], f"{100 * noticed[name] / made[name]:.1f} %") for name in names]
    print(tabulate(rows, ("module", "changes", "noticed", "score"), "github"))
    return int(100 * noticed["all"] < LEAST * made["all"])


if __name__ == "__main__":
    sys.exit(main())
