"""`python -m bench`: all measurements as tables; exits 1 where one is out of its bounds."""

import sys

from bench.overhead import main

sys.exit(main())
