"""Login and the second factor, posts and leave; the demo's way in only where there is a demo.

Of allauth only what staff need is mounted: accounts are made by the operator, so there is no
sign-up, and no address to confirm or to reset a password by.
"""

from allauth.account import views as account
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from yihu.people import pages

posts = [
    path("", pages.posts, name="posts"),
    path("leave/<int:leave>/end/", pages.end_leave, name="end_leave"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("accounts/password/set/", account.password_set, name="account_set_password"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("desk/posts/", include((posts, "people"))),
]
if settings.DEMO:
    urlpatterns += [
        path("demo/", pages.demo, name="demo_login"),
        path("demo/enter/", pages.demo_enter, name="demo_enter"),
    ]
