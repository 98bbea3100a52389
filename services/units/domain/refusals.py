"""What the rules of the hierarchy do not allow."""

from shared.kernel.refusals import Refusal


class UnknownParent(Refusal):
    code = "unknown-parent"
    status = 422
    zh = "上级单位 {parent} 不存在,请先登记它,或核对代码。"
    en = "The parent {parent} is not known; register it first or check the code."


class ParentInOtherCampaign(Refusal):
    code = "parent-in-other-campaign"
    status = 422
    zh = "上级单位 {parent} 属于另一活动,不能跨活动挂接。"
    en = "The parent {parent} belongs to another campaign; a unit cannot hang across campaigns."


class ParentAbolished(Refusal):
    code = "parent-abolished"
    zh = "上级单位 {parent} 已于 {gone_on} 撤销,请选择现有单位。"
    en = "The parent {parent} was abolished on {gone_on}; choose one that exists."


class ParentNotArea(Refusal):
    code = "parent-not-area"
    status = 422
    zh = "{parent} 是挂靠单位,下面不能再设单位。"
    en = "{parent} is an attached organisation; nothing can be placed under it."


class RootExists(Refusal):
    code = "root-exists"
    zh = "本活动的根单位是 {root},其他单位都须填写上级单位。"
    en = "This campaign's root is {root}; every other unit needs a parent."


class RootCannotMove(Refusal):
    code = "root-cannot-move"
    zh = "根单位 {unit} 不能划转或并入其他单位。"
    en = "The root {unit} can neither move nor merge."


class KindDoesNotFitLevel(Refusal):
    code = "kind-does-not-fit-level"
    status = 422
    zh = "类型 {kind} 与层级 {level} 不符,请核对。"
    en = "Kind {kind} does not exist at level {level}; check both."


class LevelDoesNotFit(Refusal):
    code = "level-does-not-fit"
    status = 422
    zh = "层级 {level} 与上级单位不符:此处应为 {expected}。"
    en = "Level {level} does not fit the parent: here it must be {expected}."


class CodeDoesNotFitKind(Refusal):
    code = "code-does-not-fit-kind"
    status = 422
    zh = "代码 {unit} 与类型不符:挂靠单位代码含连字符(如 1502-D03),地区单位不含。"
    en = "Code {unit} does not fit its kind: attached organisations have a hyphen (1502-D03), areas none."


class DuplicateCode(Refusal):
    code = "duplicate-code"
    zh = "代码 {unit} 已登记为另一内容。改名、划转请用相应操作,新单位请用新代码。"
    en = "Code {unit} is registered with other content; rename or move it, or use another code."


class BeforeParent(Refusal):
    code = "before-parent"
    status = 422
    zh = "日期 {date} 早于上级单位 {parent} 设在该处的日期 {since}。"
    en = "The date {date} lies before {since}, since when the parent {parent} stands where it is."


class BeforeLastChange(Refusal):
    code = "before-last-change"
    zh = "日期 {date} 早于单位 {unit} 上一次变更的日期 {since},请按先后顺序登记。"
    en = "The date {date} lies before {since}, the last change of unit {unit}; record changes in order."


class MoveUnderItself(Refusal):
    code = "move-under-itself"
    zh = "单位 {unit} 不能划到自己或自己的下级 {to} 之下。"
    en = "Unit {unit} cannot be placed under itself or under {to} below it."


class CannotMerge(Refusal):
    code = "cannot-merge"
    zh = "单位 {unit} 不能并入 {into}:两者层级或性质不同。"
    en = "Unit {unit} cannot merge into {into}: they differ in level or in nature."


class UnitHasChildren(Refusal):
    code = "unit-has-children"
    zh = "单位 {unit} 还有 {children} 个下级单位(如 {child}),请先划转或撤销它们。"
    en = "Unit {unit} still has {children} units below it (such as {child}); move or abolish them first."


class CycleInFile(Refusal):
    code = "cycle"
    status = 422
    zh = "单位 {unit} 的上级关系成环({cycle}),请改正上级代码。"
    en = "The parents of unit {unit} run in a circle ({cycle}); correct the parent codes."
