"""How the columns of others' sheets are called, and their kinds of messages. Pure."""

_KNOWN = {
    "number": """
        留言编号 信件编号 来信编号 工单编号 工单号 受理编号 诉求编号 事项编号 编号
        id number no ref reference case-id ticket ticket-id""",
    "user": """
        留言用户 用户名 用户 网友 昵称 来信人 来电人 留言人 反映人 诉求人 投诉人 姓名
        user username name author from sender""",
    "contact": """
        联系电话 联系方式 手机号码 手机号 手机 电话 邮箱
        contact phone telephone mobile email""",
    "subject": """
        留言主题 信件标题 主题 标题
        subject title topic""",
    "time": """
        留言时间 来信时间 来信日期 提交时间 受理时间 登记时间 反映时间 投诉时间 诉求时间 来电时间
        创建时间 时间 日期
        time date created created-at submitted submitted-at received received-at opened-at""",
    "words": """
        留言详情 留言内容 信件内容 来信内容 诉求内容 反映内容 投诉内容 问题描述 正文 内容 详情 描述
        留言 message words content body text description details""",
    "reply": """
        答复意见 答复内容 回复内容 回复意见 处理意见 办理结果 处理结果 办理情况 答复 回复
        reply answer response""",
    "reply_time": """
        答复时间 回复时间 答复日期 回复日期 办结时间 办理时间 处理时间
        reply-time reply-date replied replied-at answered answered-at response-time
        response-date""",
    "kind": """
        留言类型 信件类型 诉求类型 类型 类别 性质
        kind type category""",
}

HEADERS = {field: headers.split() for field, headers in _KNOWN.items()}
"""The headers by which each column is known, the best first; case and punctuation do not matter.

A running number (序号) is none: it changes with every export, and would make new
messages of old ones.
"""

KINDS = {
    "praise": ("表扬", "感谢", "praise", "compliment", "thanks"),
    "complaint": ("投诉", "举报", "complaint"),
    "suggestion": ("建议", "意见", "建言", "suggestion", "proposal"),
    "help": ("求助", "求决", "咨询", "help", "question", "enquiry", "inquiry", "request"),
}
"""What a sheet's own word for a kind holds, where it is one of ours."""
