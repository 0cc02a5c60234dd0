"""For developers: write the next migration from what the models say and the last one does not.

python -m server.migrations 0009_racks "Racks and what stands in them"
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from server import schema
from server.db import open_database


def main(number: str, message: str) -> None:
    """Bring an empty database to the newest step and write down what is missing."""
    with TemporaryDirectory() as place:
        database = open_database(f"sqlite:///{Path(place) / 'scratch.sqlite'}")
        schema.upgrade(database)
        schema.write_revision(database, message, number)
        database.engine.dispose()
    sys.stdout.write("Read it, complete it (data, triggers), and run make format.\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
