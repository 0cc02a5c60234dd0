"""An is positive, then corrected; two are in a positive pool; a stray; a lost tube; a leak."""

from typing import Any

from server.lab.measured import Measured
from server.lab.services import (
    Finding,
    correct_result,
    enter_result,
    receive_tube,
    reject_tube,
    verify_result,
)
from server.lab.words import Call, Rejection
from server.outcomes.services import release

LAN, MINH = "user:lan", "user:minh"


class Day:
    """An is positive, then corrected; two are in a positive pool; a stray; a lost tube; a leak."""

    def __init__(self, scene: Any) -> None:
        self.scene = scene
        self.an = scene.person("Lê Văn An", 1988)
        self.members = [scene.person("Trần Thị Bình"), scene.person("Đỗ Minh Châu")]
        self.single, self.lost, self.leak = scene.tube(), scene.tube(), scene.tube()
        scene.serial += 10  # what stands beside a stray is held: nothing does
        self.stray = scene.tube()
        scene.serial += 10
        self.undone, self.pool = scene.tube(), scene.tube(90)
        scene.pair(self.single, self.an)
        scene.pair(self.lost, scene.person("Vũ Hoà"))
        scene.pair(self.leak, scene.person("Ngô Quý"))
        scene.void(scene.pair(self.undone, self.an))
        for member in self.members:
            scene.pair(self.pool, member)
        reject_tube(scene.session, self.leak, Rejection.LEAKING, by=LAN, now=scene.now)
        first = self.examine(self.single, Call.POSITIVE)
        release(
            scene.session, [first, self.examine(self.pool, Call.POSITIVE)], by=MINH, now=scene.now
        )
        self.examine(self.stray, Call.POSITIVE)
        right = correct_result(
            scene.session, first, Finding(Call.NEGATIVE), reason="nhầm hàng", by=LAN, now=scene.now
        )
        verify_result(scene.session, right.id, by=MINH, now=scene.now)
        release(scene.session, [right.id], by=MINH, now=scene.now)

    def examine(self, tube: Any, call: Call) -> Any:
        session, now = self.scene.session, self.scene.now
        receive_tube(session, tube, box="H1", by=LAN, now=now)
        result = enter_result(
            session, tube, Finding(call, (Measured("N", "24.1"),)), by=LAN, now=now
        )
        return verify_result(session, result.id, by=MINH, now=now).id
