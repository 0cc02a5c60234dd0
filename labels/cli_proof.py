"""`ghepmau-labels proof`: what a camera would make of a printed PDF."""

from argparse import Namespace

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
    say(f"{total} mã · codes, {report.pages} trang · pages")
    if not total:
        say("Không đọc được mã nào. · No code was read.")
        return 1
    for dpi in report.resolutions:
        say(f"  {dpi:>4.0f} dpi: {total - report.missed_at(dpi)} / {total}")
    modules = [code.seen.module_mm for code in report.codes]
    quiet = [code.seen.quiet_modules for code in report.codes]
    say(
        f"Vạch nhỏ nhất · smallest module {min(modules):.3f} mm, "
        f"lề trắng nhỏ nhất · smallest quiet zone {min(quiet):.1f} vạch · modules"
    )
    most = max(report.copies.values())
    if most > 1:
        say(f"Có mã in tới {most} bản. · Some codes stand {most} times on the paper.")
    faults = report.faults_at(target)
    for code in faults[:20]:
        say(f"  ✖ {_line(code)}")
    verdict = "Đạt · good" if not faults else f"Không đạt · {len(faults)} faults"
    say(f"{verdict} ở · at {target:.0f} dpi")
    return 1 if faults else 0


def _line(code: ProvedCode) -> str:
    seen = code.seen
    words = {True: "chữ khớp · words agree", False: "CHỮ KHÁC MÃ · WORDS DIFFER", None: ""}
    read = ", ".join(f"{dpi:.0f}" for dpi in code.read_at)
    return (
        f"{code.page:>4} {seen.kind:<8}{seen.text[:40]:<14} "
        f"{seen.module_mm:.3f} mm, lề · quiet {seen.quiet_mm:.1f} mm "
        f"({seen.quiet_modules:.0f}), đọc ở · read at {read} dpi {words[code.agrees]}"
    ).rstrip()


def _progress(done: int, pages: int) -> None:
    draw = bar(pages, "trang")
    if draw is not None:
        draw(done)
