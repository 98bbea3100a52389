"""What the rules of the ledger refuse."""

from shared.kernel.refusals import Refusal


class UnknownItem(Refusal):
    code = "unknown-item"
    status = 404
    zh = "台账中没有事项 {item},请核对编号,或先登记该事项。"
    en = "Item {item} is not on the ledger; check its id or raise it first."


class ItemAlreadyRaised(Refusal):
    code = "item-already-raised"
    zh = "事项 {item} 已按另一内容登记,请换一个编号。"
    en = "Item {item} was raised with other content; use another id."


class DueBeforeRaised(Refusal):
    code = "due-before-raised"
    status = 422
    zh = "完成时限 {due_on} 早于 {day},请给出当日或以后的时限。"
    en = "The due date {due_on} lies before {day}; give that day or a later one."


class StepBeforePrevious(Refusal):
    code = "step-before-previous"
    status = 422
    zh = "日期 {day} 早于上一步 {previous} 的日期,请核对。"
    en = "The day {day} lies before {previous}, that of the step before; check it."


class OwnItem(Refusal):
    code = "own-item"
    status = 403
    zh = "{person} 是该事项的责任人或销号申请人,须由其他人办理。"
    en = "{person} is responsible for this item or requested its closure; somebody else must do it."


class ExtensionNotLater(Refusal):
    code = "extension-not-later"
    status = 422
    zh = "新时限 {due_on} 不晚于现时限 {present}。"
    en = "The new due date {due_on} is not later than the present one, {present}."


class ReasonRequired(Refusal):
    code = "reason-required"
    status = 422
    zh = "此步骤须说明理由。"
    en = "Give the reason for this step."


class ItemIsClosed(Refusal):
    code = "item-closed"
    zh = "事项 {item} 已于 {closed_on} 销号;需要继续整改请先“重新打开”。"
    en = "Item {item} was closed on {closed_on}; reopen it first."


class ItemNotClosed(Refusal):
    code = "item-not-closed"
    zh = "事项 {item} 尚未销号,不能办理此项。"
    en = "Item {item} is not closed; this cannot be done yet."


class ClosureIsRequested(Refusal):
    code = "closure-requested"
    zh = "事项 {item} 已申请销号,请等待核查结果。"
    en = "Closure of item {item} has been requested; wait for it to be verified or rejected."


class ClosureNotRequested(Refusal):
    code = "closure-not-requested"
    zh = "事项 {item} 尚未申请销号,无从核查。"
    en = "Closure of item {item} has not been requested; there is nothing to verify."


class ClockIsPaused(Refusal):
    code = "clock-paused"
    zh = "事项 {item} 的计时已于 {paused_on} 暂停,请先恢复。"
    en = "The clock of item {item} is paused since {paused_on}; resume it first."


class ClockIsRunning(Refusal):
    code = "clock-running"
    zh = "事项 {item} 的计时没有暂停。"
    en = "The clock of item {item} is not paused."


class EvidenceMissing(Refusal):
    code = "evidence-missing"
    status = 422
    zh = "申请销号须附佐证材料,请先上传并填写其摘要值。"
    en = "A request for closure needs evidence; upload it and name its digest."


class UnknownEvidence(Refusal):
    code = "unknown-evidence"
    status = 422
    zh = "没有为该事项上传过佐证材料 {digest}。"
    en = "No evidence {digest} was handed in for this item; upload it first."


class ChildrenOpen(Refusal):
    code = "children-open"
    zh = "还有 {count} 个下级事项未销号,上级事项不能销号。"
    en = "{count} items below it are not closed yet; the order closes after them."


class ScoreOutOfRange(Refusal):
    code = "score-out-of-range"
    status = 422
    zh = "满意度为 1 至 5 分,且至少有 1 人评分。"
    en = "Give a score from 1 to 5, by at least one person."


class UnknownParent(Refusal):
    code = "unknown-parent"
    status = 422
    zh = "没有可作为上级的事项 {parent}:须已登记且要求逐级落实。"
    en = "There is no item {parent} that cascades; raise the order first."


class ParentClosed(Refusal):
    code = "parent-closed"
    zh = "上级事项 {parent} 已销号,不能再增加下级事项。"
    en = "The order {parent} is closed; nothing more can be raised under it."


class CascadeEmpty(Refusal):
    code = "cascade-empty"
    status = 422
    zh = "单位 {unit} 之下没有符合所选层级和类别的单位。"
    en = "No unit below {unit} is of the levels and kinds chosen."


class CascadeTooWide(Refusal):
    code = "cascade-too-wide"
    status = 422
    zh = "所选单位 {units} 个,一次最多 {limit} 个,请分批下达。"
    en = "{units} units are chosen and one order takes {limit}; give it in parts."


class NotInOwnName(Refusal):
    code = "not-in-own-name"
    status = 403
    zh = "只能以本人名义办理,不能填写他人 {person}。"
    en = "Act in your own name; {person} cannot be named."
