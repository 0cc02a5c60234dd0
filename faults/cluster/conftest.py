"""`make cluster` where nothing could be run is no success: it says so and fails."""

import pytest

NOTHING = "nothing of a cluster was run: every test was skipped, for the reasons above"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _any_run(terminalreporter):
        terminalreporter.write_line(NOTHING, red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not session.config.option.collectonly and not _any_run(reporter):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def _any_run(reporter: pytest.TerminalReporter) -> bool:
    return any(reporter.stats.get(kind) for kind in ("passed", "failed", "error"))
