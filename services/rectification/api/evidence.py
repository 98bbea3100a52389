"""Endpoints of evidence: files handed in for an item, and served to those entitled to it."""

from typing import Annotated, Any, Final
from urllib.parse import quote, unquote

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse

from services.rectification.api.entitled import require_entitled
from services.rectification.api.item_bodies import ItemInPath
from services.rectification.api.office import Office, office_of
from services.rectification.domain.evidence import MEDIA_TYPES, checked_name, media_type_of
from services.rectification.views.evidence import (
    EvidenceShown,
    evidence_list,
    evidence_of,
    keep_evidence,
)
from services.rectification.views.items import item_at_hand
from shared.contracts.rectification import Evidence
from shared.kernel.access import Action
from shared.kernel.refusals import Refusal
from shared.platform.asking import Ask, Asking
from shared.platform.fields import CampaignInPath
from shared.platform.openapi import Responses, problem_responses, read_responses, write_responses

router = APIRouter(prefix="/campaigns/{campaign}", tags=["evidence 佐证材料"])

ItemOfEvidence = Annotated[
    str,
    Query(pattern=r"^[0-9A-Za-z]+(-[0-9A-Za-z]+)*$", max_length=110, description="Item 事项编号"),
]
NameOfEvidence = Annotated[
    str | None,
    Query(max_length=400, description="File name; or X-File-Name, percent-encoded 文件名"),
]
DigestInPath = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 in hex 摘要值")]
# What a browser is to do with a file somebody else made: save it, and never run it.
_SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_FILE: Final[Responses] = {
    200: {
        "description": "File 文件",
        "content": dict.fromkeys(MEDIA_TYPES.values(), _BINARY),
    }
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The file itself: pdf, png, jpeg, docx, xlsx or txt, up to 20 MiB.",
        "content": {"application/octet-stream": _BINARY},
    },
    "parameters": [
        {
            "name": "X-File-Name", "in": "header", "required": False,
            "description": "The file's name, percent-encoded UTF-8, where `name` is not given.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,400}$"},
        }
    ],
}  # fmt: skip


class EvidenceGone(Refusal):
    code = "evidence-unavailable"
    status = 503
    zh = "材料 {digest} 暂时读不到,请联系运维人员核对材料目录。"
    en = "The file {digest} cannot be read at present; ask operations to check the folder."


class UnknownFile(Refusal):
    code = "unknown-evidence-file"
    status = 404
    zh = "该事项没有材料 {digest}。"
    en = "This item has no evidence {digest}."


@router.post(
    "/evidence",
    summary="Hand in evidence for an item 上传佐证材料",
    status_code=201,
    responses=write_responses(Evidence, 415),
    openapi_extra=_BODY,
)
async def hand_in(
    campaign: CampaignInPath,
    item: ItemOfEvidence,
    request: Request,
    ask: Ask,
    name: NameOfEvidence = None,
) -> Response:
    office = office_of(request)
    await _require(office, campaign, item, ask, Action.HANDLE_ITEMS)
    told = name if name is not None else unquote(request.headers.get("x-file-name", ""))
    shown = checked_name(told)
    content = await request.body()
    media_type = media_type_of(shown, request.headers.get("content-type", ""), content)
    digest = await office.evidence.put(content)
    evidence = Evidence(digest, shown, media_type, len(content))
    kept = await keep_evidence(office.pool, campaign, item, evidence, ask.caller.subject)
    return Response(
        msgspec.json.encode(kept.evidence), 201 if kept.new else 200, media_type="application/json"
    )


@router.get(
    "/items/{item}/evidence",
    summary="Evidence of an item 事项的佐证材料",
    responses=read_responses(list[EvidenceShown], 404),
)
async def listed(
    campaign: CampaignInPath, item: ItemInPath, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    await _require(office, campaign, item, ask, Action.READ_LEDGER)
    found = await evidence_list(office.pool, campaign, item)
    return Response(msgspec.json.encode(found), media_type="application/json")


@router.get(
    "/items/{item}/evidence/{digest}",
    summary="A file handed in 下载佐证材料",
    responses=_FILE | problem_responses(400, 403, 404, 422),
)
async def served(
    campaign: CampaignInPath, item: ItemInPath, digest: DigestInPath, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    await _require(office, campaign, item, ask, Action.READ_LEDGER)
    found = (await evidence_of(office.pool, campaign, item, [digest])).get(digest)
    if found is None:
        raise UnknownFile(digest=digest)
    path = office.evidence.path_of(digest)
    if not path.is_file():
        raise EvidenceGone(digest=digest)
    headers = _SAFE | {"Content-Disposition": _attachment(found.name)}
    return FileResponse(path, media_type=found.media_type, headers=headers)


async def _require(office: Office, campaign: str, item: str, ask: Asking, action: Action) -> None:
    await office.campaigns.campaign(campaign)
    at_hand = await item_at_hand(office.pool, campaign, item)
    path = (await office.settings(campaign, [at_hand.unit]))[at_hand.unit].unit.path
    require_entitled(ask.caller, action, at_hand, path)


def _attachment(name: str) -> str:
    """RFC 6266: a plain name for old clients, the real one in UTF-8 (RFC 5987)."""
    plain = "evidence." + name.rpartition(".")[2].lower()
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
