"""`python -m contracts.standin`: a stand-in in the foreground; its first line of output is its base URL."""

import argparse
import sys

from contracts.standin.defects import BEHAVIOURS
from contracts.standin.serve import serve


def main() -> int:
    """Read the options and serve; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m contracts.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0, the default, takes a free one")
    parser.add_argument("--behaviour", choices=sorted(BEHAVIOURS), default="perfect", help="which server to behave as")
    parser.add_argument("--clock", choices=["manual", "real"], default="manual", help="what moves tasks on")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input ends")
    options = parser.parse_args()
    try:
        serve(options.port, options.behaviour, options.clock, options.until_eof, _announce)
    except OSError as error:
        parser.exit(1, f"stand-in: {error}\n")
    return 0


def _announce(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
