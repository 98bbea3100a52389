"""How far relays and projections are behind, read from what the workers measure."""

from collections.abc import Iterable

import msgspec
from prometheus_client.parser import text_string_to_metric_families
from rich.table import Table

_EVENTS = {"campaign_relay_lag_events": "relay", "campaign_projection_lag_events": "projection"}
_SECONDS = {"campaign_relay_lag_seconds": "relay", "campaign_projection_lag_seconds": "projection"}
_KINDS = {"relay": "转发 relay", "projection": "视图 projection"}
_STOPPED = "campaign_relay_stopped"
_PARKED = {"campaign_parked_events": "projection"}


class Lag(msgspec.Struct):
    """One relay or projection; `parked` counts events set aside and those waiting behind them.
    A relay is `stopped` while store and topic contradict each other.
    """

    service: str
    kind: str
    name: str
    events: int = 0
    seconds: float = 0.0
    parked: int = 0
    stopped: bool = False


def lags(service: str, exposition: str) -> list[Lag]:
    """The relay and the projections of one worker, by kind and name."""
    found: dict[tuple[str, str], Lag] = {}

    def lag(kind: str, labels: dict[str, str]) -> Lag:
        name = labels.get(kind, service)
        return found.setdefault((kind, name), Lag(service, kind, name))

    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            if kind := _EVENTS.get(sample.name):
                lag(kind, sample.labels).events += int(sample.value)
            elif kind := _SECONDS.get(sample.name):
                measured = lag(kind, sample.labels)
                measured.seconds = max(measured.seconds, round(sample.value, 3))
            elif sample.name == _STOPPED:
                lag("relay", sample.labels).stopped = bool(sample.value)
            elif kind := _PARKED.get(sample.name):
                lag(kind, sample.labels).parked += int(sample.value)
    return [found[key] for key in sorted(found, reverse=True)]


class PartLag(msgspec.Struct):
    """One league of a relay, or one topic's partition of a projection."""

    service: str
    kind: str
    name: str
    part: str
    events: int


def part_lags(service: str, exposition: str) -> list[PartLag]:
    """What the sums are made of: leagues of the relay, partitions of each projection."""
    found = []
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            kind = _EVENTS.get(sample.name)
            if kind is None:
                continue
            labels = sample.labels
            part = labels.get("league") or f"{labels.get('topic')}/{labels.get('partition')}"
            name = labels.get(kind, service)
            found.append(PartLag(service, kind, name, part, int(sample.value)))
    return sorted(found, key=_place)


def _place(part: PartLag) -> tuple[str, str, str, int]:
    """Partitions in the order of their numbers."""
    topic, _, number = part.part.partition("/")
    return part.kind, part.name, topic, int(number or 0)


def parts_table(found: Iterable[PartLag]) -> Table:
    """Only those behind: a system has some hundred parts, and most have nothing waiting."""
    table = Table(title="滞后的部分 Parts behind", title_justify="left")
    for heading in (
        "服务\nservice",
        "环节\npart of",
        "名称\nname",
        "盟市、分区\nleague, partition",
    ):
        table.add_column(heading)
    table.add_column("事件\nevents", justify="right")
    for each in found:
        if each.events:
            table.add_row(each.service, _KINDS[each.kind], each.name, each.part, str(each.events))
    return table


def lag_table(found: Iterable[Lag]) -> Table:
    table = Table(title="滞后 Lag", title_justify="left")
    for heading in ("服务\nservice", "环节\npart", "名称\nname"):
        table.add_column(heading)
    for heading in ("事件\nevents", "秒\nseconds", "搁置\nparked"):
        table.add_column(heading, justify="right")
    for each in found:
        parked = f"[red]{each.parked}[/red]" if each.parked else "0"
        table.add_row(
            each.service,
            _KINDS[each.kind] + (" [red]已停 stopped[/red]" if each.stopped else ""),
            each.name,
            str(each.events),
            f"{each.seconds:.1f}",
            parked,
        )
    return table
