"""What the golden events of the units service say, as today's classes."""

from datetime import date

from shared.contracts.units import (
    LeadingGroupFormed,
    LeadingGroupReinforced,
    UnitAbolished,
    UnitDeparted,
    UnitMerged,
    UnitMoved,
    UnitRegistered,
    UnitRenamed,
    WorkingRulesAdopted,
)
from shared.kernel.events import Event

CAMPAIGN = "nmg-2014"

UNITS_SAMPLES: dict[str, Event] = {
    "UnitRegistered": UnitRegistered(
        campaign=CAMPAIGN,
        code="150202",
        parent="1502",
        level=3,
        kind="district",
        name="东河区",
        path="15.1502.150202",
        registered_on=date(2013, 11, 1),
    ),
    "UnitRenamed": UnitRenamed(
        campaign=CAMPAIGN,
        code="150202001",
        name="和平路街道办事处",
        effective_on=date(2014, 2, 1),
    ),
    "UnitMoved": UnitMoved(
        campaign=CAMPAIGN,
        code="150202001001",
        parent="150202002",
        path="15.1502.150202.150202002.150202001001",
        former_path="15.1502.150202.150202001.150202001001",
        moved_with=None,
        effective_on=date(2014, 2, 10),
    ),
    "UnitDeparted": UnitDeparted(
        campaign=CAMPAIGN,
        code="150202009",
        former_path="15.1502.150202.150202009",
        path="15.1501.150102.150202009",
        effective_on=date(2014, 2, 11),
    ),
    "UnitMerged": UnitMerged(
        campaign=CAMPAIGN,
        code="150202003",
        into="150202002",
        effective_on=date(2014, 2, 12),
    ),
    "UnitAbolished": UnitAbolished(
        campaign=CAMPAIGN,
        code="1502-E07",
        reason="企业改制后撤销",
        effective_on=date(2014, 2, 13),
    ),
    "LeadingGroupFormed": LeadingGroupFormed(
        campaign=CAMPAIGN,
        unit="1502",
        group="leading_group",
        leader="p-1502-0001",
        members=19,
        formed_on=date(2013, 12, 3),
    ),
    "LeadingGroupReinforced": LeadingGroupReinforced(
        campaign=CAMPAIGN,
        unit="1502",
        group="office",
        leader=None,
        members=24,
        reinforced_on=date(2014, 1, 27),
    ),
    "WorkingRulesAdopted": WorkingRulesAdopted(
        campaign=CAMPAIGN,
        unit="1502",
        group="office",
        title="活动办公室工作制度",
        adopted_on=date(2014, 1, 28),
    ),
}
