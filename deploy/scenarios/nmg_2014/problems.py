"""What items say, by category: Hohhot's as far as the report names them, the others generated."""

from typing import Final, NamedTuple


class Problem(NamedTuple):
    category: str
    summary: str


# report: the first four and their number; the others generated.
HOHHOT: Final = (
    Problem("administrative_inaction", "行政不作为、慢作为问题"),
    Problem("service", "服务群众不到位问题"),
    Problem("infringement", "侵占群众利益行为"),
    Problem("food_drug_safety", "食品药品安全监管问题"),
    Problem("ecology", "扬尘和燃煤污染问题"),
    Problem("public_safety", "老旧小区消防安全隐患问题"),
    Problem("housing", "保障性住房分配管理问题"),
    Problem("formalism", "文山会海、检查评比过多问题"),
    Problem("extravagance", "公务接待超标准问题"),
)

OPINIONS: Final = (
    Problem("ecology", "焦化园区夜间排放异味,建议加强巡查"),
    Problem("ecology", "矿区道路扬尘严重,建议硬化和洒水"),
    Problem("ecology", "黄河滩区垃圾清理不及时"),
    Problem("public_safety", "学校周边交通秩序混乱,建议增设信号灯"),
    Problem("public_safety", "老旧燃气管网存在隐患,建议限期改造"),
    Problem("public_safety", "市场消防通道被占用"),
    Problem("service", "政务大厅个别窗口办理时限过长"),
    Problem("housing", "棚户区改造安置房交付延期"),
    Problem("employment", "公益性岗位信息公开不够"),
    Problem("education", "义务教育阶段择校问题群众反映较多"),
    Problem("formalism", "会议文件偏多,基层疲于应付"),
)

PROBLEMS: Final = (
    Problem("formalism", "会议多、文件多,调研不深入"),
    Problem("formalism", "工作部署多,督促落实少"),
    Problem("bureaucracy", "深入基层少,与群众联系不紧密"),
    Problem("bureaucracy", "对群众来访答复不及时"),
    Problem("hedonism", "工作标准不高,满足于一般化"),
    Problem("hedonism", "上班期间纪律松弛"),
    Problem("extravagance", "公车管理、公务接待制度执行不严"),
    Problem("service", "办事流程公示不全,群众多次往返"),
    Problem("administrative_inaction", "审批事项超期未办结"),
    Problem("infringement", "惠农补贴公示不规范"),
    Problem("education", "偏远校点取暖设施老化"),
    Problem("employment", "返乡人员就业培训针对性不强"),
    Problem("poverty_relief", "扶贫项目推进缓慢"),
    Problem("housing", "危房改造进度滞后"),
    Problem("petitions", "信访积案化解不力"),
    Problem("institution", "财务公开、村务公开制度落实不到位"),
    Problem("ecology", "草畜平衡和禁牧巡查不到位"),
    Problem("public_safety", "农村道路安全隐患未及时排除"),
)
