"""Settings of the tests: the real ones, on a throwaway data folder and database, with cheap passwords."""

import os
import tempfile
from datetime import time
from pathlib import Path

# The controlling process draws the folder; the xdist workers inherit it through the environment.
FOLDER = os.environ.get("TONGTI_TEST_FOLDER") or tempfile.mkdtemp(prefix="tongti-test-")
os.environ["TONGTI_TEST_FOLDER"] = FOLDER
os.environ["TONGTI_DATA"] = FOLDER
for name in ("TONGTI_DEMO", "TONGTI_BASE_URL", "TONGTI_HOSTS"):
    os.environ.pop(name, None)

from tongti.project.settings import *  # noqa: E402, F403
from tongti.project.settings import DATABASES, LOGGING, MIDDLEWARE, STORAGES  # noqa: E402

# One connection per thread, closed with it: a pool would keep the test database busy when it is dropped.
DATABASES["default"]["OPTIONS"].pop("pool")
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Once planned, a statement leaves no text in the query log that tests read; tests/shared/test_prepared.py switches it on again.
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages refer to files as they lie in the source; tests/ops checks the hashed and compressed ones.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
Path(FOLDER, "static").mkdir(exist_ok=True)
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Tests run at any hour; those about the night say so.
QUIET_HOURS = (time(0), time(0))
# An unexpected failure belongs in the test's own report, not on the terminal.
LOGGING["root"]["level"] = "ERROR"
LOGGING["loggers"]["tongti"]["level"] = "WARNING"
MIDDLEWARE.remove("tongti.project.access_log.AccessLog")
