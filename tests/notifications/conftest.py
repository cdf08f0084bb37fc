import pytest

TEMPLATES = {
    "tests/emails/greeting.subject.txt": "Greetings from {{ name }}\n",
    "tests/emails/greeting.txt": "{% extends frame %}{% block body %}{{ name }} greets you.{% endblock %}",
    "tests/emails/greeting.html": "{% extends frame %}{% block body %}<p>{{ name }} greets you.</p>{% endblock %}",
}


@pytest.fixture(autouse=True)
def _mail_sink(settings) -> None:
    """Django's test runner replaces the backend; the sink is part of what is tested here."""
    settings.EMAIL_BACKEND = "district_portal.notifications.sink.EmailBackend"


@pytest.fixture(autouse=True)
def _templates_of_the_greeting(settings) -> None:
    """Templates in memory, before those on disk."""
    loaders = [
        ("django.template.loaders.locmem.Loader", TEMPLATES),
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    settings.TEMPLATES = [
        engine | {"OPTIONS": engine["OPTIONS"] | {"loaders": loaders}, "APP_DIRS": False}
        for engine in settings.TEMPLATES
    ]
