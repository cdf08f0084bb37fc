"""Settings of the processes that the faults meet: the portal's own, but for what the tests change in theirs."""

import os

from district_portal.settings import *  # noqa: F403
from district_portal.settings import DATABASES, REDIS_URL, STORAGES

# As in tests/servers.py: no hashed names without `collectstatic`, and passwords that are cheap to check.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A test holds a row until it has seen an event: however long that takes on a busy machine, the request waits.
DATABASES["default"]["OPTIONS"]["options"] += " -c lock_timeout=0 -c statement_timeout=60000"

if "cache in the database" in os.environ.get("FAULTS_WITHOUT", ""):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
