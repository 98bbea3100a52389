"""What an archive says of itself, and why one is refused."""

from typing import Final

import msgspec

from shared.kernel.refusals import Refusal

FORMAT: Final = "campaign-archive/1"
MANIFEST: Final = "manifest.json"


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):  # fmt: skip
    """One history: versions `first` to `last`, the hash of its last event, and the member of the
    archive that holds its envelopes, a line each, compressed. `types` counts events by type, which
    names their schema version.
    """

    service: str
    league: str
    first: int
    last: int
    count: int
    head: str
    member: str
    bytes: int
    sha256: str
    types: dict[str, int]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts in order of service and league; nothing in it depends on when it was written."""

    format: str
    parts: list[Part]

    @property
    def services(self) -> list[str]:
        return list(dict.fromkeys(part.service for part in self.parts))

    @property
    def events(self) -> int:
        return sum(part.count for part in self.parts)

    def of(self, service: str) -> list[Part]:
        return [part for part in self.parts if part.service == service]


def member_of(service: str, league: str) -> str:
    return f"{service}/{league}.jsonl.gz"


class ArchiveUnreadable(Refusal):
    code = "archive-unreadable"
    status = 422
    zh = "{file} 不是可读的归档文件({cause})。请使用 campaign export 写出的文件。"
    en = "{file} is no archive that can be read ({cause}); take a file that campaign export wrote."


class ArchiveDamaged(Refusal):
    code = "archive-damaged"
    status = 422
    zh = "归档 {file} 与其封印不符:内容被改动或截断。请重新取得原文件。"
    en = "Archive {file} does not match its seal: it was changed or cut short. Get the original again."


class ManifestWrong(Refusal):
    code = "archive-manifest-wrong"
    status = 422
    zh = "归档清单与内容不符:{part} 的 {what} 写作 {told},实为 {found}。不导入。"
    en = "The manifest is not true: {what} of {part} is said to be {told} and is {found}. Nothing is imported."


class ArchiveChainBroken(Refusal):
    code = "archive-chain-broken"
    status = 422
    zh = "归档中 {part} 的链条在第 {version} 版断开({fault}):事件被改动、缺失或换序。不导入。"
    en = "The chain of {part} breaks at version {version} ({fault}): an event was changed, removed or reordered. Nothing is imported."


class HistoryDisagrees(Refusal):
    code = "history-disagrees"
    zh = "{part} 读到的链头与服务所称不同:{found},应为 {told}。请运行 campaign verify。"
    en = "{part} ends in {found} where the service says {told}; run campaign verify."
