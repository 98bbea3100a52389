"""Who may do what about an item: its clerks, those who verify, and the responsible person."""

from typing import Final

from services.rectification.views.items import ItemAtHand
from shared.kernel.access import Action, Caller, Role
from shared.kernel.setting import Setting
from shared.kernel.units import within

ACTION_OF: Final = {
    "assign": Action.WRITE_LEDGER,
    "progress": Action.HANDLE_ITEMS,
    "extend": Action.WRITE_LEDGER,
    "pause": Action.WRITE_LEDGER,
    "resume": Action.WRITE_LEDGER,
    "request_closure": Action.HANDLE_ITEMS,
    "reject": Action.VERIFY_ITEMS,
    "close": Action.VERIFY_ITEMS,
    "reopen": Action.WRITE_LEDGER,
    "review": Action.VERIFY_ITEMS,
    "rate": Action.WRITE_LEDGER,
}
_ONES_OWN: Final = frozenset({Action.READ_LEDGER, Action.HANDLE_ITEMS})


def require_entitled(caller: Caller, action: Action, item: ItemAtHand, path: str) -> None:
    """Raise unless rights cover the item's unit; who is responsible may see and handle it."""
    if action in _ONES_OWN and caller.subject == item.responsible_person:
        return
    caller.require(action, path)


def writes_up(caller: Caller, setting: Setting) -> bool:
    """Whether the caller brings in history on behalf of those it names."""
    return any(
        grant.role is Role.SERVICE and within(setting.unit.path, grant.unit)
        for grant in caller.grants
    )
