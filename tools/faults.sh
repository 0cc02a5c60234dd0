#!/usr/bin/env bash
# Runs the fault tests.  What they need is installed where apt and the rights are there; a test
# whose tool is missing is skipped and says so.  Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck disable=SC1091 # it is checked by itself
. tools/installing.sh
install_for_faults
exec .venv/bin/python -m pytest -q -rs -n 2 --dist loadfile --ignore faults/cluster faults "$@"
