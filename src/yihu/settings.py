"""Settings: everything an operator may change comes from the environment.

YIHU_HOME          data folder (database, keys, static files); default: .yihu beside the code
YIHU_DATABASE_URL  postgresql://… instead of SQLite in YIHU_HOME
YIHU_HOSTS         public host names, comma separated; naming one makes this a production site
YIHU_DEMO          0 turns the demo off; it cannot be turned on where YIHU_HOSTS is set
YIHU_MAIL_URL      smtps://user:password@host:465, or smtp+starttls://…:587, or smtp://…:25;
                   without it nobody gets mail
YIHU_MAIL_FROM     the address that mail comes from
YIHU_DIGEST_AT     when the morning's mail goes out on service days; default 08:00, "off" for none
YIHU_WEBHOOK_<NAME>, YIHU_WEBHOOK_<NAME>_TEMPLATE
                   SMS gateway (SMS), voice calls (VOICE) and staff chat (STAFF), see
                   docs/operating.md
YIHU_PUSH_SERVICES the hosts of push services that browsers may name, separated by spaces
YIHU_STATION_NETWORKS
                   the station's own networks (10.1.0.0/16, …), comma separated: what residents
                   say of an answer from there is flagged
YIHU_INSPECT_DAYS  a poster that nobody looked at for so many days is flagged; default: 30
YIHU_PRIVATE_RECEIVERS
                   1 lets webhooks call http:// and addresses inside one's own network; it is
                   the default only where YIHU_HOSTS is not set
YIHU_ALIKE_DAYS    how many days apart messages may come to count as one theme; default: 30
YIHU_RELAY_URL     where browsers reach the relay, e.g. wss://yihu.example/relay; without it: the
                   web server's host, one port further
YIHU_AUTO_OFFER    1 (default): for what is urgent the first are asked to come at once; 0: nobody is
                   before a dispatcher has chosen; or the codes of the districts where they are
YIHU_MAP_STYLE     the address of a MapLibre style to draw maps with, instead of our own
YIHU_MAP_HOSTS     the origins (https://tiles.example …) that such a style gets its style, tiles and
                   letters from, separated by spaces
YIHU_WITNESS       where checkpoints go: a folder, or mailto:address; several separated by spaces
"""

import os
from datetime import time
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from yihu.certificates import Certificates
from yihu.keyring import Keyring

BASE_DIR = Path(__file__).resolve().parents[2]
YIHU_HOME = Path(os.environ.get("YIHU_HOME") or BASE_DIR / ".yihu").resolve()
KEYRING = Keyring(YIHU_HOME / "keys")

PUBLIC_HOSTS = [h.strip() for h in os.environ.get("YIHU_HOSTS", "").split(",") if h.strip()]
PRODUCTION = bool(PUBLIC_HOSTS)
DEMO = os.environ.get("YIHU_DEMO", "0" if PRODUCTION else "1") == "1"
if DEMO and PRODUCTION:
    raise ImproperlyConfigured(
        "YIHU_DEMO=1 and YIHU_HOSTS exclude each other: no demo in production"
    )
# Whether `yihu run` plays a synthetic day in the demo district, so that its pages are alive.
LIVE_DEMO = DEMO and os.environ.get("YIHU_LIVE_DEMO", "1") == "1"

# Certificates of our own (`yihu certs`): we end TLS ourselves. A public site without them stands
# behind a proxy that does, and only then are the headers a proxy sets believed.
CERTIFICATES = Certificates(KEYRING)
OWN_TLS = CERTIFICATES.exist
BEHIND_PROXY = PRODUCTION and not OWN_TLS

DEBUG = False
SECRET_KEY = KEYRING.text("django")
LAN_HOSTS = [f"[{host}]" if ":" in host else host for host in CERTIFICATES.hosts()]
ALLOWED_HOSTS = PUBLIC_HOSTS + LAN_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in PUBLIC_HOSTS]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "yihu.web",  # these two before allauth: its pages are drawn by our templates
    "yihu.people",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "yihu.kernel",
    "yihu.places",
    "yihu.dispatch",
    "yihu.radio",
    "yihu.direct",
    "yihu.thanks",
    "yihu.cases",
    "yihu.reports",
    "yihu.planning",
    "yihu.api",
    "yihu.cli",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "yihu.web.urls"
WSGI_APPLICATION = "yihu.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yihu.web.context.shell",
            ],
        },
    }
]

# --- database: durable before it is fast -----------------------------------------------------

SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456"
    ),
}
if url := os.environ.get("YIHU_DATABASE_URL"):
    DATABASES = {"default": dj_database_url.parse(url, conn_max_age=None)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(YIHU_HOME / "yihu.sqlite3"),
            "CONN_MAX_AGE": None,
        }
    }
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "yihu.people.login.StaffLogin"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,20/15m/ip"}
# Behind a proxy everyone has its address: without this, one attacker would lock out all staff.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
ACCOUNT_SESSION_REMEMBER = False
STATION_NETWORKS = [
    ip_network(network.strip(), strict=False)
    for network in os.environ.get("YIHU_STATION_NETWORKS", "").split(",")
    if network.strip()
]
INSPECT_WITHIN_DAYS = int(os.environ.get("YIHU_INSPECT_DAYS") or 30)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Yihu 一呼"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not (PRODUCTION or OWN_TLS)  # localhost has no certificate
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"

SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION or OWN_TLS
SECURE_SSL_REDIRECT = BEHIND_PROXY
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# With certificates of our own it would close, on every port, the plain page that says how to
# trust them.
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_PROXY else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# A receipt's address is its key: it never leaves the site. ("no-referrer" would make browsers
# send forms with `Origin: null`, which the CSRF check rightly refuses.)
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "yihu.web.pages.expired"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}

# --- words and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"  # the district's zone; the database keeps UTC

# --- files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = YIHU_HOME / "static"
# What browsers get from npm (package.json), where it was installed.
FROM_NPM = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    (f"npm/{package}", FROM_NPM / package / "dist")
    for package in ("libopus-wasm", "maplibre-gl", "pmtiles")
    if (FROM_NPM / package / "dist").is_dir()
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
FILE_UPLOAD_HANDLERS = ["yihu.direct.uploads.InMemory"]

# --- telling people ----------------------------------------------------------------------------

mail = urlsplit(os.environ.get("YIHU_MAIL_URL", ""))
MAIL_CONFIGURED = bool(mail.hostname)
MAIL_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": mail.hostname or "",
            "port": mail.port or MAIL_PORTS.get(mail.scheme, 25),
            "username": unquote(mail.username or ""),
            "password": unquote(mail.password or ""),
            "use_ssl": mail.scheme == "smtps",
            "use_tls": mail.scheme == "smtp+starttls",
            "timeout": 15,
        },
    }
}
digest_at = os.environ.get("YIHU_DIGEST_AT", "08:00")
try:
    DIGEST_AT = None if digest_at == "off" else time.fromisoformat(digest_at)
except ValueError:
    raise ImproperlyConfigured("YIHU_DIGEST_AT is a time like 08:00, or off") from None
roll_call_at = os.environ.get("YIHU_ROLL_CALL_AT", "10:00")
try:
    ROLL_CALL_AT = None if roll_call_at == "off" else time.fromisoformat(roll_call_at)
except ValueError:
    raise ImproperlyConfigured("YIHU_ROLL_CALL_AT is a time like 10:00, or off") from None
DEFAULT_FROM_EMAIL = os.environ.get("YIHU_MAIL_FROM", "yihu@localhost")

ALIKE_DAYS = int(os.environ.get("YIHU_ALIKE_DAYS", "30"))

RELAY_URL = os.environ.get("YIHU_RELAY_URL", "")
RECORDINGS = YIHU_HOME / "recordings"

# The districts where the clock asks the first to come by itself; None: everywhere.
_AUTO_OFFER = os.environ.get("YIHU_AUTO_OFFER", "1")
AUTO_OFFER_IN = None if _AUTO_OFFER == "1" else [one for one in _AUTO_OFFER.split() if one != "0"]

# The ground of the map: our own style and tiles, or another's.
MAPS = YIHU_HOME / "maps"
MAP_STYLE = os.environ.get("YIHU_MAP_STYLE", "")
for host in os.environ.get("YIHU_MAP_HOSTS", "").split():
    for directive in ("connect-src", "img-src"):
        SECURE_CSP[directive] = [*SECURE_CSP.get(directive, [CSP.SELF]), host]

WITNESSES = os.environ.get("YIHU_WITNESS", "").split()
WEBHOOKS = {
    name.removeprefix("YIHU_WEBHOOK_").lower(): value
    for name, value in os.environ.items()
    if name.startswith("YIHU_WEBHOOK_")
}
# Whom a browser may name to be pushed to; nothing else is ever called for it (kernel/webpush.py).
PUSH_SERVICES = os.environ.get(
    "YIHU_PUSH_SERVICES",
    "fcm.googleapis.com push.services.mozilla.com push.apple.com notify.windows.com",
).split()
# Whether the addresses that staff subscribe may lie inside our own network (api/receivers.py).
PRIVATE_RECEIVERS = os.environ.get("YIHU_PRIVATE_RECEIVERS", "0" if PRODUCTION else "1") == "1"

# Login failures are counted here, for all web workers alike: on SQLite there is one worker.
_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if _SQLITE
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "yihu_cache"},
    # Who scanned and who wrote how often: never in a database (direct/visitors.py).
    "visitors": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "visitors",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

# Our own logs hold no address, code or body (yihu/logs.py).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "fault": {"()": "yihu.logs.FaultFormatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "faults": {"class": "logging.StreamHandler", "formatter": "fault", "level": "ERROR"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"handlers": ["faults"], "propagate": False},
        "django.security": {"handlers": ["nowhere"], "propagate": False},
        "django.server": {"handlers": ["nowhere"], "propagate": False},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
