"""Evidence: taken when it is what it says, kept once, served to those entitled to the item."""

from hashlib import sha256
from typing import Any

import httpx
import pytest

from services.rectification.domain.evidence import MAX_EVIDENCE_BYTES
from tests.integration.rectification.ledger_files import ITEMS, item, table
from tests.support.access import bearer_of
from tests.support.desk import Desk

PNG = b"\x89PNG\r\n\x1a\n" + b"\x01" * 64


@pytest.fixture
async def ledger(desk: Desk) -> Desk:
    rows = [item("a"), item("b", "150302")]
    assert (await desk.upload("/items/import", table(ITEMS, *rows))).status_code == 200
    return desk


async def hand_in(
    desk: Desk, content: bytes = PNG, name: str | None = "现场 照片.png", **changes: Any
) -> httpx.Response:
    query = {"item": changes.pop("item", "a")} | ({} if name is None else {"name": name})
    headers = {"Content-Type": changes.pop("media_type", "image/png")} | changes.pop("headers", {})
    path = f"/evidence?{httpx.QueryParams(query)}"
    return await desk.upload(path, content, headers=headers, **changes)


async def test_a_file_is_kept_under_the_digest_of_its_bytes(ledger: Desk) -> None:
    answer = await hand_in(ledger)

    digest = sha256(PNG).hexdigest()
    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "digest": digest, "name": "现场 照片.png", "media_type": "image/png", "size_bytes": 72,
    }  # fmt: skip


async def test_the_same_content_again_changes_nothing(ledger: Desk) -> None:
    first = await hand_in(ledger)
    again = await hand_in(ledger, name="other.png")

    assert (again.status_code, again.json()) == (200, first.json())
    assert len((await ledger.get("/items/a/evidence")).json()) == 1


async def test_it_is_served_as_something_to_save_and_never_to_run(ledger: Desk) -> None:
    digest = (await hand_in(ledger)).json()["digest"]

    answer = await ledger.get(f"/items/a/evidence/{digest}", unit="1502", role="leader")

    assert answer.content == PNG
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="evidence.png"')
    assert "filename*=UTF-8''%E7%8E%B0%E5%9C%BA%20%E7%85%A7%E7%89%87.png" in disposition


async def test_it_is_served_only_with_its_item(ledger: Desk) -> None:
    digest = (await hand_in(ledger)).json()["digest"]
    path = f"/campaigns/{ledger.campaign}/items/a/evidence/{digest}"

    outside = await ledger.get(f"/items/a/evidence/{digest}", unit="1503")
    other = await ledger.get(f"/items/b/evidence/{digest}")
    own = await ledger.http.get(path, headers=bearer_of("p-150202-07", "auditor", "1503"))

    assert (outside.status_code, outside.json()["code"]) == (403, "outside-subtree")
    assert (other.status_code, other.json()["code"]) == (404, "unknown-evidence-file")
    assert own.status_code == 200


async def test_the_name_may_come_in_a_header(ledger: Desk) -> None:
    headers = {"X-File-Name": "%E7%85%A7%E7%89%87.png"}
    answer = await hand_in(ledger, name=None, headers=headers)

    assert answer.json()["name"] == "照片.png"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"name": "../etc/passwd.png"}, 422, "evidence-name-refused"),
        ({"name": "C:\\photo.png"}, 422, "evidence-name-refused"),
        ({"name": ".hidden.png"}, 422, "evidence-name-refused"),
        ({"name": "gnp.\u202efdp.png"}, 422, "evidence-name-refused"),
        ({"name": None}, 422, "evidence-name-refused"),
        ({"name": "photo"}, 415, "evidence-type-not-taken"),
        ({"name": "run.exe"}, 415, "evidence-type-not-taken"),
        ({"media_type": "text/html"}, 415, "evidence-type-not-taken"),
        ({"name": "photo.pdf"}, 415, "evidence-type-mismatch"),
        ({"content": b"<html>", "media_type": ""}, 415, "evidence-type-mismatch"),
        ({"content": b""}, 422, "evidence-empty"),
        ({"item": "nowhere"}, 404, "unknown-item"),
        ({"unit": "1503"}, 403, "outside-subtree"),
        ({"role": "auditor"}, 403, "action-not-allowed"),
    ],
)
async def test_what_cannot_be_taken_is_refused(
    ledger: Desk, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await hand_in(ledger, **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await ledger.get("/items/a/evidence")).json() == []


async def test_what_is_too_large_is_told_so(ledger: Desk) -> None:
    over = await hand_in(ledger, PNG + b"\x00" * MAX_EVIDENCE_BYTES)
    far_over = await hand_in(ledger, PNG + b"\x00" * (MAX_EVIDENCE_BYTES + 2 * 1024 * 1024))

    assert (over.status_code, over.json()["code"]) == (413, "evidence-too-large")
    assert (far_over.status_code, far_over.json()["code"]) == (413, "body-too-large")


async def test_a_file_that_is_lost_is_no_fault_of_the_caller(ledger: Desk) -> None:
    digest = "ab" * 32
    await ledger.pool.execute(
        "insert into evidence values ($1, 'a', $2, 'a.png', 'image/png', 1, 'p-1')",
        ledger.campaign,
        digest,
    )

    answer = await ledger.get(f"/items/a/evidence/{digest}")

    assert (answer.status_code, answer.json()["code"]) == (503, "evidence-unavailable")
