"""The evening's report: what each party counted, and whether the counts reconcile."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from contract.spoken import said
from rehearsal.words import CHECKS, CODES


@dataclass(frozen=True)
class Check:
    """One number that two parties must agree on."""

    name: str
    expected: int
    seen: int

    @property
    def ok(self) -> bool:
        return self.expected == self.seen


@dataclass
class Report:
    """The day in numbers.  `server` is what the server's summary says."""

    shown: int
    seconds: list[float]
    refused: dict[str, int]
    let_go: dict[str, int]
    server: dict[str, Any]
    checks: list[Check] = field(default_factory=list)
    took: float = 0.0

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    @property
    def seconds_per_person(self) -> dict[str, float]:
        ordered = sorted(self.seconds)
        if not ordered:
            return {"median": 0.0, "p95": 0.0}
        late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        return {"median": round(median(ordered), 2), "p95": round(late, 2)}

    def document(self) -> dict[str, Any]:
        """The report as one JSON object."""
        server = self.server
        return {
            "ok": self.ok,
            "people_shown": self.shown,
            "paired": server["pairings"],
            "voided": server["voided"],
            "pools": server["pools"],
            "refused": self.refused,
            "let_go": self.let_go,
            "received": server["received"],
            "resulted": server["resulted"],
            "verified": server["verified"],
            "released": server["released"],
            "corrected": server["corrected"],
            "outcomes": server["outcomes_by_status"],
            "delivered": server["delivered"],
            "called_back": server["callbacks_open"],
            "unmatched": server["unmatched"],
            "seconds_per_person": self.seconds_per_person,
            "took_seconds": round(self.took, 1),
            "checks": [
                {"name": check.name, "expected": check.expected, "seen": check.seen, "ok": check.ok}
                for check in self.checks
            ],
        }

    def write(self, path: Path) -> None:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self.document())) + b"\n")

    def lines(self) -> Iterable[str]:
        """The report as people read it: one table."""
        document = self.document()
        pace = self.seconds_per_person
        rows = [
            (said("Người trước máy quét", "people shown"), self.shown),
            (said("Đã ghép", "paired"), document["paired"]),
            (said("Huỷ ghép", "voided"), document["voided"]),
            (said("Từ chối", "refused"), _counts(self.refused)),
            (said("Bỏ dở", "let go"), _counts(self.let_go)),
            (said("Phòng xét nghiệm nhận", "received"), document["received"]),
            (said("Có kết quả", "resulted"), document["resulted"]),
            (said("Đã trả kết quả", "released"), document["released"]),
            (said("Kết luận", "outcomes"), _counts(document["outcomes"])),
            (said("Vào hồ sơ", "delivered"), document["delivered"]),
            (said("Đính chính", "corrected"), document["corrected"]),
            (said("Gọi lại", "called back"), document["called_back"]),
            (said("Không khớp", "unmatched"), _counts(document["unmatched"])),
            (said("Giây mỗi người", "seconds per person"), f"{pace['median']} (p95 {pace['p95']})"),
        ]
        width = max(len(name) for name, _ in rows)
        yield from (f"  {name:<{width}}  {value}" for name, value in rows)
        wrong = [check for check in self.checks if not check.ok]
        yield ""
        if not wrong:
            count = len(self.checks)
            all_well = said(f"{count} phép đối chiếu đều khớp", f"all {count} counts reconcile")
            yield f"  ✔ {all_well}"
        for check in wrong:
            found = said(
                f"phải là {check.expected}, thấy {check.seen}",
                f"expected {check.expected}, seen {check.seen}",
            )
            vi = CHECKS.get(check.name, check.name)
            yield f"  ✖ {said(vi, check.name)}: {found}"


def _counts(counts: dict[str, int]) -> str:
    total = sum(counts.values())
    named = [(CODES.get(code, code), code) for code in sorted(counts) if counts[code]]
    parts = ", ".join(f"{said(vi, code)} {counts[code]}" for vi, code in named)
    return f"{total} ({parts})" if parts else "0"
