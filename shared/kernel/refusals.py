"""Refusals: what the rules do not allow, each with a stable code and two languages."""

from typing import ClassVar


class Refusal(Exception):
    """A request the rules refuse; `code` is part of the public API and never changes.

    `zh` and `en` are templates filled from the keyword arguments, which the problem
    document repeats as members of its own so that a program can read them.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 409
    zh: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, **context: object) -> None:
        super().__init__(self.en.format(**context))
        self.context = context

    @property
    def message_zh(self) -> str:
        return self.zh.format(**self.context)

    @property
    def message_en(self) -> str:
        return self.en.format(**self.context)


class UnknownUnit(Refusal):
    code = "unknown-unit"
    status = 404
    zh = "单位 {unit} 不存在,请核对单位代码,或先登记该单位。"
    en = "Unit {unit} is not known; check its code or register it first."


class UnitAbolishedAlready(Refusal):
    code = "unit-abolished"
    zh = "单位 {unit} 已于 {abolished_on} 撤销,不能再办理此项。"
    en = "Unit {unit} was abolished on {abolished_on}; this can no longer be recorded for it."


class StaleVersion(Refusal):
    code = "stale-version"
    status = 412
    zh = "您看到的是第 {expected} 版,现已是第 {actual} 版,请刷新后重试。"
    en = "You saw version {expected} but it is now {actual}; read it again and retry."


class KeyReused(Refusal):
    code = "idempotency-key-reused"
    status = 422
    zh = "同一个 Idempotency-Key 已用于另一内容,请换一个新的键。"
    en = "This Idempotency-Key was used with another body; use a new key."


class OutsideSubtree(Refusal):
    code = "outside-subtree"
    status = 403
    zh = "您的权限不包括单位 {unit}。请由其上级或本单位办理。"
    en = "Your rights do not cover unit {unit}; ask it or a level above it to act."


class ActionNotAllowed(Refusal):
    code = "action-not-allowed"
    status = 403
    zh = "您的角色不能办理“{action}”。"
    en = "Your roles do not allow the action {action}."


class DateInFuture(Refusal):
    code = "date-in-future"
    status = 422
    zh = "日期 {date} 在今天之后,只能登记已经发生的事。"
    en = "The date {date} lies in the future; record only what has happened."
