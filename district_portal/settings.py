"""All settings of the portal, read from the environment (`.env.example` explains each variable).

Three modes: production (the default; refuses to start when something is missing), `DEMO=1` (the demonstration:
DEBUG off, plain cookies over http) and `DEBUG=1` (development).
"""

import os
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env
from marshmallow.validate import OneOf

from district_portal import embedded

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
if not env.bool("DEMO", False):  # the demonstration and the tests are the same on every machine
    env.read_env(str(BASE_DIR / ".env"), recurse=False)
# A secret may also come as a file, such as Docker's secrets: SECRET_KEY_FILE=/run/secrets/secret_key
for _name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
    if _path := os.environ.get(f"{_name}_FILE"):
        os.environ[_name] = Path(_path).read_text().strip()
VAR_DIR = embedded.var_dir()  # after .env, which may name the folder

DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
RELAXED = DEBUG or DEMO
SECRET_KEY = env.str("SECRET_KEY", "only-for-demonstration-and-development" if RELAXED else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Copy .env.example to .env and fill it in.")
if len(SECRET_KEY) < 50 and not RELAXED:
    raise ImproperlyConfigured("SECRET_KEY is too short: it needs at least 50 random characters.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"] if RELAXED else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set: the names under which the portal is reached.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
PORTAL_URL = env.str("PORTAL_URL", "http://127.0.0.1:8000" if RELAXED else "").rstrip("/")
if not PORTAL_URL:
    raise ImproperlyConfigured("PORTAL_URL is not set: mails need the public address of the portal.")

PORTAL_NAME = env.str("PORTAL_NAME", "Distretti in Rete")
INSTITUTION_NAME = env.str("INSTITUTION_NAME", "Regione Emilia-Romagna")
INSTITUTION_CODE = env.str("INSTITUTION_CODE", "r_emiro")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "distretti@demo.example")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "district_portal",
    "district_portal.shared",
    "district_portal.accounts",
    "district_portal.notifications",
    "district_portal.reports",
    "enterprises",
    "calls",
    "projects",
    "assessment",
    "events",
]

MIDDLEWARE = [
    "district_portal.shared.arrival.ArrivalMiddleware",
    "district_portal.middleware.HealthMiddleware",
    "district_portal.middleware.RequestIdMiddleware",
    "district_portal.logs.AccessLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "district_portal.middleware.AccountPagesMiddleware",
    "district_portal.middleware.SecondFactorMiddleware",
    "district_portal.middleware.PrivatePagesMiddleware",
    "district_portal.shared.errors.DomainErrorMiddleware",
]

ROOT_URLCONF = "district_portal.urls"
WSGI_APPLICATION = "district_portal.wsgi.application"
FORM_RENDERER = "district_portal.shared.forms.PortalRenderer"

BUILTIN_TAGS = [
    "django.templatetags.i18n",
    "django.templatetags.static",
    "district_portal.shared.templatetags.ui",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "district_portal.navigation.portal",
            ],
            "builtins": BUILTIN_TAGS,
        },
    },
    {
        # Subjects and texts of mails: nothing to escape.
        "NAME": "text",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"autoescape": False, "builtins": BUILTIN_TAGS},
    },
]

# --- Database, cache, broker -------------------------------------------------------------------------------------

DATABASES = {"default": env.dj_db_url("DATABASE_URL", embedded.database_url(), conn_max_age=60)}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', 10_000)} -c lock_timeout=3000"
    " -c idle_in_transaction_session_timeout=15000"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache and sessions live in PostgreSQL: sign-in limits must hold over all processes and survive a stopped broker.
# Django's 300 entries would let a flood of attempts push out the counts of others.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    # Counts over everything, see shared/counts.py.
    "counts": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "counts"},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

REDIS_URL = env.str("REDIS_URL", embedded.redis_url())


def _celery_broker(url: str) -> str:
    """Celery's spelling of a unix socket address; other addresses are the same for both libraries."""
    if not url.startswith("unix://"):
        return url
    path, _, query = url.removeprefix("unix://").partition("?")
    database = query.removeprefix("db=") or "0"
    return f"redis+socket://{path}?virtual_host={database}"


CELERY_BROKER_URL = _celery_broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A broker that takes everything and never answers; celery.py lets beat give up sooner.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 30, "socket_connect_timeout": 1}
CELERY_TASK_DEFAULT_QUEUE = "messages"
CELERY_TASK_TIME_LIMIT = 3600
CELERY_TASK_SOFT_TIME_LIMIT = 3540
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False


# "Something may be waiting": the hint is worthless after some seconds, so a backlog of hints costs nothing.
def _hint(task: str, queue: str, seconds: int = 1) -> dict:
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": {"queue": queue, "expires": 5}}


CELERY_BEAT_SCHEDULE = {
    "deliver": _hint("district_portal.notifications.tasks.deliver", "messages"),
    "build": _hint("district_portal.reports.tasks.build", "reports"),
    "imports": _hint("calls.tasks.import_catalogues", "reports"),
    "papers": _hint("projects.tasks.make_papers", "reports"),
    "replies": _hint("projects.tasks.remind_of_replies", "messages", seconds=60),
    "scores": _hint("assessment.tasks.remind_evaluators", "messages", seconds=600),
    "rounds": _hint("projects.tasks.close_rounds", "messages", seconds=10),
    "clock": _hint("calls.tasks.look_at_the_clock", "messages", seconds=10),
    "fold": _hint("calls.tasks.fold", "messages", seconds=10),
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# --- People ------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "district_portal.notifications.account_mail.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "district_portal.accounts.forms.NamesForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PORTAL_URL.partition(":")[0]
# Names, rates and spelling are django-allauth's; those of its own limits the portal has added (shared/limits.py).
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # At most five passwords or codes are tried for one account in five minutes, wherever they come from.
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "registration": "60/m/ip",
    "invitation": "30/h/user",
    "question": "20/h/user",
    # A code has 60 random bits; this spares the database, and the hashing of files.
    "verification": "60/m/ip",
    # Each may go to hundreds of people.
    "interest_message": "20/d/user",
}
if RELAXED:
    # Wide in the demonstration: checks by script sign in often from one address, and fill an event at once.
    ACCOUNT_RATE_LIMITS |= dict.fromkeys(
        ("login", "login_failed", "signup", "reset_password", "invitation", "question", "interest_message"), "300/m/ip"
    )
    ACCOUNT_RATE_LIMITS["registration"] = ""

MFA_REQUIRED = env.bool("MFA_REQUIRED", not RELAXED)
MFA_ADAPTER = "district_portal.accounts.second_factor.MFAAdapter"
MFA_FORMS = {"activate_totp": "district_portal.accounts.second_factor.EnrolForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = PORTAL_NAME

# --- Languages and time ------------------------------------------------------------------------------------------

LANGUAGE_CODE = "it"
LANGUAGES = [("it", _("Italian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Rome"

# --- Files -------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o600
REPORTS_KEPT_DAYS = env.int("REPORTS_KEPT_DAYS", 7)

# --- Mail --------------------------------------------------------------------------------------------------------

EMAIL_URL = env.str("EMAIL_URL", "sink:" if RELAXED else "")
if not EMAIL_URL:
    raise ImproperlyConfigured("EMAIL_URL is not set, for example smtp://user:password@mail.example.org:587/?tls=True")
if EMAIL_URL.startswith("sink:"):
    EMAIL_BACKEND = "district_portal.notifications.sink.EmailBackend"
else:
    _mail = env.dj_email_url("EMAIL_URL")
    EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_BACKEND"], _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 20
MAIL_PER_SECOND = env.int("MAIL_PER_SECOND", 0)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"{PORTAL_NAME} <noreply@demo.example>")

# --- Security ----------------------------------------------------------------------------------------------------

SECURE_COOKIES = not RELAXED
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "district_portal.shared.errors.csrf_failure"
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # The last address of X-Forwarded-For is the proxy's word; without a proxy the header is anybody's and not read.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Which version runs, for the status page; without it the page looks into .git.
COMMIT = env.str("COMMIT", "")

# --- Log ---------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "district_portal.shared.errors.RequestIdFilter"}},
    "formatters": {
        "json": {"()": "district_portal.logs.JsonFormatter"},
        "line": {
            "()": "district_portal.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
        },
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.str("LOG_FORMAT", "line" if RELAXED else "json", validate=OneOf(["json", "line"])),
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        # Each request has its line already; beat's hints come every second.
        "django.request": {"level": "ERROR"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}
