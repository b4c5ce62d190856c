"""The demo's commendation orders: what a chief would have written for what was verified."""

from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from yihu.cli.demo.messages import ORIGIN
from yihu.cli.demo.people import Cast
from yihu.cli.demo.words import LONG_PRAISE, TROUBLES
from yihu.direct.kinds import DECLARED
from yihu.direct.loops import PRAISE
from yihu.direct.pictures import fit_to_keep
from yihu.kernel.access import Actor
from yihu.kernel.models import Matter, Party
from yihu.kernel.schedule import working_calendar
from yihu.kernel.timeline import excerpts
from yihu.people.directory import actor_for
from yihu.thanks import actions
from yihu.thanks.models import Commendation
from yihu.thanks.queries import verification
from yihu.thanks.words import CONSENT

DEEDS = (
    "有居民把包落在车上，东西不值多少钱，里面的证件却补起来麻烦。他跑前跑后查监控，"
    "一个多小时就找了回来。",
    "来办居住登记的居民带错了材料。他一句一句教着填，能在窗口解决的都当场解决，没有让人再跑一趟。",
    "老人走失，天又下雨。他挨个路口去找，人找到了、送到家了才走。",
    "楼上楼下为漏水吵了起来。他把两家人请到一起坐下，说得都服气，当天就和好了。",
    "居民险些把钱转给骗子。他反复讲清这是骗局，又陪着报了案，钱一分没有少。",
    "钥匙断在锁里，孩子还在屋里。他十几分钟就到，一直隔着门陪孩子说话，直到门打开。",
    "居民的电动车被人推走。他当天就顺着线索把车找了回来，送到楼下。",
    "租客和房东为押金谈不拢。他把合同一条一条讲清楚，押金当场退还。",
    "夜里楼下吵得很凶。他几分钟就到，劝开以后还上楼给报警的居民回了话。",
)
"""One for each of the residents' troubles, in the chief's own words."""
FOR_TWO = (
    "楼上楼下为漏水闹了三年。民警拿着手电一寸一寸找到那条裂缝，调解员把两家人请到一起，"
    "让话说开。当晚签了协议，事后又一次次回看。一个找到缝，一个说开话，缺一不可。"
)
DECLARATION = "另问了两位邻居，说法一致。"
A_MORNING = timedelta(hours=3)
REASON = "核对出警记录，当天到场的是另一位同志，已另行表扬。"


def commend(cast: Cast, now: datetime) -> None:
    """An order for each praise that was confirmed, in the order in which they ended; one is
    revoked, and two people let themselves be shown."""
    chief = actor_for(cast.people["chief"])
    attested = Matter.objects.filter(
        origin=ORIGIN, loop=PRAISE.name, entries__body__contains='"move":"attest"'
    )
    praise = [matter for matter in attested if verification(matter).holds]
    letters = excerpts(praise, length=len(LONG_PRAISE))
    ended = {m.id: m.entries.order_by("-seq")[0].occurred_at for m in praise}
    orders = []
    for matter in sorted(praise, key=lambda matter: ended[matter.id]):
        issued = min(working_calendar().add_service_time(ended[matter.id], A_MORNING), now)
        orders.append(_issue(chief, matter, letters[matter.id], issued))
    revoked = orders[len(orders) // 2]
    actions.revoke(
        actor=chief,
        commendation=revoked.pk,
        reason=REASON,
        client_key=f"demo revoke {revoked.pk}".encode(),
        occurred_at=revoked.issued_at + timedelta(days=2),
    )
    for order, coat in zip(orders[-2:], ("#31566b", "#3d5a45"), strict=True):
        _show(order, coat)


def _issue(chief: Actor, matter: Matter, letter: str, issued: datetime) -> Commendation:
    text = FOR_TWO
    for (_trouble, deed), words in zip(TROUBLES, DEEDS, strict=True):
        if deed in letter:
            text = words
    declared = Party.objects.filter(matter=matter, kind__in=DECLARED).exists()
    return actions.issue(
        actor=chief,
        matter=matter.id,
        text=text,
        declaration=DECLARATION if declared else "",
        client_key=f"demo order {matter.id}".encode(),
        occurred_at=issued,
    )


def _show(order: Commendation, coat: str) -> None:
    """The first of those whom an order commends gives a photo: a drawn figure, nobody's face."""
    credit = order.credits.order_by("id")[0]
    if credit.person is None:
        return
    actions.consent(
        actor=actor_for(credit.person),
        credit=credit.pk,
        photo=fit_to_keep(portrait(coat)),
        wording=str(CONSENT),
    )


def portrait(coat: str) -> bytes:
    """Head, shoulders and a cap, four times as large as needed and then made smooth."""
    drawn = Image.new("RGB", (1800, 2400), "#e6ece8")
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((250, 1500, 1550, 3300), fill=coat)
    pen.rectangle((760, 1250, 1040, 1620), fill="#d9b99b")
    pen.polygon(
        ((760, 1540), (900, 1760), (1040, 1540), (1160, 1600), (900, 1980), (640, 1600)), "white"
    )
    pen.ellipse((560, 560, 1240, 1400), fill="#e3c6aa")
    pen.pieslice((520, 480, 1280, 1240), 180, 360, fill=coat)
    pen.rounded_rectangle((480, 830, 1320, 910), 40, fill="#22302c")
    pen.ellipse((850, 620, 950, 720), fill="#e1b04a")
    written = BytesIO()
    drawn.resize((450, 600), Image.Resampling.LANCZOS).save(written, "PNG")
    return written.getvalue()
