"""People and rows that tests of questions share."""

import pytest

from calls.models import Call, Question
from district_portal.accounts.models import User
from tests.factories import UserFactory
from tests.factories.calls import CallFactory, QuestionFactory


@pytest.fixture
def asker() -> User:
    return UserFactory(given_name="Secret", family_name="Asker", email="secret@example.org")


@pytest.fixture
def facilitator() -> User:
    return UserFactory()


@pytest.fixture
def call(facilitator: User) -> Call:
    return CallFactory(slug="reti", title_en="District networks", facilitator=facilitator)


@pytest.fixture
def question(call: Call, asker: User) -> Question:
    return QuestionFactory(call=call, asked_by=asker, text="May my spin-off lead?")
