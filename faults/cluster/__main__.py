"""Three nodes on this machine, until Ctrl-C: python -m faults.cluster"""

import signal

from faults.cluster.local import cluster
from faults.cluster.parts import Missing, check_installed


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        check_installed()
    except Missing as absent:
        raise SystemExit(str(absent)) from absent
    with cluster() as made:
        print(f'database = "{made.url}"', flush=True)
        for node in made.nodes:
            pg, rest = node.ports[3], node.ports[2]
            print(f"{node.name}: PostgreSQL {pg}, Patroni {rest}, in {node.folder}")
        print(
            f"leader: {made.leader and made.leader.name}.  Ctrl-C ends and removes it.", flush=True
        )
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("removed")


if __name__ == "__main__":
    main()
