"""The bulletin at a terminal: its text, Chinese first, then what has to be urged."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from deploy.cli_client import Services
from deploy.problems import CannotRun
from deploy.scenarios.nmg_2014.campaign import CAMPAIGN, REPORTED_ON
from deploy.scenarios.nmg_2014.hierarchy import ROOT

Answer = Mapping[str, Any]

_MOST_SHOWN: Final = 12
_FORMS: Final = ("json", "html", "docx", "xlsx")


def reported_bulletin(services: Services) -> Answer:
    """The region's bulletin on the day of the report."""
    path = f"/campaigns/{CAMPAIGN}/units/{ROOT}/bulletin"
    answer: Answer = services.get("status", path, f"leader-{ROOT}", as_of=REPORTED_ON.isoformat())
    return answer


def file_form(path: Path) -> str:
    """The form a file's name asks for, or CannotRun."""
    form = path.suffix.removeprefix(".").lower()
    if form not in _FORMS:
        raise CannotRun(
            f"文件名须以 {'、'.join(_FORMS)} 结尾。",
            f"The file's name ends in one of {', '.join(_FORMS)}.",
        )
    return form


def bulletin_page(bulletin: Answer) -> RenderableType:
    """What the bulletin says, section by section; its figures are in the files and the JSON."""
    return Group(*_heading(bulletin), *_sections(bulletin), *_behind(bulletin["behind"]))


def _heading(bulletin: Answer) -> Iterator[Text]:
    yield Text(f"{bulletin['campaign_zh']}情况通报", style="bold")
    yield Text(f"Bulletin: {bulletin['campaign_en']}", style="dim")
    yield Text(f"{bulletin['name']} {bulletin['unit']}  截至 as of {bulletin['as_of']}")


def _sections(bulletin: Answer) -> Iterator[RenderableType]:
    for section in bulletin["sections"]:
        yield Text(f"\n{section['title_zh']} {section['title_en']}", style="bold")
        yield Padding(Text(section["text_zh"]), (0, 0, 0, 2))
        yield Padding(Text(section["text_en"], style="dim"), (0, 0, 0, 2))


def _behind(behind: list[Answer]) -> Iterator[RenderableType]:
    if not behind:
        return
    yield Text("\n需催办单位 To be urged", style="bold")
    for each in behind[:_MOST_SHOWN]:
        line = Text(f"  {each['name']} {each['unit']}  ")
        line.append(
            f"动员逾期 mobilization {each['mobilization_overdue']:,}, ", style=each["light"]
        )
        yield line.append(f"整改逾期 items {each['items_overdue']:,}", style=each["light"])
    if len(behind) > _MOST_SHOWN:
        yield Text(f"  …… 共 in all {len(behind)}", style="dim")
