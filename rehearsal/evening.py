"""The evening: what everybody counted is held against the script, and against each other."""

from collections import Counter
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from rehearsal import outcomes, script
from rehearsal.bench import Found, Plan
from rehearsal.browser import Browser
from rehearsal.processes import program, run
from rehearsal.report import Check, Report
from rehearsal.table import Table


def events_of(state: Path, log: Path) -> int:
    """Return how many events the station's journal holds."""
    config = state.with_name("station.toml")
    shown = run([program("ghepmau-station"), "journal", "show", "--config", str(config)], log=log)
    return sum(1 for line in shown.splitlines() if line.startswith("{"))


def reckon(
    officer: Browser, table: Table, day: script.Day, plan: Plan, found: Found, events: int
) -> Report:
    """Return the day's report with every count held against another."""
    summary = delivered(officer)
    written = outcomes.every(officer)
    people = outcomes.people_of(officer, day)
    heard = table.station.seen
    report = Report(
        shown=table.shown,
        seconds=table.seconds,
        refused=_by_reason(heard, "refused"),
        let_go=_by_reason(heard, "let-go"),
        server=summary,
    )
    report.checks += _at_the_table(report, heard, summary, day, events)
    report.checks += _at_the_bench(summary, plan, found)
    report.checks += _in_the_records(summary, written, people, day, plan)
    return report


def delivered(officer: Browser, seconds: float = 30) -> dict[str, Any]:
    """Return the server's summary once every outcome is delivered, or after *seconds*."""
    last = monotonic() + seconds
    while True:
        summary: dict[str, Any] = officer.open("/api/v1/summary").json()
        if not summary["unmatched"]["outcome_without_delivery"] or monotonic() > last:
            return summary
        sleep(0.2)


def _by_reason(heard: list[dict[str, Any]], outcome: str) -> dict[str, int]:
    return dict(Counter(line["reason"] for line in heard if line["outcome"] == outcome))


def _at_the_table(
    report: Report,
    heard: list[dict[str, Any]],
    summary: dict[str, Any],
    day: script.Day,
    events: int,
) -> list[Check]:
    beeps = Counter(line["outcome"] for line in heard)
    paired = [line["event"] for line in heard if line["outcome"] in {"paired", "pool-member"}]
    live = sum(len(people) for people in day.truth.values())
    undone = sum(isinstance(act, script.Undone) for act in day.acts)
    return [
        Check("pairings the script wants, and beeps heard", live + undone, len(paired)),
        Check("beeps heard, and different events behind them", len(paired), len(set(paired))),
        Check("beeps heard, and pairings on the server", len(paired), summary["pairings"]),
        Check("undo cards, and voided pairings", undone, summary["voided"]),
        Check("voids heard at the table", undone, beeps["voided"]),
        Check("refusals heard, and counted by the server", sum(report.refused.values()),
              sum(summary["refused_by_reason"].values())),
        Check("people let go, and counted by the server", sum(report.let_go.values()),
              sum(summary["let_go_by_reason"].values())),
        Check("events in the journal, and on the server", events, summary["intake"]["events"]),
        Check("alerts about gaps, forks or edits", 0, summary["intake"]["alerts_open"]),
    ]  # fmt: skip


def _at_the_bench(summary: dict[str, Any], plan: Plan, found: Found) -> list[Check]:
    unmatched = summary["unmatched"]
    return [
        Check("tubes brought, and received", len(plan.arriving), summary["received"]),
        Check("results keyed, and on the server", found.resulted, summary["resulted"]),
        Check("results verified by another", found.verified, summary["verified"]),
        Check("own results offered for verifying", 0, 0 if found.own_refused else 1),
        Check("releases (the stray tube's result is held)", found.resulted - 1, found.released),
        Check("releases on the server", found.released, summary["released"]),
        Check(
            "corrections, and reruns after a contaminated run",
            1 + found.taken_back,
            summary["corrected"],
        ),
        Check("results without a pairing", 1, unmatched["result_without_pairing"]),
        Check("pairings that never arrived", 1, unmatched["pairing_without_reception"]),
        Check("open conflicts", 0, unmatched["conflicts_open"]),
    ]


def _in_the_records(
    summary: dict[str, Any],
    written: list[dict[str, Any]],
    people: dict[script.Number, str],
    day: script.Day,
    plan: Plan,
) -> list[Check]:
    current = [row for row in written if row["current"]]
    again = len(plan.by_machine)
    withdrawn = sum(row["status"] == "withdrawn" for row in written)
    wanted = {
        (text, key): status for text, status in plan.statuses.items() for key in day.truth[text]
    }
    seen = {(row["tube"], row["person"]): row["status"] for row in current}
    right = sum(seen.get((text, people[key])) == want for (text, key), want in wanted.items())
    paired = {(text, people[key]) for text, keys in day.truth.items() for key in keys}
    strangers = sum((row["tube"], row["person"]) not in paired for row in written)
    members = len(day.truth[plan.pool.text])
    pool_positive = sum(
        row["tube"] == plan.pool.text and row["status"] == "positive" for row in written
    )
    return [
        Check("people scanned, and records that their codes open", len(people),
              len(set(people.values()) - {""})),
        Check("people whose record says what it must", len(wanted), right),
        Check("outcomes in force", len(wanted), len(current)),
        Check("outcomes on somebody not paired with that tube", 0, strangers),
        Check("people called positive by a pool", 0, pool_positive),
        Check("tubes of the contaminated run, and outcomes taken back", again, withdrawn),
        Check("versions written (one corrected; some taken back and told anew)",
              len(wanted) + 1 + 2 * again, len(written)),
        Check("versions delivered into records", len(written), summary["delivered"]),
        Check("call-backs (pool members, and the inconclusive)", members + 1,
              summary["callbacks_open"]),
    ]  # fmt: skip
