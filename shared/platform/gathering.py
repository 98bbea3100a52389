"""Gathering: what is asked while an answer is under way is answered together by the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import asyncpg

Asked = TypeVar("Asked")
Given = TypeVar("Given")

_AT_ONCE = 64
_ENOUGH = 16
_STEP_SECONDS = 0.001
_STEPS = 8

_UNKNOWN_END = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)


class Gatherer(Generic[Asked, Given]):
    """One statement for all who ask at the same moment, one statement at a time: the busier it
    is, the more share one, and nobody waits for company when it is idle.

    `answer` gives what was asked in order. When one of many makes the statement fail, each is
    asked alone, so that nobody suffers from another's. One that is `patient` lets those who are
    on their way come: the first step of several, the others follow with the same company.
    """

    def __init__(
        self,
        answer: Callable[[list[Asked]], Awaitable[Sequence[Given]]],
        *,
        patient: bool = False,
    ) -> None:
        self._answer = answer
        self._patient = patient
        self._waiting: list[tuple[Asked, asyncio.Future[Given]]] = []
        self._answering: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Given:
        """The answer, or what kept it from being given."""
        mine: asyncio.Future[Given] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, mine))
        if self._answering is None or self._answering.done():
            self._answering = asyncio.create_task(self._answer_all())
        return await mine

    async def _answer_all(self) -> None:
        while self._waiting:
            if self._patient and 1 < len(self._waiting) < _ENOUGH:
                await self._let_come()
            together, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            await self._answer_some(together)

    async def _let_come(self) -> None:
        """A request takes longer to read than to answer in company: wait while more come."""
        for _ in range(_STEPS):
            known = len(self._waiting)
            await asyncio.sleep(_STEP_SECONDS)
            if not known < len(self._waiting) < _ENOUGH:
                break

    async def _answer_some(self, together: list[tuple[Asked, asyncio.Future[Given]]]) -> None:
        try:
            given = await self._answer([asked for asked, _ in together])
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            await self._alone(together, error)
            return
        for (_, waiting), answer in zip(together, given, strict=True):
            if not waiting.done():  # else its request was cancelled
                waiting.set_result(answer)

    async def _alone(
        self, together: list[tuple[Asked, asyncio.Future[Given]]], error: Exception
    ) -> None:
        if len(together) > 1 and _certainly_undone(error):
            for each in together:
                await self._answer_some([each])
            return
        for _, waiting in together:
            if not waiting.done():
                waiting.set_exception(error)


def _certainly_undone(error: Exception) -> bool:
    """Whether the server said no, or was never asked as a value could not be sent; a connection
    that was lost tells neither.
    """
    if isinstance(error, asyncpg.PostgresError):
        return not isinstance(error, _UNKNOWN_END)
    return isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)
