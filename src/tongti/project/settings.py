"""Settings. Everything an operator may change comes from the environment; docs/operator.md lists the variables."""

from pathlib import Path

from tongti.project import environment, postgres
from tongti.project.database_url import parse
from tongti.project.logs import configuration
from tongti.project.secrets import load_or_create

PACKAGE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.data_dir()
KEYS = load_or_create(DATA_DIR)

SECRET_KEY = KEYS.django
DEBUG = False
# Demo mode signs anybody in as anybody: it is refused on every address but loopback (tongti.project.checks).
DEMO = environment.flag("TONGTI_DEMO")
BASE_URL = environment.text("TONGTI_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = environment.words("TONGTI_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SITE_NAME = environment.text("TONGTI_SITE_NAME", "同题共答")
DISTRICT_NAME = environment.text("TONGTI_DISTRICT", "云岭区")
OWNER_NAME = environment.text("TONGTI_OWNER", "云岭区人民政府")
SITE_IDS = environment.text("TONGTI_SITE_IDS")
FONTS = environment.text("TONGTI_FONTS")  # a folder of fonts for .pdf, beside those of the system
REGION = environment.text("TONGTI_REGION", "450000")
# Nobody is written to or rung up in these hours, emergencies excepted (deadlines.limits.quiet_until).
QUIET_HOURS = environment.hours("TONGTI_QUIET_HOURS", "21:30-08:00")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "lucide",
    "procrastinate.contrib.django",
    "tongti.trail",
    "tongti.accounts",
    "tongti.units",
    "tongti.figures",
    "tongti.deadlines",
    "tongti.parties",
    "tongti.outbox",
    "tongti.cases",
    "tongti.questions",
    "tongti.linkups",
    "tongti.relay",
    "tongti.window",
    "tongti.answers",
    "tongti.verdicts",
    "tongti.supervision",
    "tongti.visits",
    "tongti.lifting",
    "tongti.formulas",
    "tongti.contributions",
    "tongti.targets",
    "tongti.signals",
    "tongti.papers",
    "tongti.exports",
    "tongti.search",
    "tongti.worksets",
    "tongti.web",
    "tongti.jobs",
    "tongti.project",
]

MIDDLEWARE = [
    "tongti.project.access_log.AccessLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tongti.web.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tongti.web.middleware.Appearance",
    "tongti.web.middleware.DomainErrors",
]

ROOT_URLCONF = "tongti.project.urls"
WSGI_APPLICATION = "tongti.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "tongti.web.rendering.Templates",
        "NAME": "django",
        "DIRS": [],
        "OPTIONS": {
            "loaders": [("tongti.web.rendering.Loader", ["django.template.loaders.app_directories.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongti.web.context.site",
            ],
        },
    },
]

FORM_RENDERER = "tongti.web.controls.Renderer"

# Threads of one web process; each holds at most one connection.
WEB_THREADS = environment.number("TONGTI_WEB_THREADS", 4)
# How many times the ordinary limits of the public forms (shared.ratelimit); large where all come through one address.
RATE_LIMIT_FACTOR = max(1, environment.number("TONGTI_RATE_LIMIT_FACTOR", 1))
# 联系不上: after so many tries without an answer, each so many hours after the last one that counted (W1 rule 6).
CONTACT_TRIES = max(1, environment.number("TONGTI_CONTACT_TRIES", 3))
CONTACT_HOURS_APART = environment.number("TONGTI_CONTACT_HOURS_APART", 4)
EMBEDDED = not environment.text(environment.DATABASE_URL)
DATABASES = {
    "default": parse(environment.text(environment.DATABASE_URL) or postgres.url(environment.cluster())),
}
# A pool, not CONN_MAX_AGE: granian ends threads that stay idle, and a connection kept by a thread would leak with it. The pool
# hands a checked, warm connection to whichever thread needs one and bounds their number.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": WEB_THREADS + 2, "timeout": 10}
# For the statements of shared.prepared; Django's own never are.
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 5
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Officer"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/desk/sign-in/"
# In the database only: a copy in one process's memory would keep a signed-out officer signed in on the other processes.
SESSION_ENGINE = "tongti.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
# 无操作自动退出 of officers (domain sheet W11: 30 minutes unless the district says otherwise). The warning comes two minutes ahead.
SESSION_IDLE = 60 * max(5, environment.number("TONGTI_IDLE_MINUTES", 30))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = environment.number("TONGTI_HSTS_SECONDS", 0)
# How many proxies of our own stand before us. Set only when they always overwrite X-Forwarded-Proto and add whom they heard to
# X-Forwarded-For; otherwise a client could claim https, or another address, itself.
PROXIES = environment.number("TONGTI_BEHIND_PROXY", 0)
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS: list[str] = []

LANGUAGE_CODE = "zh-hans"
# The reader's own choice only (tongti.web.appearance), and only while a page is drawn (tongti.web.rendering).
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Names carry a hash of the content, so browsers may keep them for a year; gzip copies are made once, at collection.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

EMAIL_BACKEND = environment.text("TONGTI_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = environment.text("TONGTI_EMAIL_HOST")
EMAIL_PORT = environment.number("TONGTI_EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("TONGTI_EMAIL_USER")
EMAIL_HOST_PASSWORD = environment.text("TONGTI_EMAIL_PASSWORD")
EMAIL_USE_TLS = environment.flag("TONGTI_EMAIL_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.text("TONGTI_EMAIL_FROM", "tongti@localhost")
OUTBOX_DIR = DATA_DIR / "outbox"

PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": environment.number("TONGTI_WORKER_THREADS", 2),
    # Finished jobs say nothing that the trail does not; kept, they would grow for ever.
    "delete_jobs": "successful",
    "shutdown_graceful_timeout": 20.0,
}

LOGGING = configuration(environment.text("TONGTI_LOG_LEVEL", "INFO").upper())
