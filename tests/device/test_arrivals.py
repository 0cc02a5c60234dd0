"""Arrivals: one at a time, oldest first, whoever deals with them."""

from threading import Event, Thread

import pytest

from device.arrivals import Arrival, Arrivals, DeviceNews
from device.drivers import Scan
from device.roles import ReaderUse
from device.scanned import Scanned


def scanned(number: int) -> Scanned:
    return Scanned(Scan(str(number).encode(), "", number), ReaderUse(), lambda _: None)


def test_a_scan_is_dealt_with_by_the_thread_that_brings_it_and_overtakes_nobody() -> None:
    arrivals, dealt = Arrivals(), list[Arrival]()
    arrivals.deal = dealt.append
    lost = DeviceNews("camera", up=False)
    arrivals.put(lost)
    arrivals.bring(first := scanned(1))
    assert dealt == [lost, first]
    arrivals.wait(30)  # the loop is woken, for its screen


def test_what_comes_before_the_station_works_waits() -> None:
    arrivals = Arrivals()
    arrivals.bring(first := scanned(1))
    assert arrivals.get(timeout=0) is first


def test_nothing_is_dealt_with_while_somebody_has_the_turn() -> None:
    arrivals, dealt = Arrivals(), list[Arrival]()
    arrivals.deal = dealt.append
    brought = Thread(target=arrivals.bring, args=(scanned(1),))
    with arrivals.turn():
        brought.start()
        brought.join(0.05)
        assert dealt == []
    brought.join(30)
    assert len(dealt) == 1


@pytest.mark.parametrize("readers", [2, 4])
def test_two_readers_and_the_loop_never_deal_at_once(readers: int) -> None:
    arrivals, busy, dealt, at_once = Arrivals(), Event(), list[Arrival](), list[Arrival]()

    def deal(arrival: Arrival) -> None:
        at_once.extend([arrival] * busy.is_set())
        busy.set()
        dealt.append(arrival)
        busy.clear()

    arrivals.deal = deal
    brings = [
        Thread(target=lambda: [arrivals.bring(scanned(n)) for n in range(200)])
        for _ in range(readers)
    ]
    for thread in brings:
        thread.start()
    while any(thread.is_alive() for thread in brings):
        arrivals.wait(0.01)
        with arrivals.turn():
            arrivals.deal_with_all()
    assert (len(dealt), at_once) == (200 * readers, [])
