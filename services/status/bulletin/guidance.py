"""The bulletin on supervision teams, liaison points and publicity."""

from services.status.bulletin.document import Figure, Section
from services.status.bulletin.shown import Shown
from services.status.bulletin.words import CHANNELS, CLASSES, DUTIES

_TOTAL = "/total/supervision"


def supervision(shown: Shown) -> Section | None:
    """Teams by who sent them, instructors, what teams did and found."""
    own = [
        shown.figure("own-teams", ("本级派出督导组", "teams of this level"), "/own/figures/supervision/teams"),
        shown.figure("own-people", ("本级督导组人数", "people in them"), "/own/figures/supervision/people"),
    ]  # fmt: skip
    sent = [
        shown.figure(
            f"teams-{name}",
            (f"{CLASSES[name][0]}派出督导组", f"teams of {CLASSES[name][1]}"),
            f"/below/{name}/figures/supervision/teams",
        )
        for name in ("league", "banner")
        if shown.number(f"/below/{name}/figures/supervision/teams")
    ]
    rest = [
        shown.figure("instructors", ("苏木乡镇(街道)派出指导员", "instructors sent by townships"), f"{_TOTAL}/instructors"),
        shown.figure("teams-in-place", ("在岗督导组", "teams in place"), f"{_TOTAL}/teams_in_place"),
        shown.figure("findings", ("督导发现问题", "findings reported"), f"{_TOTAL}/findings"),
        shown.figure("handed-over", ("其中转入整改台账", "of these handed to the ledger"), f"{_TOTAL}/handed_over"),
    ]  # fmt: skip
    duties = [
        shown.figure(f"duty-{kind}", words, f"{_TOTAL}/duties/{kind}")
        for kind, words in DUTIES.items()
        if shown.number(f"{_TOTAL}/duties/{kind}")
    ]
    figures = [*own, *sent, *rest, *duties]
    if not any(figure.value for figure in figures):
        return None
    return Section(
        "supervision", "督促指导", "Supervision",
        _supervised_zh(own, sent, rest, duties), _supervised_en(own, sent, rest, duties), figures,
    )  # fmt: skip


def liaison(shown: Shown) -> Section | None:
    figures = [
        shown.figure(key.replace("_", "-"), words, f"/total/liaison/{key}")
        for key, words in (
            ("leaders", ("建立联系点的领导干部", "leaders in the liaison system")),
            ("points_taken", ("确定联系点", "liaison points taken")),
            ("visits", ("到联系点走访", "visits to them")),
            ("life_meetings", ("参加专题民主生活会", "democratic life meetings attended")),
        )
    ]
    if not any(figure.value for figure in figures):
        return None
    leaders, points, visits, meetings = (figure.value for figure in figures)
    zh = f"{leaders:,} 名领导干部确定联系点 {points:,} 个,走访 {visits:,} 次,参加民主生活会 {meetings:,} 次。"
    en = (
        f"{leaders:,} leaders have taken {points:,} liaison points, visited them {visits:,} times"
        f" and attended {meetings:,} democratic life meetings."
    )
    return Section("liaison", "领导联系点", "Liaison points", zh, en, figures)


def publicity(shown: Shown) -> Section | None:
    pieces = [
        shown.figure(f"pieces-{channel}", words, f"/total/publicity/pieces/{channel}")
        for channel, words in CHANNELS.items()
        if shown.number(f"/total/publicity/pieces/{channel}")
    ]
    talks = [
        shown.figure("lecturers", ("下基层宣讲的干部", "cadres lecturing"), "/total/publicity/lectures/speakers"),
        shown.figure("teachers", ("讲党课的支部书记", "branch secretaries teaching"), "/total/publicity/lessons/speakers"),
    ]  # fmt: skip
    talks = [figure for figure in talks if figure.value]
    if not pieces and not talks:
        return None
    zh = "宣传稿件:" + "、".join(f"{f.zh} {f.value:,} 篇(条)" for f in pieces) + "。"
    en = "Published: " + ", ".join(f"{f.en} {f.value:,}" for f in pieces) + "."
    for figure in talks:
        zh += f"{figure.zh} {figure.value:,} 名。"
        en += f" {figure.en[:1].upper()}{figure.en[1:]}: {figure.value:,}."
    return Section("publicity", "宣传引导", "Publicity", zh, en, pieces + talks)


def _supervised_zh(
    own: list[Figure], sent: list[Figure], rest: list[Figure], duties: list[Figure]
) -> str:
    parts = []
    if own[0].value:
        parts.append(f"本级组建督导组 {own[0].value} 个、{own[1].value} 人")
    parts += [f"{figure.zh} {figure.value:,} 个" for figure in sent]
    parts.append(f"{rest[0].zh} {rest[0].value:,} 人")
    text = ",".join(parts) + "。"
    if duties:
        text += "督导组" + "、".join(f"{f.zh} {f.value:,} 次" for f in duties) + "。"
    return text + f"发现问题 {rest[2].value:,} 个,转入整改台账 {rest[3].value:,} 个。"


def _supervised_en(
    own: list[Figure], sent: list[Figure], rest: list[Figure], duties: list[Figure]
) -> str:
    parts = []
    if own[0].value:
        parts.append(f"{own[0].value} teams with {own[1].value} people are of this level")
    parts += [f"{figure.value:,} {figure.en}" for figure in sent]
    parts.append(f"{rest[0].value:,} {rest[0].en}")
    text = "; ".join(parts) + "."
    if duties:
        text += " Duties: " + ", ".join(f"{f.en} {f.value:,}" for f in duties) + "."
    return text + f" Findings: {rest[2].value:,}, handed to the ledger {rest[3].value:,}."
