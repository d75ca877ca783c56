"""The command `pdeop` itself, also as `python -m pdeop`."""

from __future__ import annotations

import os
import sys

from ._command import command
from ._errors import Error


def main() -> None:
    """Becomes the command, with the arguments of this process."""
    try:
        path = command()
    except Error as error:
        sys.exit(f"pdeop: {error}")
    os.execv(path, ["pdeop", *sys.argv[1:]])


if __name__ == "__main__":
    main()
