"""How a role that ends by itself speaks to whoever started it: JSON lines on standard output."""

import sys
from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from shared.kernel.refusals import Refusal

TOLD: Final = "told"
"""The member that sets these lines apart from the log's."""

Kind = Literal["progress", "result", "refused"]


def say(kind: Kind, members: Mapping[str, Any]) -> None:
    line = msgspec.json.encode({TOLD: kind, **members})
    sys.stdout.write(line.decode() + "\n")
    sys.stdout.flush()


def say_progress(stage: str, done: int, total: int) -> None:
    say("progress", {"stage": stage, "done": done, "total": total})


def say_refused(refusal: Refusal) -> None:
    say(
        "refused",
        {"code": refusal.code, "zh": refusal.message_zh, "en": refusal.message_en},
    )
