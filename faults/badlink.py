"""A network of one machine behind a bad link: packets are lost, doubled and come out of order.

    python -m faults.badlink NAME LOSS TWICE LATE SEED

makes a network namespace NAME with the address `INSIDE`, and carries every packet between it and
us through two TUN devices of its own; the shares are in hundredths.  At the end, when its standard
input closes, it prints how many packets it carried, lost, doubled and held back.  Needs root and
/dev/net/tun; no queueing discipline of the kernel (netem is not in every one).
"""

import fcntl
import os
import select
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from heapq import heappop, heappush
from random import Random
from time import monotonic

import pytest

OUTSIDE, INSIDE = "10.213.77.1", "10.213.77.2"
TUN, NO_HEADER, SET_NAME = 0x0001, 0x1000, 0x400454CA
DELAY, HELD_BACK = 0.010, 0.030  # seconds: of each packet, and more of what comes out of order
PACKET = 65_536
READY = "ready"


class Link:
    """Two ends, and what is on its way between them."""

    def __init__(self, ends: tuple[int, int], shares: tuple[int, int, int], lot: Random) -> None:
        self._ends, self._lot = ends, lot
        self._loss, self._twice, self._late = shares
        self._on_the_way: list[tuple[float, int, int, bytes]] = []  # due, order, end, packet
        self.carried = self.lost = self.doubled = self.late = 0

    def run(self, until: int) -> None:
        """Carry packets until the file *until* is closed on the other side."""
        while True:
            due = self._on_the_way[0][0] - monotonic() if self._on_the_way else None
            wait = None if due is None else max(0.0, due)
            ready = select.select([*self._ends, until], [], [], wait)[0]
            if until in ready:
                return
            for end in ready:
                self._take(os.read(end, PACKET), self._ends[1 - self._ends.index(end)])
            self._give()

    def _happens(self, share: int) -> bool:
        return self._lot.randrange(100) < share

    def _take(self, packet: bytes, to: int) -> None:
        if self._happens(self._loss):
            self.lost += 1
            return
        self.carried += 1
        late = self._happens(self._late)
        self.late += late
        copies = 1 + self._happens(self._twice)
        self.doubled += copies - 1
        for _ in range(copies):
            due = monotonic() + DELAY + (HELD_BACK if late else 0.0)
            heappush(self._on_the_way, (due, self.carried, to, packet))

    def _give(self) -> None:
        while self._on_the_way and self._on_the_way[0][0] <= monotonic():
            *_, to, packet = heappop(self._on_the_way)
            with suppress(OSError):  # the other network is going away
                os.write(to, packet)


def tun(name: str) -> int:
    made = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(made, SET_NAME, struct.pack("16sH", name.encode(), TUN | NO_HEADER))
    return made


def main() -> None:
    name, *shares = sys.argv[1:]
    loss, twice, late, seed = map(int, shares)
    near, far = tun(f"{name}a"), tun(f"{name}b")
    orders = (
        f"ip netns add {name}",
        f"ip link set {name}b netns {name}",
        f"ip addr add {OUTSIDE} peer {INSIDE} dev {name}a",
        f"ip link set {name}a up",
        f"ip -n {name} addr add {INSIDE} peer {OUTSIDE} dev {name}b",
        f"ip -n {name} link set {name}b up",
        f"ip -n {name} link set lo up",
    )
    try:
        for order in orders:
            subprocess.run(order.split(), check=True)
        print(READY, flush=True)
        link = Link((near, far), (loss, twice, late), Random(seed))
        link.run(sys.stdin.fileno())
        print(link.carried, link.lost, link.doubled, link.late, flush=True)
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


class Carried:
    """What a link did to its packets; known once it has ended."""

    packets = lost = doubled = late = 0


@contextmanager
def behind(name: str, *, loss: int, twice: int, late: int, seed: int = 1) -> Iterator[Carried]:
    """Have a network namespace *name* behind a bad link; skip where we may not."""
    command = [sys.executable, "-m", "faults.badlink", name, *map(str, (loss, twice, late, seed))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    link = subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload]
    if link.stdout.readline().strip() != READY:
        why = link.communicate()[1].strip().rpartition("\n")[2]
        pytest.skip(f"no network of its own here, it needs root, `ip` and /dev/net/tun: {why}")
    carried = Carried()
    try:
        yield carried
    finally:
        said = link.communicate()[0].split()
        carried.packets, carried.lost, carried.doubled, carried.late = map(int, said)


if __name__ == "__main__":
    main()
