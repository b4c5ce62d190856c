"""Names for the demo town. All are invented; likeness to a real place is chance."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Name:
    zh: str
    en: str

    def tags(self) -> dict[str, str]:
        return {"name": self.zh, "name:en": self.en}


def _table(text: str) -> tuple[Name, ...]:
    words = text.split()
    return tuple(Name(zh, en) for zh, en in zip(words[::2], words[1::2], strict=True))


SUBDISTRICT = Name("良水街道", "Liangshui Subdistrict")
STATION = Name("良水派出所", "Liangshui Police Station")
RIVER = Name("良水河", "Liangshui River")
HILL = Name("鹿笛山", "Ludi Hill")
LAKE = Name("半弦湖", "Banxian Lake")
MOTORWAY = Name("良水绕城高速", "Liangshui Bypass Expressway")
RING = Name("环城路", "Huancheng Road")
TRUNK_NORTH = Name("良水大道", "Liangshui Avenue")
TRUNK_EAST = Name("迎晖大道", "Yinghui Avenue")
BANKS = Name("滨水北路", "Binshui North Road"), Name("滨水南路", "Binshui South Road")

COMMUNITIES = _table("""
    听荷 Tinghe 桐荫 Tongyin 橘灯 Judeng 芸香 Yunxiang 槐序 Huaixu 棠影 Tangying 枕水 Zhenshui
    拾光 Shiguang 摇橹 Yaolu 云裳 Yunshang 砚池 Yanchi 织月 Zhiyue 竹笛 Zhudi 晴帆 Qingfan
    青瓦 Qingwa 灯市 Dengshi 采菱 Cailing 松音 Songyin 菱歌 Lingge 禾灯 Hedeng 星渡 Xingdu
    梅雪 Meixue 春醒 Chunxing 雁书 Yanshu 月栖 Yueqi 锦帆 Jinfan 鹭羽 Luyu 柳笛 Liudi
""")
VILLAGES = _table("""
    杏坞 Xingwu 鹤汀 Heting 柿坡 Shipo 苇塘 Weitang 豆蔻坡 Doukoupo 藕田 Outian 茶隐 Chayin
    栗坞 Liwu 桑眠 Sangmian 笋溪 Sunxi 雀林 Quelin 白桨 Baijiang 蓑衣渡 Suoyidu 芦歌 Luge
    鱼灯 Yudeng
""")
AVENUES = _table("""
    学苑 Xueyuan 文澜 Wenlan 科创 Kechuang 南薰 Nanxun 织造 Zhizao 书声 Shusheng 朝云 Zhaoyun
    金穗 Jinsui 玉带 Yudai 望稷 Wangji 丰禾 Fenghe 安澜 Anlan 长堤 Changdi 北辰 Beichen
    石磬 Shiqing 弦歌 Xiange 崇礼 Chongli 敦睦 Dunmu 广济 Guangji 瑞雪 Ruixue 乐农 Lenong
    观稼 Guanjia 通渠 Tongqu 双塔 Shuangta 知行 Zhixing 勤工 Qingong 惠风 Huifeng 云麓 Yunlu
""")

# A verb or colour with what it goes with, as gardens and lanes are named.
_PLANTS = _table("""
    荷 he 桐 tong 橘 ju 芸 yun 槐 huai 棠 tang 桂 gui 兰 lan 菱 ling 苇 wei 莲 lian 萍 ping 枫 feng
    杉 shan 柚 you 梧 wu 榆 yu 桑 sang 竹 zhu 茶 cha 梅 mei 柳 liu
""")
_THINGS = _table("笛 di 琴 qin 砚 yan 帆 fan 橹 lu 钟 zhong 灯 deng")
_WEATHER = _table("雨 yu 雪 xue 霞 xia 岚 lan 月 yue 星 xing")
_BIRDS = _table("鹭 lu 雁 yan 鹤 he 燕 yan 蝉 chan")
_PAIRS = (
    (
        _table("""听 ting 拾 shi 枕 zhen 寻 xun 问 wen 望 wang 倚 yi 邀 yao 揽 lan 映 ying 随 sui
            伴 ban 知 zhi 采 cai 品 pin 惜 xi 栖 qi 隐 yin 晴 qing 暖 nuan 疏 shu 沐 mu"""),
        _PLANTS,
    ),
    (_table("听 ting 寻 xun 望 wang 倚 yi 枕 zhen 伴 ban 晚 wan 疏 shu"), _THINGS),
    (_table("听 ting 枕 zhen 寻 xun 望 wang 揽 lan 沐 mu 映 ying 晴 qing 暖 nuan"), _WEATHER),
    (_table("听 ting 寻 xun 望 wang 邀 yao 映 ying 随 sui 伴 ban 栖 qi 知 zhi"), _BIRDS),
)
# Real places, a brand, or words with another meaning.
_TAKEN = {"栖霞", "望梅", "映雪", "知茶", "听霞", "枕雪", "采茶", "品柳", "疏竹", "望月", "品梅"}

ROADS = Name("路", "Road"), Name("街", "Street")
LANES = Name("巷", "Lane"), Name("弄", "Alley")
COMPOUNDS = _table("""
    花苑 Garden 家园 Homes 雅苑 Court 公寓 Apartments 新村 Estate 小区 Compound 华庭 Terrace
    人家 Households
""")
PARK = Name("公园", "Park")
MALLS = Name("购物中心", "Shopping Centre"), Name("广场", "Plaza")
HOSPITAL = Name("医院", "Hospital")
MARKET = Name("农贸市场", "Farmers' Market")
SCHOOLS = (
    Name("小学", "Primary School"),
    Name("中学", "Middle School"),
    Name("幼儿园", "Kindergarten"),
)
WORKS = Name("产业园", "Industrial Park"), Name("机械厂", "Machine Works"), Name("纺织厂", "Mill")
BRIDGE = Name("桥", "Bridge")
METRO = Name("站", "Station")
HAMLETS = _table("上 Upper 下 Lower 东 East 西 West 前 Front 后 Back")


def joined(first: Name, last: Name) -> Name:
    return Name(first.zh + last.zh, f"{first.en} {last.en}")


def words(random: Random) -> Iterator[Name]:
    """Two-character words in a drawn order, none twice in either language; then they run out."""
    every = [
        Name(a.zh + b.zh, (a.en + b.en).capitalize())
        for firsts, seconds in _PAIRS
        for a in firsts
        for b in seconds
        if a.zh + b.zh not in _TAKEN
    ]
    random.shuffle(every)
    used = {name.en for name in COMMUNITIES + VILLAGES + AVENUES}
    for name in every:
        if name.en not in used:
            used.add(name.en)
            yield name


class Namer:
    """Gives each street, compound or school a name that no other has."""

    NUMBERS = Name("", ""), *_table("二 Second 三 Third 四 Fourth 五 Fifth 六 Sixth")

    def __init__(self, random: Random) -> None:
        self._random = random
        self._words = list(words(random))
        self._avenues = list(AVENUES)
        random.shuffle(self._avenues)
        self._left: dict[Name, list[Name]] = {}

    def of(self, *endings: Name) -> Name:
        """An unused name with one of these endings; numbered once the words have run out."""
        ending = self._random.choice(endings)
        left = self._left.setdefault(ending, [])
        if not left:
            for number in reversed(self.NUMBERS):
                numbered = joined(number, ending) if number.zh else ending
                batch = [joined(word, numbered) for word in self._words]
                self._random.shuffle(batch)
                left += batch
        return left.pop()

    def avenue(self) -> Name:
        """A name for a long street: the next of the avenues, then as any other road."""
        return joined(self._avenues.pop(), ROADS[0]) if self._avenues else self.of(ROADS[0])
