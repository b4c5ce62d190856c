"""Where sets bring what they could not say while the network was gone."""

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from yihu.people.desk import StaffRequest, staff_page
from yihu.radio.models import TalkGroup
from yihu.radio.stored import BadSpeech, Speech, store_burst


@staff_page
@require_POST
def stored(request: StaffRequest, group: str) -> HttpResponse:
    """One burst, as a form: key, level, started_at, and the file `packets`."""
    file = request.FILES.get("packets")
    try:
        speech = Speech.read(
            key=request.POST.get("key", ""),
            level=request.POST.get("level", ""),
            started_at=request.POST.get("started_at", ""),
            packets=file.read() if file else b"",
        )
        burst = store_burst(actor=request.actor, group=group, speech=speech)
    except BadSpeech as why:
        return JsonResponse({"code": str(why)}, status=400)
    except TalkGroup.DoesNotExist:
        raise Http404 from None
    return JsonResponse({"burst": str(burst.pk)}, status=201)
