"""The bulletin on the ledger, on programmes, petitions and help."""

from typing import Final

from services.status.bulletin.document import Figure, Section
from services.status.bulletin.shown import Shown
from services.status.bulletin.words import CATEGORIES, PROGRAMMES

_LEDGER: Final = "/total/ledger"
_MOST_TOLD: Final = 5


def ledger(shown: Shown) -> Section | None:
    """Items raised, open, overdue, closed; the categories with the most of them."""
    figures = [
        shown.figure(f"items-{key.replace('_', '-')}", words, f"{_LEDGER}/{key}")
        for key, words in (
            ("raised", ("台账问题", "items on the ledger")),
            ("closed", ("已销号", "closed after verification")),
            ("open", ("整改中", "open")),
            ("overdue", ("逾期未销号", "overdue")),
            ("due_soon", ("三日内到期", "due within three days")),
            ("reopened", ("重新整改", "reopened")),
            ("rated", ("已测评", "rated")),
            ("satisfied", ("测评满意", "rated good")),
        )
    ]
    if not figures[0].value:
        return None
    categories = [
        shown.figure(
            f"category-{name}",
            (f"{words[0]}问题", f"of {words[1]}"),
            f"{_LEDGER}/by_category/{name}/raised",
        )
        for name, words in CATEGORIES.items()
        if shown.number(f"{_LEDGER}/by_category/{name}/raised")
    ]
    most = sorted(categories, key=lambda f: (-f.value, f.key))[:_MOST_TOLD]
    return Section(
        "ledger", "整改台账", "Ledger",
        _ledger_zh(figures, most), _ledger_en(figures, most), figures + categories,
    )  # fmt: skip


def programmes(shown: Shown) -> Section | None:
    """Programmes and commitments by kind: how many, completed, and how far their counts are."""
    figures: list[Figure] = []
    zh, en = "", ""
    for kind, words in PROGRAMMES.items():
        at = f"/total/programmes/{kind}"
        if not shown.number(f"{at}/launched"):
            continue
        launched = shown.figure(f"programmes-{kind}", words, f"{at}/launched")
        counted = shown.figure(
            f"progress-{kind}", (f"{words[0]}进度", f"progress of {words[1]}"),
            f"{at}/progress", f"{at}/target",
        )  # fmt: skip
        figures += [launched, counted]
        zh += f"{words[0]} {launched.value} 项,累计进度 {counted.value:,}/{counted.of:,}。"
        en += f"{launched.value} {words[1]}, counted {counted.value:,} of {counted.of:,}. "
    if not figures:
        return None
    return Section("programmes", "行动工程与承诺", "Programmes", zh, en.strip(), figures)


def petitions_and_help(shown: Shown) -> Section | None:
    received = [
        shown.figure(f"petitions-{key}", words, f"/total/petitions/{key}")
        for key, words in (
            ("receptions", ("接访批次", "petition receptions")),
            ("visits", ("接待来访", "visits received")),
            ("cases", ("受理案件", "cases taken up")),
            ("settled", ("当场办结", "settled on the spot")),
        )
    ]
    pairs = [
        shown.figure("help-village", ("结对帮联嘎查村", "villages helped"), "/total/help/pairings/village"),
        shown.figure("help-household", ("结对帮扶家庭", "household pairings"), "/total/help/pairings/household"),
        shown.figure("filed-complete", ("两方案一计划齐备单位", "units with two plans and one schedule"), "/total/filed_plans/complete"),
    ]  # fmt: skip
    figures = [figure for figure in (*received, *pairs) if figure.value]
    if not figures:
        return None
    zh = ",".join(f"{figure.zh} {figure.value:,}" for figure in figures) + "。"
    en = ", ".join(f"{figure.en} {figure.value:,}" for figure in figures) + "."
    return Section("people", "接访与帮扶", "Petitions and help", zh, en, figures)


def _ledger_zh(figures: list[Figure], most: list[Figure]) -> str:
    raised, closed, still, overdue, soon, reopened, *_ = (figure.value for figure in figures)
    text = (
        f"台账共 {raised:,} 项问题,已销号 {closed:,} 项,整改中 {still:,} 项,"
        f"其中逾期 {overdue:,} 项、三日内到期 {soon:,} 项;重新整改 {reopened:,} 项。"
    )
    return text + "问题较多的是:" + "、".join(f"{f.zh} {f.value:,}" for f in most) + "。"


def _ledger_en(figures: list[Figure], most: list[Figure]) -> str:
    raised, closed, still, overdue, soon, reopened, *_ = (figure.value for figure in figures)
    text = (
        f"The ledger holds {raised:,} items: {closed:,} closed after verification, {still:,} open,"
        f" {overdue:,} of these overdue and {soon:,} due within three days; {reopened:,} were"
        " reopened."
    )
    return text + " Most are " + ", ".join(f"{f.en} {f.value:,}" for f in most) + "."
