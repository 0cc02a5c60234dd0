"""`ghepmau-labels proof`: what a camera would make of a printed PDF."""

from argparse import Namespace

from contract.spoken import said
from labels.proof import RESOLUTIONS, ProofReport, ProvedCode, proof
from labels.terminal import bar, say


def prove(asked: Namespace) -> int:
    """Print the report; return 0 if every code is good at the printer's resolution."""
    target = min(RESOLUTIONS, key=lambda dpi: abs(dpi - asked.printer_dpi))
    report = proof(asked.file, progress=_progress)
    if asked.codes:
        for code in report.codes:
            say(_line(code))
    return _summary(report, target)


def _summary(report: ProofReport, target: float) -> int:
    total = len(report.codes)
    say(said(f"{total} mã, {report.pages} trang", f"{total} codes, {report.pages} pages"))
    if not total:
        say(said("Không đọc được mã nào.", "No code was read."))
        return 1
    for dpi in report.resolutions:
        say(f"  {dpi:>4.0f} dpi: {total - report.missed_at(dpi)} / {total}")
    modules = [code.seen.module_mm for code in report.codes]
    quiet = [code.seen.quiet_modules for code in report.codes]
    module, zone = f"{min(modules):.3f} mm", f"{min(quiet):.1f}"
    say(
        said(
            f"Vạch nhỏ nhất {module}, lề trắng nhỏ nhất {zone} vạch",
            f"Smallest module {module}, smallest quiet zone {zone} modules",
        )
    )
    most = max(report.copies.values())
    if most > 1:
        say(said(f"Có mã in tới {most} bản.", f"Some codes stand {most} times on the paper."))
    faults = report.faults_at(target)
    for code in faults[:20]:
        say(f"  ✖ {_line(code)}")
    vi = f"Không đạt ({len(faults)} lỗi)" if faults else "Đạt"
    en = f"{len(faults)} faults" if faults else "Good"
    say(said(f"{vi} ở {target:.0f} dpi", f"{en} at {target:.0f} dpi"))
    return 1 if faults else 0


def _line(code: ProvedCode) -> str:
    seen = code.seen
    agree = said("chữ khớp", "words agree")
    words = {True: agree, False: said("CHỮ KHÁC MÃ", "WORDS DIFFER"), None: ""}
    read = ", ".join(f"{dpi:.0f}" for dpi in code.read_at)
    return (
        f"{code.page:>4} {seen.kind:<8}{seen.text[:40]:<14} "
        f"{seen.module_mm:.3f} mm, {said('lề', 'quiet')} {seen.quiet_mm:.1f} mm "
        f"({seen.quiet_modules:.0f}), {said('đọc ở', 'read at')} {read} dpi {words[code.agrees]}"
    ).rstrip()


def _progress(done: int, pages: int) -> None:
    draw = bar(pages, said("trang", "pages"))
    if draw is not None:
        draw(done)
