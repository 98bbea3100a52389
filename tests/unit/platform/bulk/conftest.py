"""The columns the tests of this folder read by."""

import pytest

from shared.platform.bulk import Column, parsers


@pytest.fixture
def columns() -> list[Column]:
    return [
        Column("unit", parsers.code, required=True, titles=("单位代码",)),
        Column("held_at", parsers.local_datetime, required=True, titles=("召开时间",)),
        Column("attendees", parsers.integer(0, 1_000_000), titles=("到会人数",), number=True),
        Column("place", parsers.text(100), titles=("地点",)),
    ]
