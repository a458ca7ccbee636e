"""`python -m bench`: all measurements as tables; exits 1 where one is out of its bounds."""

import sys

from bench import overhead, reports

sys.exit(max([part.main() for part in (overhead, reports)]))
