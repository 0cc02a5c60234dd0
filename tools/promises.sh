#!/usr/bin/env bash
# Runs what keeps the promises of docs/promises.md, and installs what that needs before.
# --list: only list them.  --table: print README's table.
# --without-cluster: leave out what needs a cluster of three nodes.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck disable=SC1091 # it is checked by itself
. tools/installing.sh
case " $* " in
  *" --list "* | *" --table "*) ;;
  *" --without-cluster "*) install_for_faults ;;
  *) install_for_faults; install_for_cluster ;;
esac
exec .venv/bin/python tools/promises.py "$@"
