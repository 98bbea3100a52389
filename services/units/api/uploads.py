"""Endpoints of uploads: units, leading groups and people, many at once."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request

from services.units.api.columns import LEADING_GROUPS, PEOPLE, UNITS
from services.units.api.groups import Entry, group_work, units_at_hand
from services.units.api.office import Office, office_of
from services.units.domain.ordering import parents_first
from services.units.domain.refusals import CycleInFile
from services.units.domain.unit import Register
from services.units.people import Person
from services.units.views import OF_GROUP, unit_stream
from shared.kernel.access import Action
from shared.kernel.refusals import Refusal
from shared.platform.asking import Asking
from shared.platform.bulk import Row, RowError
from shared.platform.bulk_http import Execute, Run, ToWorks, add_upload, executing
from shared.platform.commands import Outcome, Work

router = APIRouter(prefix="/campaigns/{campaign}", tags=["uploads 批量导入"])

Many = Callable[[Sequence[Work[Any]], Run], Awaitable[Outcome[Any, Any]]]


async def units(request: Request, campaign: str, ask: Asking) -> tuple[ToWorks, Execute]:
    ask.caller.require_anywhere(Action.WRITE_UNITS)
    office = office_of(request)

    async def to_works(rows: list[Row]) -> tuple[Sequence[Work[Register]], list[RowError]]:
        return _registrations(campaign, rows)

    async def execute(works: Sequence[Work[Register]], run: Run) -> Outcome[Any, Any]:
        return await office.units.register_many(works, ask.caller, run)

    return to_works, _measured(office, "ImportUnits", execute)


async def leading_groups(request: Request, campaign: str, ask: Asking) -> tuple[ToWorks, Execute]:
    ask.caller.require_anywhere(Action.WRITE_UNITS)
    office = office_of(request)
    groups = partial(_group_works, office=office, campaign=campaign, ask=ask)

    return groups, _measured(office, "ImportLeadingGroups", executing(office.groups, OF_GROUP))


async def people(request: Request, campaign: str, ask: Asking) -> tuple[ToWorks, Execute]:
    ask.caller.require_anywhere(Action.WRITE_PEOPLE)
    office = office_of(request)

    async def to_works(rows: list[Row]) -> tuple[Sequence[Work[Person]], list[RowError]]:
        entered = [(row.number, Person(**row.values)) for row in rows]
        return [
            Work(f"person/{campaign}/{p.person}", campaign, p.unit, "", p, row=number)
            for number, p in entered
        ], []

    async def execute(works: Sequence[Work[Person]], run: Run) -> Outcome[Any, Any]:
        return await office.people.enter_many(campaign, works, ask.caller, run)

    return to_works, _measured(office, "ImportPeople", execute)


add_upload(
    router,
    "/units/import",
    UNITS,
    units,
    summary="Register units from a file 批量登记单位",
    example="1502,15,2,city,包头市,2013-11-01",
)
add_upload(
    router,
    "/leading-groups/import",
    LEADING_GROUPS,
    leading_groups,
    summary="Leading groups from a file 批量登记领导小组",
    example="1502,leading_group,2013-12-02,p-1502-0001,17,工作规则,2013-12-05",
)
add_upload(
    router,
    "/people/import",
    PEOPLE,
    people,
    summary="People from a file 批量录入人员",
    example="p-1502-0007,其木格,办公室主任,处级正职,1502",
)


def _measured(office: Office, command: str, execute: Many) -> Execute:
    async def measured(works: Sequence[Work[Any]], run: Run) -> Outcome[Any, Any]:
        with office.measured(command):
            return await execute(works, run)

    return measured


async def _group_works(
    rows: list[Row], *, office: Office, campaign: str, ask: Asking
) -> tuple[Sequence[Work[Any]], list[RowError]]:
    known = await units_at_hand(office, campaign, {row.values["unit"] for row in rows})
    works, errors = [], []
    for row in rows:
        entry = Entry(**row.values)
        try:
            works.append(
                group_work(known, ask, entry.unit, entry.group, entry.command(), row.number)
            )
        except Refusal as refusal:
            errors.append(LEADING_GROUPS.error(row, refusal))
    return works, errors


def _registrations(
    campaign: str, rows: list[Row]
) -> tuple[Sequence[Work[Register]], list[RowError]]:
    """A command for each row, parents first; none for those whose parents run in a circle."""
    rows_of: dict[str, list[Row]] = {}
    for row in rows:
        rows_of.setdefault(row.values["code"], []).append(row)
    parents = {unit: same[0].values["parent_code"] for unit, same in rows_of.items()}
    order, circles = parents_first(parents)
    works = [_registration(campaign, row) for unit in order for row in rows_of[unit]]
    errors = []
    for circle in circles:
        shown = " → ".join([*circle, circle[0]])
        for unit in circle:
            refusal = CycleInFile(unit=unit, cycle=shown)
            errors += [UNITS.error(row, refusal) for row in rows_of[unit]]
    return works, errors


def _registration(campaign: str, row: Row) -> Work[Register]:
    values = row.values
    unit = values["code"]
    command = Register(
        unit,
        values["parent_code"],
        values["level"],
        values["kind"],
        values["name"],
        values["registered_on"],
    )
    return Work(unit_stream(campaign, unit), campaign, unit, "", command, row=row.number)
