"""A pytest plugin: prints the seconds that each notebook took under nbval."""

from collections import Counter

seconds = Counter()


def pytest_runtest_logreport(report):
    seconds[report.nodeid.partition("::")[0]] += report.duration


def pytest_terminal_summary(terminalreporter):
    terminalreporter.section("seconds of each notebook")
    for notebook, taken in sorted(seconds.items()):
        terminalreporter.write_line(f"{taken:7.1f}  {notebook}")
    terminalreporter.write_line(f"{seconds.total():7.1f}  in all")
