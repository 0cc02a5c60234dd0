"""Files of machines, made up in the exact shapes that real ones have."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest

from contract.tubes import TubeId
from server.lab.instruments import table
from server.lab.instruments.readings import Item, Notice, Reading, RunFacts, Unread


class Got:
    """What was read from one file, by kind."""

    def __init__(self, format_: str | None, items: Iterator[Item]) -> None:
        self.format = format_
        self.items = list(items)
        self.readings = [each for each in self.items if isinstance(each, Reading)]
        self.unread = [each for each in self.items if isinstance(each, Unread)]
        self.notices = {each.reason for each in self.items if isinstance(each, Notice)}
        self.facts = next((each for each in self.items if isinstance(each, RunFacts)), RunFacts())

    @property
    def why(self) -> list[int]:
        return [each.reason for each in self.unread]


Parse = Callable[[bytes | str], Got]


@pytest.fixture
def parse() -> Parse:
    def parsed(content: bytes | str) -> Got:
        raw = content.encode() if isinstance(content, str) else content
        found, items = table.read(io.BytesIO(raw))
        return Got(found.name if found else None, items)

    return parsed


@pytest.fixture
def tubes() -> list[str]:
    return [TubeId.mint(26, serial).text for serial in range(1, 20)]


@pytest.fixture
def quantstudio(tubes: list[str]) -> str:
    """A QuantStudio text: what was set up, what was found, and the footer."""
    setup = "\n".join(f"{at}\tA{at}\t{tubes[at]}\tN\tUNKNOWN" for at in range(1, 4))
    rows = "\n".join(
        f"{at}\tA{at}\tfalse\t{tubes[at]}\tN\tUNKNOWN\tFAM\t{ct}\t0.9"
        for at, ct in ((1, "24.105"), (2, "Undetermined"), (3, "31.2"))
    )
    return (
        "* Block Type = 96-Well Block (0.2mL)\n* Experiment Name = me 7\n"
        "* Experiment File Name = C:\\runs\\me 7.eds\n"
        "* Instrument Type = QuantStudio(TM) 7 Flex System\n* Instrument Serial Number = 2788\n"
        "* Experiment Type = Comparative Cт (ΔΔCт)\n\n"
        f"[Sample Setup]\nWell\tWell Position\tSample Name\tTarget Name\tTask\n{setup}\n\n"
        "[Raw Data]\nWell\tWell Position\tCycle\tx1-m1\n1\tA1\t1\t36,431.130\n\n"
        "[Results]\nWell\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tCт"
        "\tCq Conf\n"
        f"{rows}\n\nAnalysis Type = Singleplex\n"
    )


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    def made(**sheets: list[list[Any]]) -> bytes:
        book = openpyxl.Workbook()
        book.remove(book.active)  # type: ignore[arg-type]
        for name, rows in sheets.items():
            sheet = book.create_sheet(name.replace("_", " "))
            for row in rows:
                sheet.append(row)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    return made
