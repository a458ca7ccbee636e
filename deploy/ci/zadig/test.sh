#!/bin/bash
# The script of a test in Zadig's test management; see README.md beside it for the fields around it.
# Zadig runs it in $WORKSPACE, below which it has cloned this project, and takes its exit code as the result.
set -euo pipefail
cd "$WORKSPACE/${SUITE_FOLDER:-zadig-contract-tests}"
make .venv/.ready
export ZADIG_REQUIRE_LIVE="${ZADIG_REQUIRE_LIVE:-true}" # never the stand-in in place of a Zadig
exec .venv/bin/pytest tests/api --base-url "${ZADIG_BASE_URL:?set this variable of the test}" \
  --run-dir "$WORKSPACE/zadig-contract"
