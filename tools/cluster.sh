#!/usr/bin/env bash
# Runs the faults of a PostgreSQL cluster: three nodes on this machine.  Installs etcd, HAProxy and
# the firewalls' programs by apt where it may, Patroni into .peers.  Arguments go to pytest; with
# --install nothing is run.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck disable=SC1091 # it is checked by itself
. tools/installing.sh
install_for_cluster
[ "${1:-}" != --install ] || exit 0
exec .venv/bin/python -m pytest -q -rs -s faults/cluster "$@"
