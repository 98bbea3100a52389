"""The bulletin's words for classes, kinds and channels: Chinese, and English beside it."""

from typing import Final

Words = tuple[str, str]

# In the order a bulletin tells of them.
CLASSES: Final[dict[str, Words]] = {
    "league": ("盟市", "leagues"),
    "leading_bodies_l2": ("盟市四大班子", "leading bodies of leagues"),
    "banner": ("旗县(市、区)", "banners"),
    "zone": ("开发区", "development zones"),
    "leading_bodies_l3": ("旗县四大班子", "leading bodies of banners"),
    "directly_affiliated_l2": ("盟市直属单位", "units directly affiliated to leagues"),
    "directly_affiliated_l3": ("旗县直属单位", "units directly affiliated to banners"),
    "enterprise_institution_l2": ("盟市企事业单位", "league enterprises and institutions"),
    "enterprise_institution_l3": ("旗县企事业单位", "banner enterprises and institutions"),
    "window_unit_l1": ("自治区窗口单位", "window units of the region"),
    "window_unit_l2": ("盟市窗口单位", "window units of leagues"),
    "window_unit_l3": ("旗县窗口单位", "window units of banners"),
    "non_public_social_l1": ("自治区“两新”组织", "non-public and social organisations, region"),
    "non_public_social_l2": ("盟市“两新”组织", "non-public and social organisations, leagues"),
    "non_public_social_l3": ("旗县“两新”组织", "non-public and social organisations, banners"),
    "non_public_social_l4": ("乡镇“两新”组织", "non-public and social organisations, townships"),
    "floating_branch_l1": ("自治区流动党员支部", "floating-member branches, region"),
    "floating_branch_l2": ("盟市流动党员支部", "floating-member branches, leagues"),
    "floating_branch_l3": ("旗县流动党员支部", "floating-member branches, banners"),
    "floating_branch_l4": ("乡镇流动党员支部", "floating-member branches, townships"),
    "township": ("苏木乡镇", "townships"),
    "subdistrict": ("街道", "subdistricts"),
    "village": ("嘎查村", "villages"),
    "community": ("社区", "communities"),
}
AUDIENCES: Final[dict[str, Words]] = {
    "office_staff": ("活动办工作人员", "office staff"),
    "supervision_team": ("督导组成员", "supervision teams"),
    "organisers": ("活动组织人员", "organisers"),
}
DUTIES: Final[dict[str, Words]] = {
    "plan_examined": ("审阅方案", "plans examined"),
    "preparation_guided": ("指导前期准备", "preparations guided"),
    "mobilization_attended": ("参加动员会", "mobilization meetings attended"),
    "appraisal_organised": ("组织民主评议", "democratic appraisals organised"),
    "annual_appraisal_joined": ("参加年度考核", "annual appraisals joined"),
    "patrol_made": ("巡查", "patrols made"),
}
CHANNELS: Final[dict[str, Words]] = {
    "press": ("报刊", "press"),
    "broadcasting": ("广播电视", "broadcasting"),
    "microblog": ("微博", "microblog"),
    "wechat": ("微信", "WeChat"),
    "qq_group": ("QQ群", "QQ groups"),
    "mobile_paper": ("手机报", "mobile papers"),
}
PROGRAMMES: Final[dict[str, Words]] = {
    "action": ("行动", "actions"),
    "project": ("工程", "projects"),
    "special_rectification": ("专项整治", "special rectifications"),
    "commitment": ("公开承诺", "public commitments"),
    "village_help": ("帮联嘎查村", "help for villages"),
    "visits": ("走访", "visits"),
    "centres": ("党员中心户", "member-household centres"),
    "turnaround": ("后进转化", "turning round lagging units"),
}
CATEGORIES: Final[dict[str, Words]] = {
    "administrative_inaction": ("行政不作为", "administrative inaction"),
    "service": ("服务群众", "service to people"),
    "infringement": ("侵占群众利益", "infringement of people's interests"),
    "food_drug_safety": ("食品药品安全", "food and drug safety"),
    "ecology": ("生态保护", "ecology"),
    "public_safety": ("公共安全", "public safety"),
    "education": ("教育", "education"),
    "employment": ("就业", "employment"),
    "poverty_relief": ("扶贫", "poverty relief"),
    "housing": ("住房", "housing"),
    "petitions": ("信访", "petitions"),
    "formalism": ("形式主义", "formalism"),
    "bureaucracy": ("官僚主义", "bureaucracy"),
    "hedonism": ("享乐主义", "hedonism"),
    "extravagance": ("奢靡之风", "extravagance"),
    "institution": ("制度建设", "institution building"),
    "other": ("其他", "other"),
}
