"""What may be handed in as evidence: how large, of which kinds, under which names."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from shared.kernel.refusals import Refusal

MAX_EVIDENCE_BYTES: Final = 20 * 1024 * 1024
_NAME_CHARACTERS: Final = 120
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "docx": _DOCX,
    "xlsx": _XLSX,
    "txt": "text/plain",
}
# What a client says of a file it does not know: the content decides.
_UNSURE: Final = frozenset({"", "application/octet-stream"})
# Path parts, what Windows forbids in names, and what cannot be seen.
_FORBIDDEN: Final = re.compile(
    r'[/\\:*?"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]'
)
_TEXT_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class EvidenceTooLarge(Refusal):
    code = "evidence-too-large"
    status = 413
    zh = "文件超过 {limit_mib} MiB,请压缩或拆分后上传。"
    en = "The file is over {limit_mib} MiB; compress it or send it in parts."


class EvidenceEmpty(Refusal):
    code = "evidence-empty"
    status = 422
    zh = "文件是空的。"
    en = "The file is empty."


class EvidenceTypeNotTaken(Refusal):
    code = "evidence-type-not-taken"
    status = 415
    zh = "只接受 {taken} 文件。"
    en = "Only {taken} files are taken."


class EvidenceMismatch(Refusal):
    code = "evidence-type-mismatch"
    status = 415
    zh = "文件内容不是 {declared},请核对文件名和内容类型。"
    en = "The content is not {declared}; check the name and the media type."


class EvidenceNameRefused(Refusal):
    code = "evidence-name-refused"
    status = 422
    zh = "文件名须为 1 至 {limit} 个字,不含路径、控制字符,也不以点开头。"
    en = "A name has 1 to {limit} characters, no path, no control character and no leading dot."


def checked_name(name: str) -> str:
    """The name as it will be shown, in NFC; raises where it could be taken for something else."""
    named = unicodedata.normalize("NFC", name).strip()
    if (
        not 1 <= len(named) <= _NAME_CHARACTERS
        or named.startswith(".")
        or ".." in named
        or _FORBIDDEN.search(named)
    ):
        raise EvidenceNameRefused(limit=_NAME_CHARACTERS)
    return named


def media_type_of(name: str, declared: str, content: bytes) -> str:
    """The media type, upon which name, declaration and content agree; raises where they do not."""
    if not content:
        raise EvidenceEmpty
    if len(content) > MAX_EVIDENCE_BYTES:
        raise EvidenceTooLarge(limit_mib=MAX_EVIDENCE_BYTES // 1024 // 1024)
    named = MEDIA_TYPES.get(name.rpartition(".")[2].lower()) if "." in name else None
    told = declared.partition(";")[0].strip().lower()
    if named is None or (told not in _UNSURE and told not in MEDIA_TYPES.values()):
        raise EvidenceTypeNotTaken(taken=", ".join(MEDIA_TYPES))
    if told not in _UNSURE and told != named:
        raise EvidenceMismatch(declared=told)
    if not _SIGNATURES[named](content):
        raise EvidenceMismatch(declared=named)
    return named


def _package(part: bytes) -> Callable[[bytes], bool]:
    """An Office file is a zip whose entries' names stand in it as they are."""

    def is_such(content: bytes) -> bool:
        return (
            content.startswith(b"PK\x03\x04")
            and b"[Content_Types].xml" in content
            and part in content
            and b"vbaProject.bin" not in content
        )

    return is_such


def _is_text(content: bytes) -> bool:
    """UTF-8 or, as older programs write Chinese, GB 18030; nothing that is not text."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return not _TEXT_CONTROLS.search(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return False


_SIGNATURES: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "application/pdf": lambda content: content.startswith(b"%PDF-"),
    "image/png": lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": lambda content: content.startswith(b"\xff\xd8\xff"),
    _DOCX: _package(b"word/document"),
    _XLSX: _package(b"xl/workbook"),
    "text/plain": _is_text,
}
