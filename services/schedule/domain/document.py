"""A document's life: a work plan or guiding opinion is issued, once."""

from dataclasses import dataclass
from typing import Final

from services.schedule.domain.setting import Setting
from shared.contracts.schedule import DocumentIssued
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal

DOCUMENT_KINDS: Final = ("work_plan", "guiding_opinion")


class DocumentAlreadyIssued(Refusal):
    code = "document-already-issued"
    zh = "文件 {document} 已按另一内容印发,请换一个编号。"
    en = "Document {document} was issued with other content; use another id."


@dataclass(frozen=True, slots=True)
class Issue:
    setting: Setting
    issued: DocumentIssued


def decide(command: Issue, issued: DocumentIssued | None) -> list[DocumentIssued]:
    document = command.issued
    if issued is None:
        command.setting.allow_day(document.issued_on, command.setting.campaign.starts_on)
        return [document]
    if issued == document:
        return []
    raise DocumentAlreadyIssued(document=document.document)


def evolve(issued: DocumentIssued | None, event: DocumentIssued) -> DocumentIssued | None:
    return event


DOCUMENT: Final = Decider[Issue, DocumentIssued | None, DocumentIssued](None, decide, evolve)
