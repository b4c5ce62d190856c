"""What every page knows: the reader's preferences, the posts they hold, whether this is a demo."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from yihu.dispatch.map_reach import may_see
from yihu.kernel import notices
from yihu.people.desk import sitting_of
from yihu.people.queries import directed_by, is_crew, responds, sits_in_control
from yihu.web import preferences


def shell(request: HttpRequest) -> dict[str, Any]:
    """What asks the database does so only where a page shows it."""
    return {
        "prefs": preferences.read(request),
        "demo": settings.DEMO,
        "my_posts": SimpleLazyObject(lambda: _posts(request)),
        "unread": SimpleLazyObject(lambda: _unread(request)),
        "directs_net": SimpleLazyObject(lambda: _directs_net(request)),
        "sees_net": SimpleLazyObject(lambda: _sees_net(request)),
        "is_crew": SimpleLazyObject(lambda: _is_crew(request)),
        "responds": SimpleLazyObject(lambda: _responds(request)),
        "sits_in_control": SimpleLazyObject(lambda: _sits_in_control(request)),
    }


def _posts(request: HttpRequest) -> list[str]:
    """Each post that the reader holds now, in words: 所长 · 良水派出所."""
    sitting = sitting_of(request)
    return sitting.titles if sitting else []


def _directs_net(request: HttpRequest) -> bool:
    """Whether the reader directs some unit's net: its register and its calls are theirs to run."""
    sitting = sitting_of(request)
    return sitting is not None and bool(directed_by(sitting.actor))


def _sees_net(request: HttpRequest) -> bool:
    """Whether the reader sees the net as a whole, and may plan it."""
    sitting = sitting_of(request)
    return sitting is not None and may_see(sitting.actor)


def _is_crew(request: HttpRequest) -> bool:
    """Whether the reader is a guard or volunteer and nothing else."""
    sitting = sitting_of(request)
    return sitting is not None and bool(sitting.actor.posts) and is_crew(sitting.actor)


def _responds(request: HttpRequest) -> bool:
    """Whether the reader is of those who are sent."""
    sitting = sitting_of(request)
    return sitting is not None and responds(sitting.actor)


def _sits_in_control(request: HttpRequest) -> bool:
    """Whether the reader dispatches and does nothing else."""
    sitting = sitting_of(request)
    return sitting is not None and bool(sitting.actor.posts) and sits_in_control(sitting.actor)


def _unread(request: HttpRequest) -> str:
    """How many notices wait, in a few characters; "" for none."""
    sitting = sitting_of(request)
    count = notices.unread(sitting.actor) if sitting else 0
    return f"{notices.MOST_COUNTED}+" if count > notices.MOST_COUNTED else str(count or "")
