"""Uploads of rows about units: each row becomes a command on a stream of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import APIRouter, Request

from shared.kernel.access import Action
from shared.kernel.refusals import Refusal, UnknownUnit
from shared.kernel.setting import Setting
from shared.platform.asking import Asking
from shared.platform.bulk import Row, RowError
from shared.platform.bulk_http import Execute, ToWorks, UploadKind, add_upload, executing
from shared.platform.commands import CommandHandler, Complete, Work
from shared.platform.eventstore import EventStore
from shared.platform.lives import Life
from shared.platform.postgres import Pool

_BETWEEN_BREATHS = 1_000  # rows after which other requests get their turn


class Office(Protocol):
    """What uploads ask of a service's office."""

    @property
    def store(self) -> EventStore: ...
    @property
    def handler(self) -> CommandHandler: ...
    async def settings(self, campaign: str, codes: Iterable[str]) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a row gets its unit that names something else, a team say, in `column`.

    `query` gives (id, unit) for the campaign $1 and the ids $2; an id it does not give is refused
    as `unknown` says.
    """

    column: str
    query: str
    unknown: Callable[[str], Refusal]

    async def units(self, pool: Pool, campaign: str, rows: Iterable[Row]) -> dict[str, str]:
        ids = {row.values[self.column] for row in rows}
        return dict(await pool.fetch(self.query, campaign, list(ids)))


@dataclass(frozen=True, slots=True)
class Taking:
    """One upload: who asks, the settings of all its units, and what was brought beforehand."""

    office: Any
    campaign: str
    ask: Asking
    settings: Mapping[str, Any]
    brought: Any = None


@dataclass(frozen=True, slots=True)
class Intake:
    """How rows of one kind become commands.

    `unit` is the column of the unit a row is about, unless `lookup` finds it; `stream` are the
    columns that name its stream, after the campaign. Whoever holds one of `actions` anywhere may
    come in; each row needs the first of them, or what `allow` asks for, which raises a Refusal.
    `bring` fetches once what all rows need, `complete` ends what was decided under the locks.
    `example` is a line of CSV.
    """

    path: str
    summary: str
    kind: UploadKind
    example: str
    life: Life
    command_of: Callable[[Row, Any, Taking], Any]
    actions: tuple[Action, ...]
    stream: tuple[str, ...] = ("unit",)
    unit: str = "unit"
    lookup: Lookup | None = None
    allow: Callable[[Row, Any, Taking], None] | None = None
    bring: Callable[[Any, str, Sequence[Row], Asking], Awaitable[Any]] | None = None
    complete: Complete | None = None


class StepIncomplete(Refusal):
    code = "step-incomplete"
    status = 422
    zh = "“{action}”一行须填写 {missing}。"
    en = "A row of action {action} needs {missing}."


def require_filled(row: Row, *columns: str) -> None:
    """Raise unless a row of this action has these columns filled."""
    missing = [name for name in columns if row.values[name] is None]
    if missing:
        raise StepIncomplete(action=row.values["action"], missing=", ".join(missing))


def add_intakes(router: APIRouter, *intakes: Intake) -> None:
    """An endpoint for each; the app's state has the office."""
    for intake in intakes:
        add_upload(
            router,
            intake.path,
            intake.kind,
            _prepared(intake),
            summary=intake.summary,
            example=intake.example,
        )


def _prepared(intake: Intake) -> Callable[..., Awaitable[tuple[ToWorks, Execute]]]:
    async def prepare(request: Request, campaign: str, ask: Asking) -> tuple[ToWorks, Execute]:
        upload = Upload(request.app.state.office, intake, campaign, ask)
        await upload.office.settings(campaign, ())  # an unknown campaign is told before its rows
        ask.caller.require_anywhere(*intake.actions)
        execute = executing(upload.office.handler, intake.life, intake.complete)
        return upload.works, execute

    return prepare


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload on its way to the handler."""

    office: Office
    intake: Intake
    campaign: str
    ask: Asking

    async def works(self, rows: list[Row]) -> tuple[Sequence[Work[Any]], list[RowError]]:
        """A work for each row whose unit is known and within the caller's rights."""
        unit_of, taking = await self._looked_up(rows)
        works: list[Work[Any]] = []
        errors: list[RowError] = []
        for number, row in enumerate(rows):
            if number % _BETWEEN_BREATHS == 0:
                await asyncio.sleep(0)
            try:
                works.append(self._work(row, unit_of(row), taking))
            except Refusal as refusal:
                errors.append(self.intake.kind.error(row, refusal))
        return works, errors

    async def work(self, row: Row) -> Work[Any]:
        """The work of a single row, say of a request's body; raises its Refusal."""
        unit_of, taking = await self._looked_up([row])
        return self._work(row, unit_of(row), taking)

    async def _looked_up(self, rows: list[Row]) -> tuple[Callable[[Row], str], Taking]:
        intake, office = self.intake, self.office
        unit_of = _named(intake.unit)
        if intake.lookup is not None:
            found = await intake.lookup.units(office.store.pool, self.campaign, rows)
            unit_of = _found(intake.lookup, found)
            codes = set(found.values())
        else:
            codes = {unit_of(row) for row in rows}
        settings = await office.settings(self.campaign, codes)
        brought = None
        if intake.bring is not None:
            brought = await intake.bring(office, self.campaign, rows, self.ask)
        return unit_of, Taking(office, self.campaign, self.ask, settings, brought)

    def _work(self, row: Row, code: str, taking: Taking) -> Work[Any]:
        intake = self.intake
        setting: Setting | None = taking.settings.get(code)
        if setting is None:
            raise UnknownUnit(unit=code)
        path = setting.unit.path
        if intake.allow is None:
            self.ask.caller.require(intake.actions[0], path)
        else:
            intake.allow(row, setting, taking)
        stream = intake.life.stream(self.campaign, *[row.values[name] for name in intake.stream])
        command = intake.command_of(row, setting, taking)
        return Work(stream, self.campaign, code, path, command, row=row.number)


def _named(column: str) -> Callable[[Row], str]:
    def unit_of(row: Row) -> str:
        code: str = row.values[column]
        return code

    return unit_of


def _found(lookup: Lookup, found: Mapping[str, str]) -> Callable[[Row], str]:
    def unit_of(row: Row) -> str:
        name = row.values[lookup.column]
        if name not in found:
            raise lookup.unknown(name)
        return found[name]

    return unit_of
