"""Addresses of the case library and of what is done about what keeps coming back."""

from django.urls import path

from yihu.cases import pages
from yihu.cases import theme_pages as coming_back

app_name = "cases"
urlpatterns = [
    path("desk/cases/", pages.board, name="board"),
    path("desk/cases/log/", pages.log, name="log"),
    path("desk/cases/sessions/", pages.sessions, name="sessions"),
    path("desk/cases/sessions/<uuid:key>/", pages.session, name="session"),
    path("desk/cases/themes/", coming_back.themes, name="themes"),
    path("desk/cases/themes/<uuid:key>/", coming_back.theme, name="theme"),
    path("desk/cases/measures/", coming_back.measures, name="measures"),
    path("desk/cases/measures/<str:reference>/", coming_back.measure, name="measure"),
    path("desk/cases/from/<str:reference>/", pages.learn, name="learn"),
    path("desk/cases/alike/<str:reference>/", coming_back.alike, name="alike"),
    path("desk/cases/<str:reference>/", pages.study, name="study"),
    path("desk/cases/<str:reference>/print/", pages.on_paper, name="print"),
    path("desk/cases/<str:reference>/reuse/", pages.reuse, name="reuse"),
    path("desk/cases/<str:reference>/review/", pages.review, name="review"),
    path("desk/cases/<str:reference>/do/<slug:name>/", coming_back.do, name="do"),
]
