"""Field types of request bodies and paths: bounded, without what PostgreSQL or readers cannot take."""

import re
import unicodedata
from datetime import date
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

CAMPAIGN_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"
CODE_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z-]{0,40}$"
PERSON_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z-]{0,62}$"
INT32_MAX = 2**31 - 1
_FIRST_DAY, _LAST_DAY = date(1949, 1, 1), date(2100, 12, 31)
# Control characters, line and paragraph separators, bidirectional overrides, lone surrogates.
_FORBIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


class Body(BaseModel):
    """A request body: unknown fields and wrong types are refused, not guessed at."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def clean_text(text: str) -> str:
    """NFC without edges; raises where a character is invisible and not a plain space."""
    if not text.isprintable() and _FORBIDDEN.search(text):
        raise PydanticCustomError(
            "text_control_character",
            "含有不可见的控制字符,请删除。 Remove the invisible control characters.",
        )
    stripped = unicodedata.normalize("NFC", text).strip()
    if not stripped:
        raise PydanticCustomError("text_blank", "不能为空。 Must not be blank.")
    return stripped


def _day_in_bounds(day: date) -> date:
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise PydanticCustomError(
            "date_out_of_range",
            "日期应在 1949 至 2100 年之间。 The date must lie between 1949 and 2100.",
        )
    return day


def _only_text(value: object) -> object:
    # Without this, 0 would be read as 1 January 1970.
    if not isinstance(value, str | date):
        raise PydanticCustomError(
            "date_type", "应为日期,如 2014-02-18。 Give a date such as 2014-02-18."
        )
    return value


Name = Annotated[str, Field(strict=True, min_length=1, max_length=120), AfterValidator(clean_text)]
LongText = Annotated[
    str, Field(strict=True, min_length=1, max_length=2000), AfterValidator(clean_text)
]
Code = Annotated[str, Field(strict=True, pattern=CODE_PATTERN, examples=["150202"])]
PersonId = Annotated[str, Field(strict=True, pattern=PERSON_PATTERN, examples=["p-1502-0007"])]
LocalDate = Annotated[
    date,
    BeforeValidator(_only_text),
    AfterValidator(_day_in_bounds),
    Field(examples=["2014-02-18"]),
]
Count = Annotated[int, Field(strict=True, ge=0, le=INT32_MAX)]
CampaignInPath = Annotated[
    str, Path(pattern=CAMPAIGN_PATTERN, description="Campaign 活动", examples=["nmg-2014"])
]
CodeInPath = Annotated[
    str, Path(pattern=CODE_PATTERN, description="Unit code 单位代码", examples=["1502"])
]
