#!/usr/bin/env bash
# Runs the faults of a PostgreSQL cluster: three nodes on this machine.  Installs etcd, HAProxy and
# the firewalls' programs by apt where it may, Patroni into .peers.  Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
missing=()
command -v etcd >/dev/null || missing+=(etcd-server)
command -v iptables >/dev/null || missing+=(iptables)
command -v openssl >/dev/null || missing+=(openssl)
PATH="$PATH:/usr/sbin" command -v nft >/dev/null || missing+=(nftables)
[ -x /usr/sbin/haproxy ] || missing+=(haproxy)
if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  "${as_root[@]}" apt-get update -qq || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    echo "Not installed: ${missing[*]} (somebody who may: sudo apt-get install ${missing[*]})"
fi
if [ ! -x .peers/patroni/bin/patroni ]; then
  echo "Installing Patroni into .peers/patroni ..."
  # As root it runs as `nobody`, who may not look into root's own Python.
  python=${PYTHON:-python3}
  if [ "$(id -u)" = 0 ] && [ -x /usr/bin/python3 ]; then python=/usr/bin/python3; fi
  "$python" -m venv .peers/patroni
  .peers/patroni/bin/python -m pip install --quiet --disable-pip-version-check \
    'patroni[etcd3]>=4,<5' 'psycopg[binary]>=3.2,<4'
fi
exec .venv/bin/python -m pytest -q -rs -s faults/cluster "$@"
