#!/bin/bash
# The script of a test in Zadig's test management; see README.md beside it for the fields around it.
# Zadig runs it and takes its exit code as the result.
set -euo pipefail
cd "$WORKSPACE"
suite=$WORKSPACE/.zadig-contract/bin
python3 -m venv --clear .zadig-contract
"$suite/python" -m pip install --quiet --disable-pip-version-check --no-deps "${ZCT_PACKAGE:?set this variable of the test}"
"$suite/python" -m pip install --quiet --disable-pip-version-check \
  --require-hashes -r "$("$suite/python" -Im contracts.paths)"
export ZADIG_REQUIRE_LIVE="${ZADIG_REQUIRE_LIVE:-true}" # never the stand-in in place of a Zadig
code=0
"$suite/zadig-contracts" run --base-url "${ZADIG_BASE_URL:-}" --run-dir zadig-contract || code=$?
if [ "$code" = 0 ]; then
  "$suite/zadig-contracts" gate --profile "${ZADIG_PROFILE:-regression}" zadig-contract || code=$?
fi
if [ -n "${NOTIFY_TO:-}" ]; then # a chat decides nothing
  "$suite/zadig-contracts" notify zadig-contract --to "$NOTIFY_TO" || true
fi
exit "$code"
