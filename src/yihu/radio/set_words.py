"""What the set says by itself, in the reader's language."""

from typing import Final

from django.utils.translation import gettext_lazy as _

SAYS: Final = {
    # the line
    "online": _("已连上"),
    "offline": _("连不上，正在重试"),
    "stunned": _("这台设备已报失停用，请交还指挥室"),
    "elsewhere_open": _("对讲开在另一个窗口里了。要用这个窗口，请刷新。"),
    "silent": _("已经 {minutes} 分钟没有网络，听不到任何呼叫。请检查网络，或者换一台。"),
    "battery": _("电量只剩 {percent}%，请充电。"),
    # the floor
    "idle": _("空闲"),
    "listens": _("这个组只听不讲"),
    "talks": _("{name} 正在讲话"),
    "elsewhere": _("{group} · {name} 正在讲话"),
    "emergency": _("紧急 · {name} 正在讲话"),
    "here": _("{count} 人在线"),
    "many": _("这个组人多，不列名单。"),
    # talking
    "asking": _("正在接通"),
    "mine": _("您在讲，松开结束"),
    "waiting": _("排在第 {place} 位"),
    "denied": _("现在讲不了，请稍后再按"),
    "cut": _("讲话被中断"),
    "toolong": _("讲得太久，请松开再按"),
    "nomic": _("没有麦克风，或者没有允许使用。请在浏览器里允许麦克风，再按一次。"),
    "cannot": _("这个浏览器只能听，不能讲。请换新版的 Chrome、Edge 或 Safari。"),
    "kept": _("没有网络。说的话先存着，连上以后补发。"),
    "unkept": _("没有网络，这个浏览器也存不下，请连上后再说一遍"),
    "sent": _("刚才没发出去的话已经补发"),
    "refused": _("有一段话没能补发，请再说一遍"),
    "hot": _("紧急讲话，麦克风开着，还有 {seconds} 秒"),
    # groups
    "mute": _("静音"),
    "call": _("呼叫"),
    "unmuted": _("有人报警，静音的组都打开了"),
    "called": _("{name} 单独呼叫您"),
    "nobody": _("叫不通，请再试一次"),
    # the alarm
    "hold": _("再按住 {seconds} 秒，松开就取消"),
    "cancelled": _("已取消，没有报警"),
    "sending": _("正在发出，第 {tries} 次。不要等，可以马上拨打 110。"),
    "unreachable": _("报警服务器连不上，正在重试，已试 {tries} 次。请马上拨打 110。"),
    "signed_out": _("登录已过期，报警没有发出。请马上拨打 110，再重新登录。"),
    "acknowledged": _("已收到 {time}，编号 {reference}"),
    # one's own position
    "place_on": _("正在发送位置"),
    "place_off": _("没有发送位置"),
    "place_refused": _("这个浏览器没有允许使用位置"),
    # messages
    "message_sent": _("已发出"),
    "message_failed": _("没有发出去，写的都还在，请再按一次"),
    "no_place": _("拿不到位置，请在浏览器里允许使用位置，再按一次"),
}

REFUSALS: Final = {
    "no_station": _("您所在的单位没有派出所接警。请马上拨打 110。"),
    "off_duty": _("您现在不在岗。上岗以后才能这样做。"),
    "not_yours": _("这一项不归您。"),
    "yourself": _("不能呼叫自己。"),
    "no_such_person": _("这个人现在没有岗位。"),
    "empty": _("还没有写内容。"),
    "too_long": _("太长了，请分成两次发。"),
    "bad_key": _("请求不完整，请再按一次。"),
    "bad_place": _("位置不对，请再试一次。"),
    "bad_picture": _("这张照片打不开，请换一张。"),
}


def sentences() -> dict[str, str]:
    """All that the page's scripts say."""
    return {name: str(sentence) for name, sentence in SAYS.items()}


def refusal(code: str) -> str:
    return str(REFUSALS.get(code) or _("现在做不了，请再试一次。"))
