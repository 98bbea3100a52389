"""Where a replay has come to: the id of each event it sends, from which it goes on."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, Self

from services.status.learning import CONTRACTS
from shared.kernel.refusals import Refusal

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SERVICES: Final = "|".join(contract.service for contract in CONTRACTS)
# Sixteen digits of microseconds reach to the year 2286.
_TEXT: Final = re.compile(
    rf"([0-9]{{1,16}})\.({_SERVICES})\.([0-9A-Za-z][0-9A-Za-z-]{{0,40}})\.([1-9][0-9]{{0,17}})"
)


class MalformedReplayPosition(Refusal):
    code = "malformed-replay-position"
    status = 422
    zh = "续播位置无法识别,请原样传回最后收到的事件的 id。"
    en = "The position to resume from cannot be read; send back the id of the last event received."


class ForeignReplayPosition(Refusal):
    code = "foreign-replay-position"
    status = 422
    zh = "续播位置属于盟市 {league},与所回放的 {asked} 不符,请从同一回放的 id 续播。"
    en = "The position belongs to league {league}, not to {asked}; resume the replay it came from."


class Position(NamedTuple):
    """An event's place in the order of recording, which is the order of these fields."""

    micros: int
    """When it was recorded, in microseconds since 1970."""
    service: str
    league: str
    version: int

    @classmethod
    def at(cls, instant: datetime) -> Self:
        """Before all that was recorded at an instant."""
        return cls((instant - _EPOCH) // _MICROSECOND, "", "", 0)

    def __str__(self) -> str:
        return f"{self.micros}.{self.service}.{self.league}.{self.version}"

    @property
    def key(self) -> tuple[datetime, str, str, int]:
        """As the database compares it."""
        return instant_of(self.micros), self.service, self.league, self.version


BEGINNING: Final = Position.at(_EPOCH)
END: Final = Position.at(_EPOCH.replace(year=9999))


def instant_of(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND


def parse_position(text: str) -> Position:
    match = _TEXT.fullmatch(text)
    if match is None:
        raise MalformedReplayPosition
    return Position(int(match[1]), match[2], match[3], int(match[4]))
