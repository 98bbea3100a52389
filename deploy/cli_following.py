"""Following a replay: its server-sent events, gone on with where a connection was cut."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import httpx
import msgspec

from deploy.cli_client import Refused, Services
from deploy.problems import CannotRun

TOTALS: Final = "totals"
# Longer than the service lets a stream be silent.
_SILENCE_SECONDS: Final = 30.0
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A server-sent event as it came; `data` is JSON, unread."""

    id: str
    event: str
    data: str


class _Totals(msgspec.Struct):
    complete: bool = False


def followed(
    services: Services,
    path: str,
    account: str,
    params: Mapping[str, str],
    last_id: str = "",
    notice: Callable[[str], None] = lambda _: None,
) -> Iterator[Sent]:
    """Every event up to the last totals, once each, however often the connection is cut."""
    failures = 0
    while True:
        try:
            for sent in _stream(services, path, account, params, last_id):
                yield sent
                failures = 0
                last_id = sent.id or last_id
                if sent.event == TOTALS and msgspec.json.decode(sent.data, type=_Totals).complete:
                    return
            trouble = "连接中断 the connection was cut"
        except httpx.TransportError as error:
            trouble = f"连接中断 the connection was cut ({type(error).__name__})"
        except Refused as refused:
            if not refused.is_for_later:
                raise
            trouble = str(refused)
        failures += 1
        if failures >= _TRIES:
            raise CannotRun("回放未能继续。", f"The replay could not be gone on with: {trouble}.")
        notice(f"{trouble},续播 resuming …")
        time.sleep(_PAUSE_SECONDS * failures)


def _stream(
    services: Services, path: str, account: str, params: Mapping[str, str], last_id: str
) -> Iterator[Sent]:
    headers = {"Authorization": f"Bearer {services.token(account)}"}
    if last_id:
        headers["Last-Event-ID"] = last_id
    url = services.apis["status"] + path
    with (
        httpx.Client(timeout=_SILENCE_SECONDS, trust_env=False) as client,
        client.stream("GET", url, params=params, headers=headers) as answer,
    ):
        if not answer.is_success:
            answer.read()
            raise Refused(answer)
        yield from sent_in(answer.iter_lines())


def sent_in(lines: Iterable[str]) -> Iterator[Sent]:
    """The events of a stream; one that is cut off before its empty line is none."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
            continue
        if "data" in fields:
            yield Sent(fields.get("id", ""), fields.get("event", ""), fields["data"])
        fields = {}
