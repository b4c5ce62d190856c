"""What residents of the measurements write: the same few messages in turn, made up. Pure."""

import secrets
from collections.abc import Iterator
from itertools import cycle

WORDS = (
    "小区东门的路灯坏了三天，老人晚上下楼看不清台阶，已经有人摔倒。打过物业电话，没有人来修，"
    "请帮忙催一催。"
)
FIELDS: tuple[dict[str, str], ...] = (
    {"kind": "praise", "words": "谢谢上门的民警，孩子很快就找到了，全家都记得这份情。"},
    {"kind": "help", "words": WORDS, "contact": "000-00000000", "name": "一位住户"},
    {"kind": "praise", "words": "窗口的同志很有耐心，一次就把要带的材料说清楚了。"},
    {"kind": "suggestion", "words": "校门口放学时车太多，能不能在对面画一段临时停车的线。"},
    {"kind": "praise", "words": "夜里巡逻的队伍经过我们楼下，心里踏实多了。"},
    {"kind": "complaint", "words": WORDS, "about": "person", "whom": "高个子，戴眼镜"},
)
"""The fields of the form as people fill them in: half of it praise, one complaint in six."""

EVERY_FIELD = ("kind", "about", "whom", "words", "name", "contact", "safety")
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW1"


def letters() -> Iterator[dict[str, str]]:
    """Without end; each with a fresh key of its client's own."""
    for fields in cycle(FIELDS):
        yield {**fields, "key": secrets.token_hex(16)}


def as_browsers_send(fields: dict[str, str]) -> bytes:
    """The form's body as multipart/form-data, with the empty file that a browser sends along."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (
            {"key": fields["key"]} | dict.fromkeys(EVERY_FIELD, "") | fields
        ).items()
    ]
    photo = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename=""\r\n'
        "Content-Type: application/octet-stream\r\n\r\n\r\n"
    )
    return "".join([*parts, photo, f"--{BOUNDARY}--\r\n"]).encode()


def request(host: str, code: str, fields: dict[str, str]) -> bytes:
    """The whole HTTP request, with the headers of a phone's browser; each letter comes from a
    phone of its own, since a single one would be asked to come again in a minute."""
    body = as_browsers_send(fields)
    head = (
        f"POST /d/{code}/ HTTP/1.1\r\nHost: {host}\r\n"
        "User-Agent: Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile "
        f"{fields['key']}\r\n"
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
        "Accept-Language: zh-CN,zh;q=0.9\r\nAccept-Encoding: gzip, deflate, br\r\n"
        f"Origin: http://{host}\r\nSec-Fetch-Site: same-origin\r\nConnection: keep-alive\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
