"""The laboratory: tubes received by scan, results keyed, verified by another, released."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contract.spoken import Spoken
from contract.tubes import Tube
from rehearsal.browser import Browser, Page

_CHOICE = re.compile(r'name="result"[^>]*value="([0-9a-f-]{36}\.[0-9a-f]+)"')

_SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')


class BenchTrouble(Spoken):
    """A page at the bench refused what it must take, or took what it must refuse."""


@dataclass(frozen=True)
class Finding:
    """What the machine said of one tube: the call, and Ct of two genes ('' = none)."""

    call: str
    ct_n: str = ""
    ct_orf: str = ""


@dataclass
class Laboratory:
    """Two technicians at their pages: one enters, the other verifies and releases."""

    first: Browser
    second: Browser

    def receive(self, tubes: Iterable[Tube], box: str) -> int:
        count = 0
        for tube in tubes:
            took(self.first.fill("/reception", {"tube": tube.text, "box": box}))
            count += 1
        return count

    def enter(self, findings: Mapping[Tube, Finding]) -> int:
        for tube, finding in findings.items():
            fields = {
                "tube": tube.text,
                "call": finding.call,
                "ct_n": finding.ct_n,
                "ct_orf": finding.ct_orf,
                "note": "",
            }
            took(self.first.fill("/results", fields))
        return len(findings)

    def own_results_cannot_be_verified(self) -> bool:
        """Whether the page keeps the technician who entered from verifying."""
        return not _CHOICE.findall(self.first.open("/verify").text)

    def verify(self) -> int:
        """Verify one by one: what was keyed by hand has no controls, and is looked at singly."""
        waiting = _CHOICE.findall(self.second.open("/verify").text)
        for one in waiting:
            took(self.second.fill("/verify", {"result": one}))
        return len(waiting)

    def release(self) -> int:
        waiting = _CHOICE.findall(self.second.open("/release").text)
        if waiting:
            took(self.second.fill("/release", {"result": waiting}))
        return len(waiting)

    def correct(self, result: str, finding: Finding, reason: str) -> None:
        """Enter another finding in place of released *result*; it is verified and released anew."""
        fields = {
            "call": finding.call,
            "ct_n": finding.ct_n,
            "ct_orf": finding.ct_orf,
            "reason": reason,
        }
        path = f"/results/{result}/correct"
        [fields["seen"]] = _SEEN.findall(self.first.open(path).text)
        took(self.first.fill(path, fields))


def took(page: Page) -> None:
    """Raise BenchTrouble where a page refused."""
    if page.status >= 400:
        raise BenchTrouble(
            f"{page.path} trả lời {page.status}: {page.alert}",
            f"{page.path} answered {page.status}: {page.alert}",
        )
