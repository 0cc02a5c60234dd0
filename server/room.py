"""How much memory the bodies of requests may take together: set aside before a byte is read.

Large bodies have a share of their own, so that whoever sends machines' files, or only says so,
leaves room for stations and forms.  Who finds no room waits for it a little, unread: most of what
is held is a few seconds old at most.  For one event loop.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Seconds that a body may wait for room: less than a station tries to send a piece of it.
PATIENCE = 4.0


class NoRoom(Exception):
    """So much is held already that this body must come again later."""


class Room:
    """`most` bytes for all bodies, `large` of them at most for those beyond `ordinary`."""

    def __init__(self, most: int, large: int, ordinary: int, *, patience: float = PATIENCE) -> None:
        self._most, self._large, self._ordinary = most, large, ordinary
        self._patience = patience
        self._waiting: dict[asyncio.Future[None], int] = {}  # who waits for how much, oldest first
        self.held = self.held_large = 0

    @asynccontextmanager
    async def kept_for(self, length: int) -> AsyncIterator[None]:
        """Hold *length* bytes free for one body, as soon as there are so many.  Raises NoRoom."""
        if not self._is_taken(length):
            await self._turn(length)
        try:
            yield
        finally:
            self._give_back(length)

    def _is_taken(self, length: int) -> bool:
        """Take *length* bytes if they are there."""
        large = self._of_large(length)
        if self.held + length > self._most or self.held_large + large > self._large:
            return False
        self.held += length
        self.held_large += large
        return True

    def _of_large(self, length: int) -> int:
        return length if length > self._ordinary else 0

    async def _turn(self, length: int) -> None:
        """Wait until *length* bytes were taken for whoever calls."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting[turn] = length
        try:
            async with asyncio.timeout(self._patience):
                await turn
        except (TimeoutError, asyncio.CancelledError) as over:
            if self._waiting.pop(turn, None) is None:  # they were, in this very moment
                self._give_back(length)
            if isinstance(over, TimeoutError):
                raise NoRoom from None
            raise

    def _give_back(self, length: int) -> None:
        """Give *length* bytes to those who wait and can do with them, the oldest first."""
        if not length:
            return
        self.held -= length
        self.held_large -= self._of_large(length)
        least = min(self._waiting.values(), default=0)
        for turn in list(self._waiting):
            if self.held + least > self._most:
                return  # thousands may wait, and this is done after each upload
            if self._is_taken(self._waiting[turn]):
                del self._waiting[turn]
                if not turn.done():  # done: it was cancelled, and gives back what it has
                    turn.set_result(None)
