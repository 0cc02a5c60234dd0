#!/usr/bin/env bash
# What the tests of faults and of a cluster need beyond .venv: read in by faults.sh, cluster.sh and
# promises.sh, which run in the project's folder.  Whatever cannot be had is named, and never ends them.

# Takes NAME=PACKAGE for each package, and asks apt for those whose program (or file) is not there.
install_programs() {
  local each missing=() as_root=()
  for each in "$@"; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "${each%%=*}" >/dev/null ||
      compgen -G "${each%%=*}" >/dev/null || missing+=("${each#*=}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  if command -v apt-get >/dev/null; then
    "${as_root[@]}" apt-get update -qq || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null && return 0
  fi
  echo "Not installed: ${missing[*]} (somebody who may: sudo apt-get install ${missing[*]})"
}

# fetch PROGRAM [PACKAGE]: nginx, Caddy, HAProxy and etcd come as files alone: their packages would
# begin services here.
fetch() {
  PATH="$PATH:/usr/sbin" command -v "$1" >/dev/null && return
  [ ! -x ".peers/bin/$1" ] || return 0
  local folder done=no
  folder=$(mktemp -d)
  (cd "$folder" && apt-get download -qq "${2:-$1}" && dpkg -x ./*.deb .) >/dev/null 2>&1 &&
    mkdir -p .peers/bin && cp "$folder"/usr/*bin/"$1" .peers/bin/ && done=yes
  rm -rf "$folder"
  [ "$done" = yes ] || echo "Not fetched: $1; the tests that need it are skipped."
}

install_for_faults() {
  install_programs strace=strace fusermount3=fuse3 iptables=iptables ip=iproute2 \
    '/usr/lib/*/faketime/libfaketime.so.1=libfaketime'
  .venv/bin/python -c 'import mfusepy' 2>/dev/null ||
    .venv/bin/python -m pip install --quiet --disable-pip-version-check 'mfusepy>=3,<4' ||
    echo "Not installed: mfusepy; the tests of power cuts are skipped."
  fetch nginx
  fetch caddy
}

install_for_cluster() {
  # (the client of etcd begins nothing; the libraries are what HAProxy's package would bring)
  install_programs etcdctl=etcd-client iptables=iptables openssl=openssl nft=nftables \
    '/usr/lib/*/liblua5.3.so.0=liblua5.3-0' \
    '/usr/lib/*/libopentracing-c-wrapper.so.0=libopentracing-c-wrapper0'
  fetch etcd etcd-server
  fetch haproxy
  [ ! -x .peers/patroni/bin/patroni ] || return 0
  echo "Installing Patroni into .peers/patroni ..."
  # As root it runs as `nobody`, who may not look into root's own Python.
  local python=${PYTHON:-python3}
  if [ "$(id -u)" = 0 ] && [ -x /usr/bin/python3 ]; then python=/usr/bin/python3; fi
  { "$python" -m venv .peers/patroni &&
    .peers/patroni/bin/python -m pip install --quiet --disable-pip-version-check \
      'patroni[etcd3]>=4,<5' 'psycopg[binary]>=3.2,<4'; } ||
    echo "Not installed: Patroni; the tests of a cluster are skipped."
}
