"""What may be handed in: names that cannot mislead, contents that are what they say."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rectification.domain.evidence import (
    MAX_EVIDENCE_BYTES,
    MEDIA_TYPES,
    EvidenceEmpty,
    EvidenceMismatch,
    EvidenceNameRefused,
    EvidenceTooLarge,
    EvidenceTypeNotTaken,
    checked_name,
    media_type_of,
)
from shared.kernel.refusals import Refusal

PNG = b"\x89PNG\r\n\x1a\n0000"
JPEG = b"\xff\xd8\xff\xe0JFIF"
PDF = b"%PDF-1.7\n"


def package(*parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for part in ("[Content_Types].xml", *parts):
            book.writestr(part, "<x/>")
    return out.getvalue()


DOCX, XLSX = package("word/document.xml"), package("xl/workbook.xml")


class TestNames:
    @pytest.mark.parametrize("name", ["照片.png", "整改 报告(终稿).docx", "a-b_c.2014.pdf"])
    def test_plain_names_are_taken(self, name: str) -> None:
        assert checked_name(f"  {name} ") == name

    @pytest.mark.parametrize(
        "name",
        [
            "", "  ", ".htaccess", "../a.png", "a/b.png", "a\\b.png", "C:a.png", "a..png",
            "a\n.png", "a\x00.png", "a\u202egnp.exe", "a\u200b.png", 'a".png', "a|b.png",
            "长" * 121,
        ],
    )  # fmt: skip
    def test_names_that_could_mislead_are_refused(self, name: str) -> None:
        with pytest.raises(EvidenceNameRefused):
            checked_name(name)

    @given(st.text(max_size=140))
    def test_what_is_taken_is_one_visible_part_of_a_path(self, name: str) -> None:
        try:
            taken = checked_name(name)
        except EvidenceNameRefused:
            return

        assert taken not in {"", ".", ".."}
        assert not set(taken) & set('/\\:*?"<>|\r\n\t\x00')


class TestContents:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.pdf", PDF), ("a.png", PNG), ("a.JPG", JPEG), ("a.jpeg", JPEG), ("a.docx", DOCX),
            ("a.xlsx", XLSX), ("a.txt", "整改说明".encode()), ("a.txt", "整改说明".encode("gbk")),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("declared", ["", "application/octet-stream"])
    def test_each_kind_is_known_by_its_content(
        self, name: str, content: bytes, declared: str
    ) -> None:
        expected = MEDIA_TYPES[name.rpartition(".")[2].lower()]

        assert media_type_of(name, declared, content) == expected
        assert media_type_of(name, f"{expected}; charset=utf-8", content) == expected

    @pytest.mark.parametrize(
        ("name", "declared", "content", "refusal"),
        [
            ("a.png", "image/png", b"", EvidenceEmpty),
            ("a.png", "image/png", PNG + bytes(MAX_EVIDENCE_BYTES), EvidenceTooLarge),
            ("a.exe", "", b"MZ", EvidenceTypeNotTaken),
            ("a.svg", "image/svg+xml", b"<svg/>", EvidenceTypeNotTaken),
            ("png", "image/png", PNG, EvidenceTypeNotTaken),
            ("a.png", "text/html", PNG, EvidenceTypeNotTaken),
            ("a.png", "image/jpeg", PNG, EvidenceMismatch),
            ("a.png", "image/png", JPEG, EvidenceMismatch),
            ("a.pdf", "", b"\n%PDF-1.7", EvidenceMismatch),
            ("a.docx", "", XLSX, EvidenceMismatch),
            ("a.xlsx", "", b"PK\x03\x04", EvidenceMismatch),
            ("a.docx", "", package("word/document.xml", "word/vbaProject.bin"), EvidenceMismatch),
            ("a.txt", "", b"MZ\x00\x01", EvidenceMismatch),
            ("a.txt", "", b"\xff\xfe\xff\xff", EvidenceMismatch),
        ],
    )
    def test_what_is_not_what_it_says_is_refused(
        self, name: str, declared: str, content: bytes, refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            media_type_of(name, declared, content)
