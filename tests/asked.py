"""What whoever runs the tests asks of them in the environment: read once, then taken out of it.

Commands take their settings from GHEPMAU_…, in this process and in those that tests start.  They
shall have what a test gives them, and nothing of whoever runs it: no unknown setting, and no
province's database.
"""

import os

PREFIX = "GHEPMAU_"
ENGINE = os.environ.get("GHEPMAU_TEST_ENGINE", "")  # the kind of database for every test
WITHOUT_POSTGRESQL = os.environ.get("GHEPMAU_WITHOUT_POSTGRESQL", "")
WITHIN = os.environ.get("GHEPMAU_TEST_DATABASE", "")  # the one that says what is within a place
PICTURES = os.environ.get("GHEPMAU_PICTURES", "")  # the folder for what search looks like


def take_away() -> None:
    """Leave no setting of whoever runs the tests; those that spread them go on without tests."""
    for name in [each for each in os.environ if each.startswith(PREFIX)]:
        del os.environ[name]
