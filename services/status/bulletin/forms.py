"""The forms a bulletin is given in; what writes one is loaded when it is first asked for."""

# ruff: noqa: PLC0415 - the writers of Word, Excel and HTML take a tenth of the API's memory
from collections.abc import Mapping
from typing import Final, Literal

from services.status.bulletin.document import Bulletin, bytes_of

Form = Literal["json", "html", "docx", "xlsx"]

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES: Final[Mapping[Form, str]] = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}


def written(bulletin: Bulletin, form: Form) -> bytes:
    """The bulletin as a file of this form."""
    match form:
        case "json":
            return bytes_of(bulletin)
        case "html":
            from services.status.bulletin.page import html

            return html(bulletin)
        case "docx":
            from services.status.bulletin.paper import docx

            return docx(bulletin)
        case "xlsx":
            from services.status.bulletin.annex import xlsx

            return xlsx(bulletin)
