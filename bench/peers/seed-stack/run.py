"""The usual way: pandas validates, PySpark computes everything again, boto3 loads everything again.

usage: run.py <raw directory> <output directory> <threads> [--validate-only]

Prints one JSON document: seconds of each step and the number of items put.
"""

import json
import sys
import time
from pathlib import Path

from compute import compute
from load import load
from validate import validate


def main() -> None:
    raw, out, threads = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    started = time.monotonic()
    validate(raw, out / "validated")
    if "--validate-only" in sys.argv[4:]:
        print("{}")
        return
    validated = time.monotonic()
    compute(out / "validated", out / "processed", threads)
    computed = time.monotonic()
    items = load(out / "processed")
    loaded = time.monotonic()
    seconds = {"validate": validated - started, "compute": computed - validated, "load": loaded - computed}
    print(json.dumps({"seconds": {step: round(value, 2) for step, value in seconds.items()}, "items": items}))


if __name__ == "__main__":
    main()
