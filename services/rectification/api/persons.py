"""Who did something: the caller, or whom a service names that writes history up."""

from shared.kernel.access import Caller, Role


def told_by(caller: Caller, person: str | None) -> str:
    """`person` counts only where the caller acts as a service; everybody else acts themselves."""
    writes_up = any(grant.role is Role.SERVICE for grant in caller.grants)
    return person if writes_up and person else caller.subject
