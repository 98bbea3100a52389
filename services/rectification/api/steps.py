"""Steps as rows of a file and single bodies tell them: what each needs, and the command it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.rectification.api.entitled import writes_up
from services.rectification.api.persons import told_by
from services.rectification.domain import item_steps
from services.rectification.domain.item import Step
from services.rectification.views.items import ItemAtHand
from shared.contracts.rectification import Evidence
from shared.kernel.access import Caller
from shared.kernel.setting import Setting


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of an item (the columns of a step), where it stands, and who tells it."""

    told: Mapping[str, Any]
    setting: Setting
    item: ItemAtHand
    caller: Caller
    evidence: tuple[Evidence, ...] = ()

    @property
    def where(self) -> tuple[Setting, str, Any]:
        return self.setting, self.told["item"], self.told["on"]

    @property
    def note(self) -> str:
        return self.told["note"] or ""

    @property
    def who(self) -> str:
        return told_by(self.caller, self.told["person"])


def _assign(t: Telling) -> Step:
    return item_steps.Assign(*t.where, t.told["person"])


def _progress(t: Telling) -> Step:
    return item_steps.Progress(*t.where, t.note, t.told["percent"])


def _extend(t: Telling) -> Step:
    return item_steps.Extend(*t.where, t.told["due_on"], t.note, t.who)


def _pause(t: Telling) -> Step:
    return item_steps.Pause(*t.where, t.note)


def _resume(t: Telling) -> Step:
    return item_steps.Resume(*t.where)


def _request_closure(t: Telling) -> Step:
    written_up = writes_up(t.caller, t.setting)
    return item_steps.RequestClosure(*t.where, t.note, t.evidence, t.who, written_up=written_up)


def _reject(t: Telling) -> Step:
    return item_steps.Reject(*t.where, t.note, t.who)


def _close(t: Telling) -> Step:
    return item_steps.Close(*t.where, t.note, t.who, t.item.open_children)


def _reopen(t: Telling) -> Step:
    return item_steps.Reopen(*t.where, t.note, t.told["due_on"])


def _review(t: Telling) -> Step:
    return item_steps.Review(*t.where, t.told["holds"] == "yes", t.note, t.who)


def _rate(t: Telling) -> Step:
    return item_steps.Rate(*t.where, t.told["score"], t.told["raters"])


STEP_OF: Final[Mapping[str, Callable[[Telling], Step]]] = {
    "assign": _assign,
    "progress": _progress,
    "extend": _extend,
    "pause": _pause,
    "resume": _resume,
    "request_closure": _request_closure,
    "reject": _reject,
    "close": _close,
    "reopen": _reopen,
    "review": _review,
    "rate": _rate,
}

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "assign": ("person",),
    "progress": ("percent",),
    "extend": ("due_on", "note"),
    "pause": ("note",),
    "resume": (),
    "request_closure": ("note",),
    "reject": ("note",),
    "close": (),
    "reopen": ("note",),
    "review": ("holds",),
    "rate": ("score", "raters"),
}
"""The columns a row of each action has to fill."""
