"""The people directory: the only place that knows names, so that they can be erased. Not events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from services.units.views import units_by_code
from shared.kernel.access import Action, Caller
from shared.kernel.refusals import Refusal, UnitAbolishedAlready, UnknownUnit
from shared.platform.bulk_http import Run
from shared.platform.commands import Outcome, RowsRefused, Work, retried
from shared.platform.eventstore import EventStore
from shared.platform.inline_views import Table
from shared.platform.postgres import Connection
from shared.platform.recording import Answer, IdempotencyKey, Origin

PEOPLE = Table(
    "people",
    ("campaign", "person"),
    {
        "campaign": "text", "person": "text", "name": "text", "title": "text", "rank": "text",
        "unit": "text", "version": "int",
    },
)  # fmt: skip
_SHOWN = "p.campaign, p.person, p.name, p.title, p.rank, p.unit, p.erased_at, p.version"
_LOCKED = f"""
select {_SHOWN} from people p
where campaign = $1 and person = any($2::text[]) order by person for update
"""  # noqa: S608 - a constant
_ONE = f"select {_SHOWN} from people p where campaign = $1 and person = $2"  # noqa: S608 - a constant
# People of units under those the caller holds, and under one unit where that is asked.
_LIST = f"""
select {_SHOWN} from people p
join units u on u.campaign = p.campaign and u.code = p.unit
where p.campaign = $1 and string_to_array(u.path, '.') && $2::text[]
  and ($3::text is null or u.path = $3 or (u.path > $3 || '.' and u.path < $3 || '/'))
  and ($4::text is null or p.name like $4)
  and ($5::text[] is null or p.person = any($5))
  and ($6::text is null or p.person > $6)
order by p.person limit $7
"""  # noqa: S608 - a constant
_ERASE = """
update people set name = null, title = null, rank = null, erased_at = now(), version = version + 1
where campaign = $1 and person = $2 and erased_at is null
"""


class UnknownPerson(Refusal):
    code = "unknown-person"
    status = 404
    zh = "人员 {person} 不在名录中,请核对编号。"
    en = "Person {person} is not in the directory; check the id."


class PersonErased(Refusal):
    code = "person-erased"
    zh = "人员 {person} 的个人信息已按要求删除,不能重新填入。"
    en = "The personal data of {person} was erased on request and cannot be entered again."


class PersonAnswer(msgspec.Struct, frozen=True):
    """A person; after erasure only the id and the unit are left."""

    campaign: str
    person: str
    name: str | None
    title: str | None
    rank: str | None
    unit: str
    erased_at: datetime | None
    version: int


class PeoplePage(msgspec.Struct, frozen=True):
    items: list[PersonAnswer]
    next: str | None


class PersonReceipt(msgspec.Struct, frozen=True):
    """The answer to a write about a person."""

    person: str
    version: int


@dataclass(frozen=True, slots=True)
class Person:
    """What a clerk enters."""

    person: str
    name: str
    title: str | None
    rank: str | None
    unit: str


@dataclass(frozen=True, slots=True)
class WantedPeople:
    """Which people; `path` is of the unit they are to be under, `prefix` begins their names."""

    campaign: str
    granted: Sequence[str]
    path: str | None
    prefix: str | None
    ids: Sequence[str] | None
    cursor: str | None
    limit: int


class People:
    """The directory of every campaign, in the units service's store."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    async def enter(
        self,
        campaign: str,
        person: Person,
        caller: Caller,
        origin: Origin,
        key: IdempotencyKey | None,
    ) -> Answer:
        """Enter or change one person; the answer is a PersonReceipt."""

        async def attempt() -> Answer:
            async with self._store.session([], [], key) as session:
                if session.answer is not None:
                    return session.answer
                book = await _Book.open(session.connection, campaign, [person], caller)
                changed = book.enter(person)
                await PEOPLE.put(session.connection, book.rows())
                receipt = PersonReceipt(person.person, book.version_of(person.person))
                answer = Answer(201 if changed else 200, msgspec.json.encode(receipt), "")
                await session.append([], origin, lambda _: answer)
                return answer

        return await retried(attempt)

    async def enter_many(
        self, campaign: str, works: Sequence[Work[Person]], caller: Caller, run: Run
    ) -> Outcome[Any, Any]:
        """Enter a file's people in one transaction; may raise RowsRefused."""

        async def attempt() -> Outcome[Any, Any]:
            async with self._store.session([], [], None if run.dry_run else run.key) as session:
                if session.answer is not None:
                    return Outcome(answer=session.answer)
                people = [work.command for work in works]
                book = await _Book.open(session.connection, campaign, people, caller)
                outcome = book.enter_rows(works)
                if outcome.refused and not run.accept_valid:
                    raise RowsRefused(outcome)
                if not run.dry_run:
                    await PEOPLE.put(session.connection, book.rows())
                    answer = Answer(*run.report(outcome), positions="")
                    await session.append([], run.origin, lambda _: answer)
                    outcome.answer = answer
                return outcome

        return await retried(attempt)

    async def person(self, campaign: str, person: str, caller: Caller) -> PersonAnswer:
        return await self._known(campaign, person, caller, Action.READ_PEOPLE)

    async def page(self, wanted: WantedPeople) -> PeoplePage:
        rows = await self._store.pool.fetch(
            _LIST,
            wanted.campaign,
            list(wanted.granted),
            wanted.path,
            wanted.prefix,
            None if wanted.ids is None else list(wanted.ids),
            wanted.cursor,
            wanted.limit + 1,
        )
        items = [PersonAnswer(*row) for row in rows[: wanted.limit]]
        return PeoplePage(items, items[-1].person if len(rows) > wanted.limit else None)

    async def erase(self, campaign: str, person: str, caller: Caller) -> PersonAnswer:
        """Forget name, title and rank; the id stays, since events name it."""
        await self._known(campaign, person, caller, Action.WRITE_PEOPLE)
        await self._store.pool.execute(_ERASE, campaign, person)
        return await self._known(campaign, person, caller, Action.WRITE_PEOPLE)

    async def _known(
        self, campaign: str, person: str, caller: Caller, action: Action
    ) -> PersonAnswer:
        caller.require_anywhere(action)
        async with self._store.pool.acquire() as connection:
            row = await connection.fetchrow(_ONE, campaign, person)
            if row is None:
                raise UnknownPerson(person=person)
            units = await units_by_code(connection, campaign, [row["unit"]])
        caller.require(action, units[row["unit"]].path)
        return PersonAnswer(*row)


@dataclass(slots=True)
class _Book:
    """What is known of the people being entered, and what is to be written."""

    campaign: str
    caller: Caller
    units: Mapping[str, Any]
    known: dict[str, PersonAnswer]
    changed: dict[str, PersonAnswer]

    @classmethod
    async def open(
        cls, connection: Connection, campaign: str, people: Iterable[Person], caller: Caller
    ) -> "_Book":
        entered = list(people)
        rows = await connection.fetch(_LOCKED, campaign, [p.person for p in entered])
        known = {row["person"]: PersonAnswer(*row) for row in rows}
        codes = {p.unit for p in entered} | {p.unit for p in known.values()}
        return cls(campaign, caller, await units_by_code(connection, campaign, codes), known, {})

    def enter(self, person: Person) -> bool:
        """Whether anything changed; raises Refusal."""
        self.caller.require_anywhere(Action.WRITE_PEOPLE)
        unit = self.units.get(person.unit)
        if unit is None:
            raise UnknownUnit(unit=person.unit)
        self.caller.require(Action.WRITE_PEOPLE, unit.path)
        known = self.known.get(person.person)
        if known is not None:
            # Else one office could take over the people of another.
            self.caller.require(Action.WRITE_PEOPLE, self.units[known.unit].path)
            if known.erased_at is not None:
                raise PersonErased(person=person.person)
            if (known.name, known.title, known.rank, known.unit) == (
                person.name, person.title, person.rank, person.unit,
            ):  # fmt: skip
                return False
        if unit.gone_on is not None:
            raise UnitAbolishedAlready(unit=unit.code, abolished_on=unit.gone_on)
        version = 1 if known is None else known.version + 1
        entered = PersonAnswer(
            self.campaign, person.person, person.name, person.title, person.rank, person.unit,
            None, version,
        )  # fmt: skip
        self.known[person.person] = self.changed[person.person] = entered
        return True

    def enter_rows(self, works: Sequence[Work[Person]]) -> Outcome[Any, Any]:
        outcome: Outcome[Any, Any] = Outcome()
        for work in works:
            try:
                rows = outcome.accepted_rows if self.enter(work.command) else outcome.unchanged_rows
                rows.append(work.row)
            except Refusal as refusal:
                outcome.refused.append((work.row, refusal))
        return outcome

    def version_of(self, person: str) -> int:
        return self.known[person].version

    def rows(self) -> list[tuple[Any, ...]]:
        return [
            (p.campaign, p.person, p.name, p.title, p.rank, p.unit, p.version)
            for p in self.changed.values()
        ]
