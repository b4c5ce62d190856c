"""What the invented residents of the demo write, and what the office answers. Pure.

Sentences are put together from parts by a seeded generator; every person, place and
event is made up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

SURNAMES = "沈陆金顾严施钱俞汤费倪盛凌郁庄柏闵单岑卞"
GIVEN = (
    "文远",
    "立秋",
    "思源",
    "佳禾",
    "明澈",
    "晓棠",
    "安澜",
    "书宁",
    "新禾",
    "以恒",
    "知夏",
    "广田",
    "望舒",
    "永和",
    "青禾",
    "景行",
    "若溪",
    "牧川",
    "子衿",
    "向晚",
    "春来",
    "大成",
    "小满",
    "云起",
    "长宁",
    "一鸣",
    "可心",
    "和风",
    "润泽",
    "远山",
)

PLACES = (
    "三单元门口",
    "北门",
    "地下车库",
    "快递柜旁",
    "幼儿园门口",
    "菜场",
    "小广场",
    "河边步道",
    "公交站",
    "老楼道",
)

PRAISE = (
    "{when}我{trouble}，{who}{deed}。{feeling}",
    "想说说{who}：{when}{trouble_of}，人家{deed}，{feeling}",
    "给{community}警务室点个赞。{when}{trouble_of}，{who}{deed}。",
    "{when}在{place}，{trouble_of}，多亏{who}{deed}，{feeling}",
)
TROUBLES = (
    ("把包落在了车上", "跑前跑后帮着查监控，一个多小时就找到了"),
    ("来办居住登记，材料带错了", "一句一句教我填，省得我再跑一趟"),
    ("发现家里老人走失了", "冒着雨挨个路口去找，人找到了才走"),
    ("跟楼上为漏水的事吵了起来", "把两家人请到一起坐下来，说得都服气"),
    ("差点把钱转给骗子", "反复给我讲这是骗局，还帮我报了案"),
    ("把钥匙断在了锁里，孩子还在屋里", "十几分钟就到了，一直陪到门打开"),
    ("的电动车被人推走了", "当天就把车找了回来"),
    ("为押金的事和房东谈不拢", "把合同一条一条讲清楚，押金当场退了"),
    ("听见楼下有人吵得很凶", "几分钟就到，劝开以后还上楼来说了一声"),
)
FEELING = (
    "心里很暖。",
    "谢谢他们。",
    "希望能表扬一下。",
    "这样的服务我们放心。",
    "一家人都很感激。",
    "办事不拖，说话和气。",
)
COMPLAINT = (
    "{when}到{place}反映{problem}，到现在没有人给我一个说法。",
    "{problem}，打了两次电话，都说会处理，{still}。",
    "{when}去办事，{manner}，希望改一改。",
    "反映{problem}已经半个月，{still}，请所长看一看。",
)
PROBLEM = (
    "楼下烧烤摊半夜扰民",
    "消防通道被占",
    "有人在电梯里给电动车充电",
    "工地凌晨施工",
    "小区里有人养狗不牵绳",
    "门口乱停车",
    "隔壁群租",
)
STILL = ("还是老样子", "也没有回音", "情况反而更糟", "没有人上门看过")
MANNER = (
    "窗口的人说话很不耐烦",
    "等了四十分钟没有人理",
    "让我来回跑了三趟",
    "说好的时间没有人在",
)
SUGGESTION = (
    "建议在{place}{measure}，{reason}。",
    "{place}{reason}，能不能{measure}。",
    "希望{community}{measure}，{reason}。",
)
MEASURES = (
    ("装一盏路灯", "晚上太黑，老人不敢走"),
    ("加一个减速带", "放学的时候车多人多"),
    ("安排人在晚上七点到九点巡一巡", "最近陌生人上门推销的多"),
    ("把警务室的开放时间贴出来", "白天上班的人赶不上"),
    ("画几个非机动车停车位", "车停得太乱，救护车进不来"),
    ("办一次反诈讲座", "老人常接到骗子的电话"),
)
HELP = (
    "{when}我{trouble}，请问应该找谁？",
    "想问一下{matter}要带什么材料，周末能不能办？",
    "{community}有位独居的老人，最近{worry}，能不能去看看？",
    "请问{matter}，在警务室能办吗？",
)
MATTER = (
    "居住登记",
    "居住证续签",
    "户口迁移",
    "无犯罪记录证明",
    "养犬登记",
    "租房备案",
    "身份证补领",
)
WORRY = ("总说有人打电话让她汇款", "两天没有出门", "一个人提不动东西", "忘了关煤气")
WHEN = ("上周", "昨天", "前天晚上", "今天早上", "月初", "周末", "下班路上", "一大早")
WHO = ("值班的民警", "警务室的协警", "社区的民警", "巡逻的两位同志", "来调解的民警和调解员")

CONTACT = (
    "您好，您的来信我看到了，已经安排人去了解，有消息马上告诉您。",
    "您好，我是所长。您说的情况我记下了，今天就会有人联系您。",
    "谢谢您写来。事情我先核实，核实清楚给您答复。",
)
FINDINGS = {
    "confirmed": (
        "问了当天值班的同志和两位邻居，说法一致，属实。",
        "看了当天的监控，也同来信里提到的人通了话，属实。",
        "查了出警记录，到场和离开的时间都对得上，属实。",
    ),
    "partly": ("事情属实；来信里说的时间记错了一天，处理经过对得上。",),
    "not_confirmed": ("问了当天的同志，也看了记录，没有找到这件事；可能是别处的同志。",),
}
ANSWERS = {
    "praise": (
        "谢谢您的肯定，已经转告当事的同志，也会在所里说一说。",
        "您的话我们收到了，核实以后会公开表扬。",
    ),
    "complaint": (
        "我们去现场看过，情况属实，已经整改，也向您道歉。以后由社区民警每周去看一次。",
        "情况核实了一部分：当天人手确实不够，现在增加了一个窗口。没有做到的地方请您再告诉我们。",
        "已经会同社区和物业处理，当事人做了保证。还有反复，请直接写给我。",
    ),
    "suggestion": (
        "建议很好，已经采纳，预计两周内做好。",
        "我们会同社区商量过，先试行一个月，效果好就固定下来。",
        "这件事要别的部门批，我们已经报上去，有结果再告诉您。",
    ),
    "help": (
        "可以在就近的警务室办，带上身份证和租房合同就行，晚上七点前都有人。",
        "已经有人上门看过，情况安顿好了，以后会常去看看。",
        "您的事已经办好。以后有类似的情况，直接到警务室来。",
    ),
}

LONG_PRAISE = (
    "我家在老楼，楼上楼下为漏水的事闹了三年。去年冬天楼上换水管，水顺着墙角往下渗，新刷的墙起了一层皮，"
    "老人半夜踩到水还滑了一跤。两家人从微信群里吵到楼道里，又从楼道里吵到物业，谁也不让谁。"
    "上个月初八那天差点动起手来，邻居打了电话，来的是一位年轻的民警和一位头发花白的调解员。"
    "他们没有一上来就讲道理，先看了墙，量了水印，又到楼上把水表关了等了半个小时，再打开。"
    "民警蹲在卫生间里拿手电一寸一寸照，最后在地漏边上找到一条头发丝细的裂缝。"
    "调解员把两家人请到警务室，倒了茶，让我们各说各的，说的时候另一边不许插嘴。"
    "我说了四十分钟，把三年的委屈都说了；楼上的大哥也说了，他家里有个病人，实在腾不出手来修。"
    "说完以后屋里静了好一会儿。民警说，缝找到了，修一修几百块钱的事，三年的气可不止这个数。"
    "调解员接着问我们，孩子是不是在一个学校。我们这才想起来，两个孩子是同班，天天一起上学，"
    "回家却不敢说话。那天晚上就签了协议：楼上修地漏，我家补墙，费用一家一半，过年前弄好。"
    "后来民警来看过两回，调解员打过三次电话，一次问墙干了没有，一次问老人的腿，还有一次只是问好。"
    "现在墙白了，孩子又一起写作业了。楼上的大嫂前天端来一碗刚蒸的糕，说是给老人的。"
    "我不认识什么领导，也不知道该怎么谢，只看见警务室门口有这个码，就写了这些。"
    "如果可以，请把民警和调解员的名字都写上，少一个都不行，因为这件事是两个人一起办成的，"
    "一个把缝找出来，一个把话说开了。谢谢你们，让我们这个楼道又像一个家。祝你们和家里的人都平平安安的。"
)
"""A praise of 635 characters for two people of different organisations (acceptance row L82)."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes messages and answers with a seeded generator."""

    random: Random
    communities: Sequence[str]

    def message(self, kind: str) -> str:
        form = {"praise": PRAISE, "complaint": COMPLAINT, "suggestion": SUGGESTION, "help": HELP}
        pick = self.random.choice
        trouble, deed = pick(TROUBLES)
        measure, reason = pick(MEASURES)
        return pick(form[kind]).format(
            when=pick(WHEN),
            who=pick(WHO),
            trouble=trouble,
            trouble_of=f"我{trouble}",
            deed=deed,
            feeling=pick(FEELING),
            community=pick(self.communities),
            place=pick(PLACES),
            problem=pick(PROBLEM),
            still=pick(STILL),
            manner=pick(MANNER),
            measure=measure,
            reason=reason,
            matter=pick(MATTER),
            worry=pick(WORRY),
        )

    def contact(self) -> str:
        return self.random.choice(CONTACT)

    def finding(self, finding: str) -> str:
        return self.random.choice(FINDINGS[finding])

    def answer(self, kind: str) -> str:
        return self.random.choice(ANSWERS[kind])


def names(random: Random, count: int) -> list[str]:
    """Invented names, none twice."""
    pairs = [surname + given for surname in SURNAMES for given in GIVEN]
    return random.sample(pairs, count)
