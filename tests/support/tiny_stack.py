"""A stack of tiny services, as a program of its own, to be interrupted and killed from outside."""

import json
import sys
from pathlib import Path

from deploy.interrupts import end_like_ctrl_c
from deploy.layout import Ports, python
from deploy.local import Stack

TINY_SERVICE = Path(__file__).with_name("tiny_service.py")


def tiny_command(_name: str, role: str) -> tuple[str, ...]:
    return python(str(TINY_SERVICE), role)


def main(data_dir: Path) -> None:
    end_like_ctrl_c()
    try:
        with Stack(data_dir, Ports.free(), services=("units",), command=tiny_command) as stack:
            print(json.dumps(dict(stack.pids)), flush=True)
            stack.wait()
    except KeyboardInterrupt:
        print("stopped", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
