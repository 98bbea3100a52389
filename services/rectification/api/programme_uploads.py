"""Uploads of filed plans, batch links, programmes and their progress, receptions and help."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter

from services.rectification.api import programme_columns as columns
from services.rectification.api.persons import told_by
from services.rectification.domain.pairing import Pair
from services.rectification.domain.programme import (
    Complete,
    Launch,
    Progress,
    UnknownProgramme,
)
from services.rectification.views.programmes import (
    OF_BATCH_LINK,
    OF_FILED_PLAN,
    OF_PAIRING,
    OF_PETITION,
    OF_PROGRAMME,
    UNITS_OF_PROGRAMMES,
    known_units,
    open_items,
)
from shared.contracts.rectification import (
    BatchesLinked,
    HelpPaired,
    PetitionsReceived,
    PlanFiled,
    ProgrammeLaunched,
    ProgrammeProgressed,
)
from shared.kernel.access import Action
from shared.kernel.once import Record
from shared.kernel.refusals import UnknownUnit
from shared.kernel.setting import Setting
from shared.platform.asking import Asking
from shared.platform.bulk import Row
from shared.platform.intake import Intake, Lookup, Taking, add_intakes

router = APIRouter(prefix="/campaigns/{campaign}", tags=["uploads 批量导入"])

_WRITES: Final = (Action.WRITE_LEDGER,)


def _told(row: Row, setting: Setting) -> dict[str, Any]:
    """The fields of an event as its row gives them; text left out is empty."""
    return {"campaign": setting.campaign.campaign} | row.values


def _filed(row: Row, setting: Setting, taking: Taking) -> Record[PlanFiled]:
    return Record(setting, PlanFiled(**_told(row, setting)))


def _linked(row: Row, setting: Setting, taking: Taking) -> Record[BatchesLinked]:
    if row.values["led_by"] not in taking.brought:
        raise UnknownUnit(unit=row.values["led_by"])
    return Record(setting, BatchesLinked(**_told(row, setting)))


def _launched(row: Row, setting: Setting, taking: Taking) -> Launch:
    told = _told(row, setting)
    told["category"] = told["category"] or ""
    return Launch(setting, ProgrammeLaunched(**told))


def _progressed(row: Row, setting: Setting, taking: Taking) -> Progress:
    told = _told(row, setting)
    told["note"] = told["note"] or ""
    return Progress(setting, ProgrammeProgressed(reported_by=taking.ask.caller.subject, **told))


def _completed(row: Row, setting: Setting, taking: Taking) -> Complete:
    told = row.values
    return Complete(
        setting,
        told["programme"],
        told_by(taking.ask.caller, told["person"]),
        told["note"] or "",
        told["completed_on"],
        taking.brought.get(told["programme"], 0),
    )


def _received(row: Row, setting: Setting, taking: Taking) -> Record[PetitionsReceived]:
    return Record(setting, PetitionsReceived(**_told(row, setting)))


def _paired(row: Row, setting: Setting, taking: Taking) -> Pair:
    return Pair(setting, HelpPaired(**_told(row, setting)))


async def _leading(office: Any, campaign: str, rows: Sequence[Row], ask: Asking) -> set[str]:
    return await known_units(office.store.pool, campaign, {row.values["led_by"] for row in rows})


async def _open(office: Any, campaign: str, rows: Sequence[Row], ask: Asking) -> Mapping[str, int]:
    programmes = {row.values["programme"] for row in rows}
    return await open_items(office.store.pool, campaign, programmes)


def _unknown(programme: str) -> UnknownProgramme:
    return UnknownProgramme(programme=programme)


add_intakes(
    router,
    Intake(
        path="/filed-plans/import",
        summary="Import filed plans 导入报备的“两方案一计划”",
        kind=columns.FILED_PLANS,
        example="1502,rectification_plan,整改方案,9f86d081884c7d65,2013-12-20",
        life=OF_FILED_PLAN,
        command_of=_filed,
        actions=_WRITES,
        stream=("unit", "document"),
    ),
    Intake(
        path="/batch-links/import",
        summary="Import links of both batches 导入两批单位联系",
        kind=columns.BATCH_LINKS,
        example="1502,15-L01,2014-01-28",
        life=OF_BATCH_LINK,
        command_of=_linked,
        actions=_WRITES,
        stream=("unit", "led_by"),
        bring=_leading,
    ),
    Intake(
        path="/programmes/import",
        summary="Import programmes and commitments 导入行动、工程、专项整治与承诺",
        kind=columns.PROGRAMMES,
        example="1508-01,1508,commitment,housing,改造棚户区住房,户,12000,2014-10-31,2014-02-17",
        life=OF_PROGRAMME,
        command_of=_launched,
        actions=_WRITES,
        stream=("programme",),
    ),
    Intake(
        path="/programme-progress/import",
        summary="Import counted progress 导入项目进展",
        kind=columns.PROGRESS,
        example="1508-01,150802,e-0001,120,,2014-02-24",
        life=OF_PROGRAMME,
        command_of=_progressed,
        actions=_WRITES,
        stream=("programme",),
    ),
    Intake(
        path="/programme-completions/import",
        summary="Import verified completions 导入项目验收",
        kind=columns.COMPLETIONS,
        example="1508-01,p-1508-0002,,2014-03-03",
        life=OF_PROGRAMME,
        command_of=_completed,
        actions=(Action.VERIFY_ITEMS,),
        stream=("programme",),
        lookup=Lookup("programme", UNITS_OF_PROGRAMMES, _unknown),
        bring=_open,
    ),
    Intake(
        path="/petitions/import",
        summary="Import petition receptions 导入大接访",
        kind=columns.PETITIONS,
        example="pet-1504-01,1504,p-1504-0001,24,11,6,2014-02-18",
        life=OF_PETITION,
        command_of=_received,
        actions=_WRITES,
        stream=("reception",),
    ),
    Intake(
        path="/pairings/import",
        summary="Import help pairings 导入结对帮扶",
        kind=columns.PAIRINGS,
        example="help-0001,152502101201,152502-D03,village,6,2014-02-24",
        life=OF_PAIRING,
        command_of=_paired,
        actions=_WRITES,
        stream=("pairing",),
    ),
)
