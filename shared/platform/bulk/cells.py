"""Values as files hold them: text that the parsers of uploads take back."""

from datetime import date, datetime

from shared.kernel.calendar import SHANGHAI

Value = str | int | float | bool | date | datetime | None


def cell_text(value: Value) -> str:
    """A value as the reader's parsers take it back."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}".removesuffix(":00")
        case date():
            return value.isoformat()
        case _:
            return str(value)
