"""Thousands that wait for room cost who is served next to nothing: one loop serves them all."""

import asyncio
import sys
from types import FrameType

from server import room
from server.room import Room

UPLOAD, FIT, WAIT = 100, 3, 1000


class Steps:
    """Counts how often anything of `server.room` is called."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        self.count += event == "call" and frame.f_code.co_filename == room.__file__


def test_what_is_asked_and_sent_while_thousands_wait_looks_at_none_who_cannot_come_in() -> None:
    crowded, steps = Room(most=FIT * UPLOAD, large=0, ordinary=UPLOAD, patience=60), Steps()

    async def upload(over: asyncio.Event) -> None:
        async with crowded.kept_for(UPLOAD):
            await over.wait()

    async def come() -> None:
        over = [asyncio.Event() for _ in range(FIT + WAIT)]
        uploads = [asyncio.create_task(upload(each)) for each in over]
        await asyncio.sleep(0)
        sys.setprofile(steps)
        async with crowded.kept_for(0):
            pass
        over[0].set()
        await uploads[0]
        sys.setprofile(None)
        assert crowded.held == FIT * UPLOAD, "the oldest who waits came in"
        for each in over:
            each.set()
        await asyncio.gather(*uploads)

    asyncio.run(come())
    assert crowded.held == 0
    assert 0 < steps.count < WAIT / 10
