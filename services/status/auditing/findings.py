"""Findings of an audit: what differs from what, with a stable code and in two languages."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

_SAID: Final[Mapping[str, tuple[str, str]]] = {
    "chain-broken": (
        "{where} 第 {versions} 个事件与哈希链不符({detail}):存储的内容被改动、删去或调换过。",
        (
            "{where}: event {versions} does not continue the hash chain ({detail}); what was stored "
            "was altered, removed or reordered."
        ),
    ),
    "history-short": (
        "{where} 的链头说有 {detail} 个事件,读到的缺第 {versions} 个。",
        "{where}: its head says {detail} events, but {versions} could not be read.",
    ),
    "head-differs": (
        "{where} 的链头({detail})与逐个事件重算的结果不同。",
        "{where}: its head ({detail}) is not what its events give when recomputed.",
    ),
    "topic-unreachable": (
        "无法读取 Kafka,主题未核对:{detail}。",
        "Kafka cannot be read, so no topic was compared: {detail}.",
    ),
    "topic-gap": (
        "{where}:主题中缺第 {versions} 个事件,其后的却有。可用 campaign republish 补发。",
        "{where}: the topic lacks {versions}, though it holds later ones; campaign republish.",
    ),
    "topic-behind-store": (
        "{where}:主题止于第 {versions} 个事件之前。转发器是否在运行(campaign lag)?",
        "{where}: the topic ends before {versions}; is the relay running (campaign lag)?",
    ),
    "topic-conflict": (
        "{where}:主题中第 {versions} 个事件与存储的字节不同。",
        "{where}: the topic's {versions} differ from the store's, byte by byte.",
    ),
    "topic-beyond-store": (
        "{where}:主题中有存储没有的第 {versions} 个事件,存储可能由旧备份恢复(campaign epoch)。",
        (
            "{where}: the topic holds {versions}, which the store does not; was it restored from an "
            "older copy (campaign epoch)?"
        ),
    ),
    "topic-foreign": (
        "主题中有 {versions} 条记录不是事件:{detail}。",
        "{versions} records of the topics are no events: {detail}.",
    ),
    "view-behind-store": (
        "{where}:视图尚未应用第 {versions} 个事件。",
        "{where}: the views have not applied {versions} yet.",
    ),
    "view-beyond-store": (
        "{where}:视图应用了存储没有的第 {versions} 个事件,应重建视图。",
        "{where}: the views have applied {versions}, which the store does not hold; rebuild them.",
    ),
    "view-history-gap": (
        "{where}:视图所存历史中缺第 {versions} 个事件(已丢弃或遗失)。",
        "{where}: the views' history lacks {versions} (discarded, or lost).",
    ),
    "view-history-differs": (
        "{where}:视图所存历史中第 {versions} 个事件与存储不同。",
        "{where}: the views' history holds other bytes than the store for {versions}.",
    ),
    "event-parked": (
        "{where}:第 {versions} 个事件被搁置或已丢弃,视图中没有(campaign parked list)。",
        "{where}: {versions} are parked or discarded, so the views lack them (campaign parked list).",
    ),
    "rollup-differs": (
        "汇总与由事实重算的结果有 {versions} 行不同,例如 {detail}。可用 campaign rebuild 重建。",
        (
            "{versions} lines of the roll-ups differ from a recount of the facts, such as {detail}; "
            "campaign rebuild."
        ),
    ),
}


class Finding(msgspec.Struct):
    """One difference; `versions` names events as ranges, or says how many there are."""

    code: str
    service: str
    league: str
    versions: str
    zh: str
    en: str


def finding(
    code: str, service: str = "", league: str = "", versions: str = "", detail: str = ""
) -> Finding:
    zh, en = _SAID[code]
    told = {"where": f"{service}/{league}", "versions": versions, "detail": detail}
    return Finding(code, service, league, versions, zh.format(**told), en.format(**told))


def of_versions(
    code: str, key: tuple[str, str], versions: Iterable[int], detail: str = ""
) -> list[Finding]:
    """One finding for all versions of a history; none where there are none."""
    named = ranges(versions)
    return [finding(code, *key, named, detail)] if named else []


def ranges(versions: Iterable[int]) -> str:
    """`1, 4-6, 9`."""
    runs: list[list[int]] = []
    for version in sorted(set(versions)):
        if runs and version == runs[-1][1] + 1:
            runs[-1][1] = version
        else:
            runs.append([version, version])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
