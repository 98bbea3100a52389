"""A contract: the events one service publishes, by stable name and version."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

import msgspec

from shared.kernel.envelope import Envelope
from shared.kernel.events import Event

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
Stored: TypeAlias = bytes | str | msgspec.Raw
Reader: TypeAlias = Callable[[Stored], Event]


class UnknownEvent(ValueError):
    """An event whose name or version this contract does not know."""


@dataclass(frozen=True)
class Contract:
    """`events` maps a stable name to (current version, class); `upcasters` steps data of
    (name, version) to version + 1.
    """

    service: str
    events: Mapping[str, tuple[int, type[Event]]]
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {cls: (name, version) for name, (version, cls) in self.events.items()}
        decoders = {
            (name, version): msgspec.json.Decoder(cls)
            for name, (version, cls) in self.events.items()
        }
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_decoders", decoders)

    @property
    def topic(self) -> str:
        return f"campaign.{self.service}.v1"

    def name_of(self, event: Event) -> tuple[str, int]:
        """The stable name and schema version an event is stored under."""
        names: dict[type, tuple[str, int]] = self._names  # type: ignore[attr-defined]
        return names[type(event)]

    def decode(self, name: str, schema_version: int, data: Stored) -> Event:
        """Read stored data of any version as today's class, stepping it through upcasters."""
        return self.reader(name, schema_version)(data)

    def reader(self, name: str, schema_version: int) -> Reader:
        """What reads data of this version: whoever reads much keeps it."""
        decoders: dict[tuple[str, int], msgspec.json.Decoder[Event]] = self._decoders  # type: ignore[attr-defined]
        decoder = decoders.get((name, schema_version))
        return (
            partial(self._stepped_up, name, schema_version) if decoder is None else decoder.decode
        )

    def _stepped_up(self, name: str, schema_version: int, data: Stored) -> Event:
        if name not in self.events:
            raise UnknownEvent(f"{self.service}.{name}")
        current, cls = self.events[name]
        body: dict[str, Any] = msgspec.json.decode(data)
        for version in range(schema_version, current):
            step = self.upcasters.get((name, version))
            if step is None:
                raise UnknownEvent(f"{self.service}.{name}.v{version} has no upcaster")
            body = step(body)
        if schema_version > current:
            raise UnknownEvent(
                f"{self.service}.{name}.v{schema_version} is newer than this program"
            )
        return msgspec.convert(body, cls)

    def open(self, envelope: Envelope) -> Event:
        return self.decode(*envelope.event_name, envelope.data)
