"""A program that can be given one address only follows the primary through HAProxy."""

from collections.abc import Iterator
from time import monotonic

import pytest

from faults.cluster.local import Local, cluster, wait
from faults.cluster.parts import Missing
from faults.cluster.proxy import proxy, writes


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    try:
        with cluster() as made:
            yield made
    except Missing as error:
        pytest.skip(str(error))


def test_one_address_leads_to_whichever_node_takes_writes(local: Local) -> None:
    with proxy(local) as port:
        wait("a write through HAProxy", lambda: writes(local, port))
        before = local.leader
        assert before is not None
        before.kill()
        killed = monotonic()
        wait("a write through HAProxy", lambda: writes(local, port))
        print(f"through HAProxy a row was written {monotonic() - killed:.1f} s after the kill")
        after = local.leader
        assert after is not None
        assert after.name != before.name
