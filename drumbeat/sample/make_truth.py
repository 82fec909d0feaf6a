"""Write the truth table that is committed beside the plan: `python -m drumbeat.sample.make_truth`."""

from __future__ import annotations

from drumbeat.sample.generate import load_world
from drumbeat.sample.truth import FILE, truth_json


def main() -> None:
    """Make `truth.json` again from the plan and the texts."""
    FILE.write_text(truth_json(load_world()), encoding="utf-8")


if __name__ == "__main__":
    main()
