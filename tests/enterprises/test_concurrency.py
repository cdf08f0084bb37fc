"""Two people at once, on connections of their own."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from district_portal.shared.errors import DomainError
from enterprises.models import Membership
from enterprises.operations import accept_invitation, end_membership
from tests.factories import InvitationFactory, MembershipFactory, OrganisationFactory, UserFactory


def at_once(*calls: Callable[[], object]) -> list[str]:
    """What became of each call: "done" or "refused"."""
    results: list[str] = []
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        try:
            start.wait()
            call()
            results.append("done")
        except DomainError:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_in_the_same_moment_leave_one() -> None:
    for _n in range(5):
        firm = OrganisationFactory()
        first, second = MembershipFactory(organisation=firm), MembershipFactory(organisation=firm)
        assert at_once(lambda: end_membership(first), lambda: end_membership(second)) == ["done", "refused"]  # noqa: B023
        assert Membership.objects.current().owners().filter(organisation=firm).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_invitation_accepted_twice_at_once_makes_one_member() -> None:
    person = UserFactory()
    invitation = InvitationFactory(email=person.email)
    accept = [lambda: accept_invitation(invitation, actor=person)] * 3
    assert at_once(*accept) == ["done", "refused", "refused"]
    assert Membership.objects.filter(user=person).count() == 1
