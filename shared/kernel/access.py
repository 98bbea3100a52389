"""Rights: a role allows actions, inside the subtree of the unit it was granted for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.kernel.refusals import ActionNotAllowed, OutsideSubtree
from shared.kernel.units import within


class Role(StrEnum):
    CLERK = "clerk"
    LEADER = "leader"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    OPERATIONS = "operations"
    SERVICE = "service"


class Action(StrEnum):
    READ_UNITS = "read-units"
    WRITE_UNITS = "write-units"
    READ_PEOPLE = "read-people"
    WRITE_PEOPLE = "write-people"
    READ_SCHEDULE = "read-schedule"
    WRITE_SCHEDULE = "write-schedule"
    CONFIGURE_CAMPAIGN = "configure-campaign"
    REVIEW_PLANS = "review-plans"
    READ_SUPERVISION = "read-supervision"
    WRITE_SUPERVISION = "write-supervision"
    RECORD_DUTIES = "record-duties"
    READ_LEDGER = "read-ledger"
    WRITE_LEDGER = "write-ledger"
    HANDLE_ITEMS = "handle-items"
    VERIFY_ITEMS = "verify-items"
    READ_STATUS = "read-status"
    ISSUE_BULLETINS = "issue-bulletins"
    READ_STREAMS = "read-streams"
    OPERATE = "operate"


_READ = frozenset(
    {
        Action.READ_UNITS,
        Action.READ_SCHEDULE,
        Action.READ_SUPERVISION,
        Action.READ_LEDGER,
        Action.READ_STATUS,
    }
)
_OFFICE = _READ | {
    Action.READ_PEOPLE,
    Action.WRITE_SCHEDULE,
    Action.REVIEW_PLANS,
    Action.WRITE_SUPERVISION,
    Action.WRITE_LEDGER,
    Action.ISSUE_BULLETINS,
    Action.HANDLE_ITEMS,
    Action.VERIFY_ITEMS,
}
_ALL = frozenset(Action)

ALLOWED: dict[Role, frozenset[Action]] = {
    Role.CLERK: _OFFICE | {Action.WRITE_UNITS, Action.WRITE_PEOPLE, Action.CONFIGURE_CAMPAIGN},
    Role.LEADER: _READ
    | {Action.READ_PEOPLE, Action.REVIEW_PLANS, Action.HANDLE_ITEMS, Action.VERIFY_ITEMS},
    Role.SUPERVISOR: _READ
    | {Action.READ_PEOPLE, Action.REVIEW_PLANS, Action.RECORD_DUTIES, Action.VERIFY_ITEMS},
    Role.AUDITOR: _READ | {Action.READ_STREAMS},
    Role.OPERATIONS: _READ | {Action.READ_STREAMS, Action.OPERATE},
    Role.SERVICE: _ALL,
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held for one unit and everything below it."""

    role: Role
    unit: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person or service id and the grants its token carries."""

    subject: str
    grants: Sequence[Grant]

    def require(self, action: Action, path: str) -> None:
        """Raise unless some grant allows the action on the unit of this path."""
        allowing = [grant for grant in self.grants if action in ALLOWED[grant.role]]
        if not allowing:
            raise ActionNotAllowed(action=action.value)
        if not any(within(path, grant.unit) for grant in allowing):
            raise OutsideSubtree(unit=path.rpartition(".")[2])

    def require_anywhere(self, *actions: Action) -> None:
        """Raise unless the caller holds one of the actions for some unit, whichever."""
        if not any(action in ALLOWED[grant.role] for grant in self.grants for action in actions):
            raise ActionNotAllowed(action=actions[0].value)

    def units_for(self, action: Action) -> frozenset[str]:
        """The units the caller was granted the action for, each with everything below it."""
        return frozenset(grant.unit for grant in self.grants if action in ALLOWED[grant.role])

    def holds(self, role: Role, unit: str) -> bool:
        """Whether the caller has this very role for this very unit, not for one above it."""
        return Grant(role, unit) in self.grants
