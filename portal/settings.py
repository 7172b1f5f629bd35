"""The site's settings. What the environment (or a `.env` file) may change is the first block; the rest is fixed."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from dotenv import load_dotenv

from portal.bind import loopback_origins
from portal.database import BadDatabase, read_database
from portal.ollama.upstreams import BadUpstream, read_hosts, read_numbers, read_stand_ins, read_upstreams
from portal.secret import load_or_make_secret
from portal.team.addresses import BadProxies, read_networks
from portal.team.sign_on.providers import BadProviders, read_providers

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv(BASE_DIR / ".env")
# Every setting that is looked for, so that one that is set and looked for by nobody can be named.
_looked_for = {"PORTAL_UPSTREAMS", "PORTAL_SIGN_ON"}


def env(name: str, default: str = "") -> str:
    """A setting as it was set."""
    _looked_for.add(name)
    return os.environ.get(name, default)


def _choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = env(name) or default
    if value not in allowed:
        *others, last = allowed
        raise ImproperlyConfigured(f"{name} is “{value}”; it can be {', '.join(others)}{' or ' if others else ''}{last}.")
    return value


def _secret(kept: Path) -> str:
    try:
        return env("PORTAL_SECRET_KEY") or load_or_make_secret(kept)
    except OSError as problem:
        raise ImproperlyConfigured(
            f"PORTAL_DATA is {kept.parent}, and nothing can be kept there: {(problem.strerror or '').lower()}. "
            "Name a folder that can be written."
        ) from None


def _whole(name: str, default: int, digits: int = 5) -> int:
    value = env(name) or str(default)
    if not (value.isascii() and value.isdigit() and len(value) <= digits):
        raise ImproperlyConfigured(f"{name} is “{value}”; it must be a whole number such as {default}.")
    return int(value)


def _redis(name: str) -> str:
    value = env(name) or ""
    if value and not value.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(
            f"{name} is not an address of a Redis; write redis://:password@host:6379/0, or leave it out for one worker."
        )
    return value


def _listed(name: str) -> list[str]:
    return [item.strip() for item in env(name, "").split(",") if item.strip()]


# What the environment may change -------------------------------------------------------------------------------------

PORTAL_BIND = env("PORTAL_BIND") or "127.0.0.1:8000"
PORTAL_DATA = (BASE_DIR / (env("PORTAL_DATA") or "var")).resolve()
PORTAL_DOCS_ROOT = (BASE_DIR / (env("PORTAL_DOCS_ROOT") or "docs_content")).resolve()
PORTAL_TITLE = env("PORTAL_TITLE") or "mindX docs"
PORTAL_SOURCE_URL = (env("PORTAL_SOURCE_URL") or "").rstrip("/")
PORTAL_EMBEDDED = _choice("PORTAL_EMBEDDED", "auto", ("auto", "always", "never"))
PORTAL_ACCESS = _choice("PORTAL_ACCESS", "solo", ("solo", "team"))
PORTAL_READ = _choice("PORTAL_READ", "public", ("public", "members"))
PORTAL_SECOND_FACTOR = _choice("PORTAL_SECOND_FACTOR", "nobody", ("nobody", "administrators", "everybody"))
PORTAL_SESSION_HOURS = _whole("PORTAL_SESSION_HOURS", 72)
PORTAL_SESSION_DAYS = _whole("PORTAL_SESSION_DAYS", 30)
PORTAL_PERSON_AT_ONCE = _whole("PORTAL_PERSON_AT_ONCE", 4)
PORTAL_PERSON_HOURLY = _whole("PORTAL_PERSON_HOURLY", 0)
PORTAL_PERSON_TOKENS = _whole("PORTAL_PERSON_TOKENS", 0, digits=12)
PORTAL_ORIGINS = _listed("PORTAL_ORIGINS") or loopback_origins(PORTAL_BIND)
PORTAL_SHARE_WITH = _choice("PORTAL_SHARE_WITH", "team", ("team", "anybody"))
PORTAL_SHARE_DAYS = _whole("PORTAL_SHARE_DAYS", 30)
PORTAL_SECRETS = _choice("PORTAL_SECRETS", "ask", ("ask", "refuse"))
ALLOWED_HOSTS = _listed("PORTAL_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
SECRET_KEY = _secret(PORTAL_DATA / "secret-key")
PORTAL_KEEP_RUNS = _whole("PORTAL_KEEP_RUNS", 30)
PORTAL_KEEP_AUDIT = _whole("PORTAL_KEEP_AUDIT", 400)
PORTAL_DRAIN = _whole("PORTAL_DRAIN", 30)
PORTAL_LONGEST_QUEUE = _whole("PORTAL_LONGEST_QUEUE", 100)
PORTAL_REDIS_URL = _redis("REDIS_URL")
PORTAL_METRICS_TOKEN = env("PORTAL_METRICS_TOKEN") or ""
PORTAL_LOG = _choice("PORTAL_LOG", "text", ("text", "json"))
PORTAL_LOG_REQUESTS = _choice("PORTAL_LOG_REQUESTS", "no", ("no", "yes")) == "yes"
PORTAL_TRACES = bool(env("OTEL_EXPORTER_OTLP_ENDPOINT") or env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
PORTAL_TRACES_BY = env("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or env("OTEL_EXPORTER_OTLP_PROTOCOL")
PORTAL_LOCAL_ONLY = _choice("PORTAL_LOCAL_ONLY", "no", ("no", "yes")) == "yes"
try:
    DATABASES = {"default": read_database(env("DATABASE_URL"), PORTAL_DATA)}
    PORTAL_UPSTREAMS = read_upstreams(os.environ)
    PORTAL_RUNS_AT_ONCE = read_numbers(env("PORTAL_RUNS_AT_ONCE") or "8", PORTAL_UPSTREAMS)
    PORTAL_STAND_INS = read_stand_ins(env("PORTAL_STAND_INS") or "", PORTAL_UPSTREAMS)
    PORTAL_EXAMPLE_HOSTS = read_hosts(env("PORTAL_EXAMPLE_HOSTS") or "", PORTAL_UPSTREAMS)
    PORTAL_PROXIES = read_networks(_listed("PORTAL_PROXIES"))
    PORTAL_PROVIDERS = read_providers(env("PORTAL_SIGN_ON") or "") if PORTAL_ACCESS == "team" else {}
except (BadDatabase, BadUpstream, BadProxies, BadProviders) as problem:
    raise ImproperlyConfigured(str(problem)) from None
PORTAL_KNOWN = frozenset(_looked_for)

# Set by `serve` to the reason when no Ollama answers and the embedded engine cannot run either.
PORTAL_NO_ENGINE = ""
# Set by `serve` to the reason when the database could not be brought up to date.
PORTAL_NO_DATABASE = ""
# Of several workers one keeps the search index.
PORTAL_INDEXES = True
# Which of several workers this is, where each of them tells its figures, and the socket at which this one does.
PORTAL_WORKER = 0
PORTAL_WORKER_DOORS: list[str] = []
PORTAL_WORKER_DOOR: int | None = None

# The site ------------------------------------------------------------------------------------------------------------

DEBUG = False
ROOT_URLCONF = "portal.urls"
ASGI_APPLICATION = "portal.asgi.application"
INSTALLED_APPS = [
    "django.contrib.staticfiles", "portal", "portal.docs", "portal.team", "portal.runs", "portal.library", "portal.dashboard",
]  # fmt: skip
if PORTAL_ACCESS == "team":
    INSTALLED_APPS += ["django.contrib.contenttypes", "portal.team.admin_app.Records"]
MIDDLEWARE = [
    "portal.middleware.Security",
    "portal.headers.content_security_policy",
    "portal.middleware.Common",
    *(["portal.team.guarding.Guard"] if PORTAL_ACCESS == "team" else []),
    "portal.middleware.Csrf",
    "portal.middleware.Frames",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": PORTAL_ACCESS == "team",
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "portal.context.site"],
        },
    }
]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
APPEND_SLASH = True

STATIC_URL = "/static/"
STATIC_ROOT = PORTAL_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.staticfiles.HashedModules"},
}

# A proxy that ends TLS hands the pages of these origins on as plain HTTP, whose own origin is another.
CSRF_TRUSTED_ORIGINS = PORTAL_ORIGINS
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = bool(PORTAL_ORIGINS) and all(origin.startswith("https://") for origin in PORTAL_ORIGINS)
# Security, Csrf and Frames of portal.middleware are the first three; of a secret that can be guessed portal.W003 tells.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003", "security.W009"]
CSRF_FAILURE_VIEW = "portal.runs.doors.without_token"
# With team access alone; the tables are there in either case.
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "team.Person"
PASSWORD_HASHERS = ["portal.team.passwords.Hasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator", "OPTIONS": options}
    for name, options in (
        ("MinimumLength", {"min_length": 10}),
        ("CommonPassword", {}),
        ("UserAttributeSimilarity", {"user_attributes": ("handle", "name")}),
    )
]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"text": {"()": "portal.operating.logs.Lines"}, "json": {"()": "portal.operating.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": PORTAL_LOG}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Django's own lines for a page that is not there, or another host's, would put what strangers ask for into the log; and
    # for forms that nobody sends who has not made them, an error with its traceback.
    "loggers": {
        "portal": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        **{f"django.security.{what}": {"level": "CRITICAL"} for what in
           ("DisallowedHost", "TooManyFieldsSent", "TooManyFilesSent", "RequestDataTooBig")},
    },
}
