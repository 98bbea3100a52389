"""The bulletin on plans, mobilization and training."""

from services.status.bulletin.document import Figure, Section
from services.status.bulletin.shown import Shown
from services.status.bulletin.words import AUDIENCES, CLASSES

_BELOW = "/below_total"


def plans(shown: Shown) -> Section | None:
    """Documents issued, and implementation plans approved of those expected."""
    documents = [
        shown.figure(f"documents-{kind}", words, f"/campaign_wide/documents_by_kind/{kind}")
        for kind, words in (
            ("work_plan", ("印发工作方案", "work plans issued")),
            ("guiding_opinion", ("印发指导意见", "guiding opinions issued")),
        )
    ]
    approved = [
        shown.figure(
            f"plans-approved-{name}",
            (
                f"{CLASSES[name][0]}实施方案审定",
                f"implementation plans approved, {CLASSES[name][1]}",
            ),
            f"/below/{name}/figures/plans/implementation/approved",
            f"/below/{name}/figures/expected",
        )
        for name in ("league", "banner", "township")
        if "implementation" in shown.names(f"/below/{name}/figures/plans")
    ]
    if not approved and not any(figure.value for figure in documents):
        return None
    zh = f"活动共印发工作方案 {documents[0].value} 个、指导意见 {documents[1].value} 个。"
    en = f"{documents[0].value} work plan and {documents[1].value} guiding opinions were issued."
    for figure in approved:
        zh += f"{figure.zh} {figure.value} 个(共 {figure.of} 个)。"
        en += f" {_capital(figure.en)}: {figure.value} of {figure.of}."
    return Section("plans", "方案制定", "Plans", zh, en, documents + approved)


def mobilization(shown: Shown) -> Section | None:
    """Who has mobilized of those expected, class by class, and who is late or overdue."""
    classes = [
        shown.figure(
            f"mobilized-{name}",
            (f"{words[0]}已动员", f"{words[1]} mobilized"),
            f"/below/{name}/figures/mobilization/mobilized",
            f"/below/{name}/figures/expected",
        )
        for name, words in CLASSES.items()
        if shown.number(f"/below/{name}/figures/expected")
    ]
    if not classes:
        return None
    sums = [
        shown.figure(f"mobilization-{state}", words, f"{_BELOW}/mobilization/{state}")
        for state, words in (
            ("mobilized", ("合计已动员", "mobilized in all")),
            ("on_time", ("其中按时", "of these in time")),
            ("late", ("其中逾期补开", "of these late")),
            ("pending", ("尚未动员、未到时限", "not yet, window open or ahead")),
            ("overdue", ("逾期未动员", "overdue")),
        )
    ]
    return Section(
        "mobilization", "动员部署", "Mobilization",
        _mobilized_zh(classes, sums), _mobilized_en(classes, sums), classes + sums,
    )  # fmt: skip


def training(shown: Shown) -> Section | None:
    figures = [
        shown.figure(
            "trained", ("已举办培训的单位", "units that held training"), f"{_BELOW}/trained"
        ),
        shown.figure("sessions", ("培训期数", "training sessions"), f"{_BELOW}/training_sessions"),
        *(
            shown.figure(
                f"participants-{audience}",
                (f"培训{words[0]}人次", f"participants, {words[1]}"),
                f"{_BELOW}/participants/{audience}",
            )
            for audience, words in AUDIENCES.items()
        ),
    ]
    if not figures[1].value:
        return None
    people = sum(figure.value for figure in figures[2:])
    zh = f"{figures[0].value:,} 个单位举办业务培训 {figures[1].value:,} 期,培训 {people:,} 人次。"
    en = (
        f"{figures[0].value:,} units held {figures[1].value:,} training sessions"
        f" with {people:,} participants."
    )
    return Section("training", "业务培训", "Training", zh, en, figures)


def _mobilized_zh(classes: list[Figure], sums: list[Figure]) -> str:
    whole = [f"{f.of} 个{_unit(f.zh)}" for f in classes if f.value == f.of]
    under_way = [
        f"{_unit(f.zh)} {f.value:,}/{f.of:,}"
        for f in classes
        if f.of is not None and f.value < f.of
    ]
    sentences = []
    if whole:
        sentences.append("、".join(whole) + "已全部召开动员会")
    if under_way:
        sentences.append("正在推进的有:" + "、".join(under_way))
    mobilized, _, late, pending, overdue = (figure.value for figure in sums)
    sentences.append(
        f"合计已动员 {mobilized:,} 个,其中逾期补开 {late:,} 个;"
        f"未到时限 {pending:,} 个,逾期未动员 {overdue:,} 个"
    )
    return "。".join(sentences) + "。"


def _mobilized_en(classes: list[Figure], sums: list[Figure]) -> str:
    whole = [f"{f.of} {_subject(f.en)}" for f in classes if f.value == f.of]
    under_way = [
        f"{_subject(f.en)} {f.value:,} of {f.of:,}"
        for f in classes
        if f.of is not None and f.value < f.of
    ]
    sentences = []
    if whole:
        sentences.append("All mobilized: " + ", ".join(whole) + ".")
    if under_way:
        sentences.append("Under way: " + "; ".join(under_way) + ".")
    mobilized, _, late, pending, overdue = (figure.value for figure in sums)
    sentences.append(
        f"In all {mobilized:,} have mobilized, {late:,} of them late; {pending:,} are not yet"
        f" due, {overdue:,} are overdue."
    )
    return " ".join(sentences)


def _unit(zh: str) -> str:
    return zh.removesuffix("已动员")


def _subject(en: str) -> str:
    return en.removesuffix(" mobilized")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
