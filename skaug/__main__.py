"""Run the command line: ``python -m skaug``."""

import sys

from skaug.cli import main

if __name__ == "__main__":
    sys.exit(main())
