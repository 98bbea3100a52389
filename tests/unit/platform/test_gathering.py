"""Questions of the same moment share an answer, and nobody suffers from another's."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from shared.platform.gathering import Gatherer


class Doubling:
    """Doubles numbers, a moment later; keeps which came together. Some numbers fail."""

    def __init__(self, failing: dict[int, Exception] | None = None) -> None:
        self.rounds: list[list[int]] = []
        self.begun = asyncio.Event()
        self._failing = failing or {}

    async def __call__(self, asked: list[int]) -> Sequence[int]:
        self.rounds.append(asked)
        self.begun.set()
        await asyncio.sleep(0.002)
        for number in asked:
            if number in self._failing:
                raise self._failing[number]
        return [2 * number for number in asked]


async def ask_all(gatherer: Gatherer[int, int], numbers: Sequence[int]) -> list[object]:
    return await asyncio.gather(*map(gatherer.ask, numbers), return_exceptions=True)


async def test_questions_of_one_moment_are_answered_together_each_with_its_own() -> None:
    doubling = Doubling()

    assert await ask_all(Gatherer(doubling), [3, 1, 2]) == [6, 2, 4]
    assert doubling.rounds == [[3, 1, 2]]


async def test_what_is_asked_while_an_answer_is_under_way_waits_for_the_next() -> None:
    doubling = Doubling()
    gatherer = Gatherer(doubling)
    first = asyncio.create_task(gatherer.ask(1))
    await asyncio.wait_for(doubling.begun.wait(), 5)

    assert await ask_all(gatherer, [2, 3]) == [4, 6]
    assert await first == 2
    assert doubling.rounds == [[1], [2, 3]]


async def test_a_round_has_an_end_and_the_others_are_answered_after_it() -> None:
    doubling = Doubling()

    answers = await ask_all(Gatherer(doubling), range(150))

    assert answers == [2 * number for number in range(150)]
    assert [len(asked) for asked in doubling.rounds] == [64, 64, 22]


async def test_it_answers_again_after_a_pause() -> None:
    doubling = Doubling()
    gatherer = Gatherer(doubling)

    assert [await gatherer.ask(number) for number in (1, 2)] == [2, 4]
    assert doubling.rounds == [[1], [2]]


async def test_one_that_is_refused_by_the_server_fails_alone() -> None:
    refused = asyncpg.CheckViolationError("no such place")
    doubling = Doubling({2: refused})

    assert await ask_all(Gatherer(doubling), [1, 2, 3]) == [2, refused, 6]
    assert doubling.rounds == [[1, 2, 3], [1], [2], [3]]


async def test_one_that_cannot_be_sent_fails_alone() -> None:
    class Unsendable(asyncpg.InterfaceError, ValueError):  # type: ignore[misc]  # untyped
        """As asyncpg says it of a number too large for its type."""

    unsendable = Unsendable("too large")

    assert await ask_all(Gatherer(Doubling({3: unsendable})), [1, 2, 3]) == [2, 4, unsendable]


@pytest.mark.parametrize(
    "lost",
    [
        asyncpg.ConnectionDoesNotExistError("closed in the middle"),
        asyncpg.AdminShutdownError("going down"),
        asyncpg.InterfaceError("connection is closed"),
        ConnectionResetError("reset by peer"),
        TimeoutError(),
    ],
)
async def test_what_may_have_been_done_is_not_done_again(lost: Exception) -> None:
    doubling = Doubling({2: lost})

    assert await ask_all(Gatherer(doubling), [1, 2, 3]) == [lost, lost, lost]
    assert doubling.rounds == [[1, 2, 3]]


async def test_after_a_failure_it_answers_again() -> None:
    doubling = Doubling({1: ConnectionResetError("reset by peer")})
    gatherer = Gatherer(doubling)
    await ask_all(gatherer, [1])

    assert await gatherer.ask(2) == 4


async def test_one_that_was_given_up_keeps_nobody_from_an_answer() -> None:
    lost: Exception = ConnectionResetError("reset by peer")
    for failing in ({}, {1: lost}):
        gatherer = Gatherer(Doubling(failing))
        asked = [asyncio.create_task(gatherer.ask(number)) for number in (1, 2, 3)]
        await asyncio.sleep(0)
        asked[1].cancel()

        answers = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)

        assert isinstance(answers[1], asyncio.CancelledError)
        assert [answers[0], answers[2]] == ([lost, lost] if failing else [2, 6])


async def come_one_after_another(gatherer: Gatherer[int, int]) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(gatherer.ask(number))
            if number:  # the first two at once: there is company
                await asyncio.sleep(0)


async def test_a_patient_one_lets_those_come_who_are_on_their_way() -> None:
    patient, prompt = Doubling(), Doubling()

    await come_one_after_another(Gatherer(patient, patient=True))
    await come_one_after_another(Gatherer(prompt))

    assert len(patient.rounds[0]) > len(prompt.rounds[0])
    for doubling in (patient, prompt):
        assert [number for asked in doubling.rounds for number in asked] == list(range(8))


async def test_a_patient_one_waits_for_nobody_when_a_question_comes_alone() -> None:
    doubling = Doubling()
    gatherer = Gatherer(doubling, patient=True)
    asking = asyncio.create_task(gatherer.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert doubling.rounds == [[1]]
    assert await asking == 2
