"""Why a rebuild is not done, or not to its end; the views that serve stay as they are."""

from shared.kernel.refusals import Refusal


class RebuildRunning(Refusal):
    code = "rebuild-running"
    zh = "这些视图正在重建,请等待其结束,或先取消(campaign rebuild cancel)。"
    en = "A rebuild of these views is running; wait for it, or cancel it (campaign rebuild cancel)."


class RebuildIncomplete(Refusal):
    code = "rebuild-source-incomplete"
    zh = "来源缺少现有视图已有的事件:{missing}。视图未改动;可换来源继续(campaign rebuild resume --from feeds)。"
    en = (
        "The source lacks events that the present views hold: {missing}. They stay; go on from "
        "another source (campaign rebuild resume --from feeds)."
    )


class RebuildCancelled(Refusal):
    code = "rebuild-cancelled"
    zh = "重建已取消,视图未改动;已建成的部分保留,可继续(campaign rebuild resume)或丢弃(drop)。"
    en = (
        "The rebuild was cancelled and the views stay; what was built can be gone on with "
        "(campaign rebuild resume) or dropped (drop)."
    )


class SwitchHindered(Refusal):
    code = "rebuild-switch-hindered"
    zh = "新视图已建成,但读者一直占用旧表,未能切换。稍后执行 campaign rebuild resume。"
    en = (
        "All is built, but readers held the tables: try the switch again (campaign rebuild resume)."
    )


class NothingToResume(Refusal):
    code = "no-rebuild-to-resume"
    zh = "没有可继续的重建:或已完成、已丢弃,或由另一版本的程序开始。请重新开始。"
    en = (
        "There is no rebuild to go on with: it is done, dropped, or was begun by another version "
        "of the program. Start one anew."
    )


class FillingNotPossible(Refusal):
    code = "filling-not-possible"
    zh = "不能由主题整体填充视图({cause}),改为逐批处理。"
    en = (
        "The views cannot be filled from the topics at once ({cause}); batches are applied instead."
    )


class NothingToTakeBack(Refusal):
    code = "no-former-views"
    zh = "没有保留的旧视图可以换回。"
    en = "No former views are kept that could serve again."


class FormerViewsOutdated(Refusal):
    code = "former-views-outdated"
    zh = "切换之后表结构已升级,旧视图不能再用;可丢弃(campaign rebuild drop)。"
    en = "The schema was migrated since the switch, so the former views cannot serve; drop them."


class LeagueUnknown(Refusal):
    code = "league-unknown"
    status = 404
    zh = "视图中没有盟市 {league} 的历史,请核对代码。"
    en = "The views hold no history of league {league}; check its code."


class LeagueChanging(Refusal):
    code = "league-changing"
    zh = "盟市 {league} 正在划入其他盟市的单位或事项,未重建。请稍后再试,或重建全部视图。"
    en = (
        "League {league} is taking over units or things of others just now; try again later, or "
        "rebuild all views."
    )
