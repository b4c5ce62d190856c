"""How the columns of a station's own lists are called: sites, people, sets. Pure."""

from typing import Final

_KNOWN = {
    "sites": {
        "name": "单位名称 重点单位 场所名称 名称 单位 name site unit",
        "kind": "单位种类 单位类型 种类 类别 类型 kind type category",
        "parent": "所属警务室 警务室 管辖单位 归属 归哪里管 police-room room parent",
        "address": "详细地址 单位地址 地址 address",
        "duty_contact": "值班联系人 联系人 负责人 duty-contact contact",
        "duty_phone": "值班电话 联系电话 电话 手机 duty-phone phone telephone",
        "sets_required": "应配对讲机数 应配对讲机 应配台数 应配数量 应配 sets-required required",
        "longitude": "经度 longitude lon lng",
        "latitude": "纬度 latitude lat",
        "name_en": "英文名称 english-name name-en",
    },
    "people": {
        "name": "姓名 人员 name person",
        "username": "登录名 用户名 账号 username login account",
        "unit": "所在单位 单位名称 单位 重点单位 unit site organisation",
        "role": "岗位 角色 职务 role post",
    },
    "sets": {
        "number": "对讲机编号 设备编号 机号 编号 number set radio",
        "model": "型号 设备型号 model",
        "channel": "频道 对讲组 组 channel group talkgroup",
        "holder": "领用单位 使用单位 持有单位 单位 holder unit",
        "received_by": "领用人 签收人 received-by receiver",
    },
}

HEADERS: Final = {
    sheet: {field: names.split() for field, names in fields.items()}
    for sheet, fields in _KNOWN.items()
}
"""By kind of list, the headers by which each column is known, the best first."""

NEEDED: Final = {
    "sites": ("name", "kind", "address", "duty_contact", "duty_phone"),
    "people": ("name", "username", "unit", "role"),
    "sets": ("number", "holder"),
}
"""The columns without which a sheet is not such a list; also the order in which lists are taken."""
