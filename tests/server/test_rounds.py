"""Work beside the pages goes on, whatever a round meets, and ends when it is told to."""

from threading import Event

from sqlalchemy.exc import OperationalError

from server.rounds import Rounds


class Counting(Rounds):
    """Meets one error after the other, then works."""

    name = "counting"
    last_round = True

    def __init__(self, *meets: Exception) -> None:
        super().__init__()
        self.meets, self.rounds, self.worked = list(meets), 0, Event()

    def round(self) -> float:
        self.rounds += 1
        if self.meets:
            raise self.meets.pop(0)
        self.worked.set()
        return 60.0

    def tried_again(self) -> float:
        return self._tried()


def test_a_round_that_fails_is_tried_again_whatever_went_wrong() -> None:
    work = Counting(OperationalError("", {}, Exception("away")), KeyError("nobody thought of it"))
    assert work.tried_again() > 0
    assert work.tried_again() > 0
    assert not work.worked.is_set()
    assert work.tried_again() == 60.0


def test_what_was_gathered_gets_a_last_round_once_it_is_stopped() -> None:
    work = Counting()
    work.start()
    assert work.worked.wait(10)
    assert work.running
    work.stop()
    assert not work.running
    assert work.rounds == 2
    work.start()  # it may begin again
    work.stop()
    assert work.rounds >= 3
