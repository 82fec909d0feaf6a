"""Play the battery: python -m tests.benchmarks.battery"""

from __future__ import annotations

import sys

from tests.benchmarks.battery import main

if __name__ == "__main__":
    sys.exit(main())
