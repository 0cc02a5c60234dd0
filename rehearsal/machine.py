"""The laboratory's thermocycler: what it writes of a plate, as a QuantStudio does."""

from collections.abc import Sequence

from contract.tubes import Tube

ASSAY = "sars-cov-2-n-orf1ab"
TARGETS = ("N", "ORF1ab", "RNase P")
NONE = "Undetermined"
CONTROLS = {  # well -> (name, task, Ct of each target)
    "H10": ("NTC", "NTC", (NONE, NONE, NONE)),
    "H11": ("PC", "PC", ("25.102", "26.044", "24.310")),
    "H12": ("NEC", "NEC", (NONE, NONE, NONE)),
}
NEGATIVE = (NONE, NONE, "27.512")


def export(run: str, tubes: Sequence[Tube]) -> bytes:
    """Return the machine's file of a run in which every one of *tubes* is negative."""
    wells = {f"A{n}": (tube.text, "UNKNOWN", NEGATIVE) for n, tube in enumerate(tubes, 1)}
    rows = [
        f"{well}\t{name}\t{target}\t{task}\t{ct}\n"
        for well, (name, task, cts) in {**wells, **CONTROLS}.items()
        for target, ct in zip(TARGETS, cts, strict=True)
    ]
    head = (
        f"* Experiment Name = {run}\n* Instrument Type = QuantStudio(TM) 5 System\n\n"
        "[Results]\nWell Position\tSample Name\tTarget Name\tTask\tC\u0442\n"  # a Cyrillic letter
    )
    return (head + "".join(rows) + "\nAnalysis Type = Singleplex\n").encode()
