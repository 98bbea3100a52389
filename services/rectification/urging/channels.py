"""Channels notices go out through: files of the day, and whatever apprise can reach."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Protocol

import msgspec

from services.rectification.urging.wording import Notice

_AT_ONCE = 100


class ChannelFailed(Exception):
    """The channel did not take a batch; its notices are tried again later."""


class Channel(Protocol):
    """Delivers batches; what `send` returns from is delivered, what it raises for is not."""

    @property
    def name(self) -> str: ...

    def batches(self, notices: Sequence[Notice]) -> Iterator[list[Notice]]: ...

    async def send(self, batch: Sequence[Notice]) -> None: ...


class FileChannel:
    """Appends to two files a day: JSON lines for programs, text for people."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def batches(self, notices: Sequence[Notice]) -> Iterator[list[Notice]]:
        """One batch for each day on which steps were taken."""
        for _, batch in groupby(sorted(notices, key=_day), key=_day):
            yield list(batch)

    async def send(self, batch: Sequence[Notice]) -> None:
        await asyncio.to_thread(self._write, batch)

    def _write(self, batch: Sequence[Notice]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        day = batch[0].taken_on
        _append(self._folder / f"{day}.jsonl", "".join(f"{_line(notice)}\n" for notice in batch))
        _append(self._folder / f"{day}.txt", "".join(_paragraph(notice) for notice in batch))


class AppriseChannel:
    """One message to an address of apprise's for all that one addressee is told at a time."""

    def __init__(self, name: str, address: str) -> None:
        # Loading apprise takes a quarter of a second, which only those spend who use it.
        from apprise import Apprise  # noqa: PLC0415

        self.name = name
        self._apprise = Apprise()
        if not self._apprise.add(address):
            raise UnknownAddress(name)

    def batches(self, notices: Sequence[Notice]) -> Iterator[list[Notice]]:
        for _, batch in groupby(sorted(notices, key=_addressee), key=_addressee):
            told = list(batch)
            for start in range(0, len(told), _AT_ONCE):
                yield told[start : start + _AT_ONCE]

    async def send(self, batch: Sequence[Notice]) -> None:
        first = batch[0]
        body = "\n\n".join(f"{notice.zh}\n{notice.en}" for notice in batch)
        title = f"{first.title} → {first.addressee}"
        if not await self._apprise.async_notify(body=body, title=title):
            raise ChannelFailed(f"{self.name} did not take {len(batch)} notices")


class UnknownAddress(ValueError):
    """No notices can be sent to the address of a channel, whose name this says."""


def _day(notice: Notice) -> date:
    return notice.taken_on


def _addressee(notice: Notice) -> tuple[str, str]:
    return notice.addressee, notice.step


def _line(notice: Notice) -> str:
    told = {
        "campaign": notice.campaign,
        "subject": notice.subject,
        "thing": notice.thing,
        "unit": notice.unit,
        "step": notice.step,
        "due_on": notice.due_on,
        "taken_on": notice.taken_on,
        "addressee": notice.addressee,
        "zh": notice.zh,
        "en": notice.en,
    }
    return msgspec.json.encode(told).decode()


def _paragraph(notice: Notice) -> str:
    return f"{notice.title} → {notice.addressee}\n{notice.zh}\n{notice.en}\n\n"


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
