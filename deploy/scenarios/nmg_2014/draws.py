"""Repeatable chance: every file draws from its own stream, so changing one leaves the others."""

import random
from collections.abc import Sequence
from typing import Final, TypeVar

SEED: Final = "nmg-2014"

T = TypeVar("T")


class Draws:
    """A stream of draws, the same for the same purpose in every run.

    Built on `Random.random` alone: the one method Python promises not to change for a seed.
    """

    def __init__(self, purpose: str) -> None:
        self._next = random.Random(f"{SEED}/{purpose}").random

    def chance(self, share: float) -> bool:
        return self._next() < share

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._next() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._next() * len(choices))]

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """`count` different ones, in their given order."""
        ranked = sorted((self._next(), index) for index in range(len(choices)))
        return [choices[index] for index in sorted(index for _, index in ranked[:count])]
