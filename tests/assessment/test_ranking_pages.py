"""Pages of panel and ranking: who reads what, and that each button does what it says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.models import Assessment, Ranking
from assessment.operations import moves
from assessment.operations.funding import record_waiver
from assessment.operations.meetings import written
from assessment.operations.panel import close_agreed, seen
from assessment.operations.publication import publish_ranking
from assessment.operations.ranking import discard_ranking, draft_later_funding, draft_ranking
from assessment.operations.reproduction import compute_again
from assessment.states import AssessmentState, Conflict
from calls.procedure import criteria_of
from district_portal.shared.ui import money
from tests.assessment.decided import colleague, evaluated_call, meeting_of, ranked_call, scored_call
from tests.factories.accounts import UserFactory
from tests.factories.assessment import assessed_call, assigned, score_all

pytestmark = pytest.mark.django_db


def page(client, route: str, *args, user=None, **query):
    if user is not None:
        client.force_login(user)
    return client.get(reverse(f"assessment:{route}", args=args), query)


def posted(selection, **changed: str) -> dict[str, str]:
    """The form of the panel's points: 90 % of each weight, but for what is changed."""
    data = {"before": seen(selection.first.consensus.all())}
    for each in criteria_of(selection.call).criteria:
        data |= {f"points_{each.code}": str(each.weight * Decimal("0.9")), f"reason_{each.code}": ""}
    return data | changed


# --- The panel -------------------------------------------------------------------------------------------------------


def test_the_region_reads_names_and_evaluators_numbers(client):
    selection = scored_call()
    meeting_of(selection)
    mine, other = selection.first.assignments.order_by("number")
    staff = page(client, "panel_proposal", selection.first.pk, user=selection.staff).content.decode()
    assert f"Evaluator 1: {mine.evaluator}" in staff
    member = page(client, "panel_proposal", selection.first.pk, user=mine.evaluator).content.decode()
    assert "Evaluator 1 (you)" in member
    assert "Evaluator 2" in member
    assert str(other.evaluator) not in member


def test_an_evaluator_sees_no_scores_before_handing_in_their_own(client):
    selection = assessed_call(1, 3, state=AssessmentState.ADMITTED)
    score_all(selection, each=2, points=lambda *_where: "7.25")
    late = selection.evaluators[2]
    assigned(selection.first, late, number=3)
    meeting_of(selection)
    text = page(client, "panel_proposal", selection.first.pk, user=late).content.decode()
    assert "Hand in your own scores first" in text
    assert "7.25" not in text
    assert "36.25" not in page(client, "panel", selection.call.slug).content.decode()


def test_who_has_a_conflict_sees_no_scores(client):
    selection = assessed_call(1, 3, state=AssessmentState.ADMITTED)
    score_all(selection, each=2, points=lambda *_where: "7.25")
    assigned(selection.first, selection.evaluators[2], number=3, declared=Conflict.CONFLICT)
    meeting_of(selection)
    text = page(client, "panel_proposal", selection.first.pk, user=selection.evaluators[2]).content.decode()
    assert "You take no part in this proposal" in text
    assert "7.25" not in text


def test_outsiders_read_nothing_of_the_panel(client):
    selection = scored_call()
    assert page(client, "panel", selection.call.slug, user=UserFactory()).status_code == 403
    assert page(client, "panel_proposal", selection.first.pk).status_code == 404
    assert page(client, "panel_calibration", selection.call.slug, user=selection.evaluators[1]).status_code == 403
    meeting_of(selection)
    assert page(client, "panel_calibration", selection.call.slug, user=selection.evaluators[0]).status_code == 200


def test_points_are_saved_and_the_proposal_is_closed(client):
    selection = scored_call()
    meeting_of(selection)
    client.force_login(selection.evaluators[0])
    answer = client.post(reverse("assessment:panel_consensus", args=[selection.first.pk]), posted(selection))
    assert answer.status_code == 302
    client.post(reverse("assessment:panel_proposal_close", args=[selection.first.pk]))
    selection.first.refresh_from_db()
    assert (selection.first.state, selection.first.score) == ("evaluated", Decimal("90.00"))


def test_wrong_and_stale_points_come_back_as_they_were_typed(client):
    selection = scored_call()
    meeting_of(selection)
    client.force_login(selection.staff)
    address = reverse("assessment:panel_consensus", args=[selection.first.pk])
    wrong = client.post(address, posted(selection, points_partenariato="26"))
    assert (wrong.status_code, 'value="26"' in wrong.content.decode()) == (422, True)
    first = posted(selection)
    client.post(address, first)
    stale = client.post(address, first | {"points_partenariato": "20.50"})
    assert (stale.status_code, 'value="20.50"' in stale.content.decode()) == (409, True)
    assert client.post(address, first | {"before": seen(selection.first.consensus.all())}).status_code == 302


def test_points_far_from_the_mean_ask_for_their_reason_beside_what_was_typed(client):
    selection = scored_call()
    meeting_of(selection)
    client.force_login(selection.staff)
    address = reverse("assessment:panel_consensus", args=[selection.first.pk])
    far = client.post(address, posted(selection, points_partenariato="2,5", **{"reason_qualita-tecnica": "Kept."}))
    text = far.content.decode()
    assert (far.status_code, 'value="2,5"' in text, "Kept." in text) == (422, True, True)
    assert "Say why the panel moves away from the mean of 22.50." in text
    assert client.post(address, posted(selection, points_partenariato="2,5", reason_partenariato="No partner.")).url
    assert selection.first.consensus.get(criterion="partenariato").points == Decimal("2.50")


def test_what_was_typed_stays_when_the_meeting_was_closed_meanwhile(client):
    selection = scored_call()
    meeting = meeting_of(selection)
    client.force_login(selection.staff)
    typed = posted(selection, **{"reason_qualita-tecnica": "Long thought about."})
    type(meeting).objects.filter(pk=meeting.pk).update(closed_at=timezone.now())
    late = client.post(reverse("assessment:panel_consensus", args=[selection.first.pk]), typed)
    assert (late.status_code, "Long thought about." in late.content.decode()) == (409, True)


def test_a_meeting_is_opened_written_and_closed(client):
    selection = scored_call()
    client.force_login(selection.staff)
    people = [user.pk for user in selection.evaluators]
    data = {"held_on": timezone.localdate().isoformat(), "members": people, "chair": people[0]}
    assert client.post(reverse("assessment:panel_new", args=[selection.call.slug]), data).status_code == 302
    meeting = selection.call.panels.get()
    edit = reverse("assessment:panel_edit", args=[meeting.pk])
    assert client.post(edit, data | {"chair": selection.staff.pk}).status_code == 422
    before = {"before": written("")}
    assert client.post(edit, data | before | {"minutes": "All were present."}).status_code == 302
    other = client.post(edit, data | before | {"minutes": "Luca came late."})
    assert (other.status_code, "Luca came late." in other.content.decode()) == (409, True)
    assert "All were present." in other.content.decode()
    assert client.post(edit, data | {"held_on": "2019-01-01"}).status_code == 422
    agreed = client.post(reverse("assessment:panel_agreed", args=[meeting.pk]), follow=True)
    assert "3 proposals are closed." in agreed.content.decode()
    client.post(reverse("assessment:panel_close", args=[meeting.pk]))
    meeting.refresh_from_db()
    assert meeting.closed_at is not None


@pytest.mark.parametrize("route", ["panel", "panel_calibration", "ranking"])
def test_more_proposals_cost_no_more_queries(client, django_assert_max_num_queries, route):
    for number in (2, 30):
        selection = evaluated_call([Decimal("0.9")] * number)
        if route == "ranking":
            client.force_login(selection.staff)
            client.post(reverse("assessment:ranking_draft", args=[selection.call.slug]), {"budget": "200000"})
        with django_assert_max_num_queries(38):
            assert page(client, route, selection.call.slug, user=selection.staff).status_code == 200


def test_calibration_shows_who_scores_far_from_the_others(client):
    selection = assessed_call(4, 2, state=AssessmentState.ADMITTED)
    score_all(selection, each=2, points=lambda _at, evaluator, weight: weight * (Decimal("0.9") if evaluator else 1))
    text = page(client, "panel_calibration", selection.call.slug, user=selection.staff).content.decode()
    assert "90.00" in text
    assert "100.00" in text
    assert "far from the others" not in text  # ten points are not more than ten
    harsh = assessed_call(1, 2, state=AssessmentState.ADMITTED)
    score_all(harsh, each=2, points=lambda _at, evaluator, weight: weight * (Decimal("0.89") if evaluator else 1))
    assert (
        "far from the others" in page(client, "panel_calibration", harsh.call.slug, user=harsh.staff).content.decode()
    )


# --- Rankings --------------------------------------------------------------------------------------------------------


def test_two_people_make_and_publish_a_ranking(client):
    selection = evaluated_call()
    client.force_login(selection.staff)
    client.post(reverse("assessment:ranking_draft", args=[selection.call.slug]), {"budget": "200000"})
    own = page(client, "ranking", selection.call.slug).content.decode()
    assert "a second person of the Region publishes it" in own
    assert f"The budget of {money(200_000)} ends here" in own
    draft = Ranking.objects.get()
    publish = reverse("assessment:ranking_publish", args=[draft.pk])
    assert client.post(publish).status_code == 409
    assert client.get(reverse("assessment:public_ranking", args=[selection.call.slug])).status_code == 404
    client.force_login(colleague(selection))
    assert client.get(publish).status_code == 200
    assert client.post(publish).status_code == 302
    client.logout()
    public = page(client, "public_ranking", selection.call.slug)
    assert selection.first.network.title in public.content.decode()


def test_a_draft_that_is_refused_says_what_it_waits_for_and_keeps_what_was_typed(client):
    selection = scored_call()
    client.force_login(selection.staff)
    assert "What the ranking waits for" in page(client, "ranking", selection.call.slug).content.decode()
    address = reverse("assessment:ranking_draft", args=[selection.call.slug])
    early = client.post(address, {"budget": "123456", "note": "Act 7 of 2026."})
    text = early.content.decode()
    assert (early.status_code, "Act 7 of 2026." in text, 'value="123456"' in text) == (409, True, True)
    assert reverse("assessment:panel_proposal", args=[selection.first.pk]) in text


def test_the_way_down_names_the_next_ones_with_the_budget_that_each_needs(client):
    selection, _ranking = ranked_call(budget=100_000)
    record_waiver(selection.first, reason="The lead was sold.", actor=selection.staff)
    client.force_login(selection.staff)
    address = reverse("assessment:later_funding", args=[selection.call.slug])
    text = client.get(address).content.decode()
    assert f"{money(0)} of {money(100_000)} are granted now; {money(100_000)} are free." in text
    assert text.index(f"2. {selection.assessments[1].network.title}") < text.index(money(200_000))
    assert client.post(address, {"budget": "99999.99"}).status_code == 409
    assert page(client, "ranking", selection.call.slug, number="99").status_code == 404


def test_the_public_page_names_organisations_and_no_people(client):
    selection, ranking = ranked_call([Decimal(each) for each in ("0.9", "0.9", "0.5")])
    text = page(client, "public_ranking", selection.call.slug).content.decode()
    assert selection.first.network.partners.get().organisation.name in text
    assert "Same 90 points as no. 2: sent" in text
    assert "50 points, 60 are needed." in text
    for person in (selection.staff, ranking.published_by, *selection.evaluators):
        assert str(person) not in text
    csv = page(client, "public_ranking", selection.call.slug, format="csv")
    assert csv["Content-Type"].startswith("text/csv")
    assert len(b"".join(csv.streaming_content).decode().strip().splitlines()) == 4


def excluded_call():
    """Two evaluated proposals, and a third that was excluded."""
    selection = scored_call()
    last = selection.assessments[2]
    Assessment.objects.filter(pk=last.pk).update(state="received")
    moves.move(last, AssessmentState.EXCLUDED, actor=selection.staff, reason="Mr Rossi, born 1.1.1970, forgot it.")
    close_agreed(meeting_of(selection), actor=selection.staff)
    return selection, last


def test_who_publishes_reads_every_reason_first_and_has_it_worded_without_names(client):
    selection, last = excluded_call()
    first = draft_ranking(selection.call, budget=Decimal(200_000), actor=selection.staff)
    second = colleague(selection)
    confirm = page(client, "ranking_publish", first.pk, user=second).content.decode()
    assert "Mr Rossi, born 1.1.1970, forgot it." in confirm
    reword = reverse("assessment:reword", args=[last.pk])
    assert reword in confirm
    assert client.post(reword, {"reason": ""}).status_code == 422
    assert client.post(reword, {"reason": "A signature is missing."}).status_code == 302
    assert client.post(reverse("assessment:ranking_publish", args=[first.pk])).status_code == 409  # it has changed
    discard_ranking(first, actor=selection.staff)
    ranking = publish_ranking(
        draft_ranking(selection.call, budget=Decimal(200_000), actor=selection.staff), actor=second
    )
    public = page(client, "public_ranking", selection.call.slug).content.decode()
    assert ("A signature is missing." in public, "born" in public) == (True, False)
    assert all(check.same for check in compute_again(ranking))
    assert client.post(reword, {"reason": "Too late."}).status_code == 409
    assert client.post(reverse("assessment:reword", args=[selection.first.pk]), {"reason": "No."}).status_code == 409


def test_earlier_versions_stay_readable(client):
    selection, _first = ranked_call()
    record_waiver(selection.first, reason="The lead was sold.", actor=selection.staff)
    draft = draft_later_funding(selection.call, budget=Decimal(200_000), actor=selection.staff)
    publish_ranking(draft, actor=colleague(selection))
    slug = selection.call.slug
    assert "Version 2, published" in page(client, "public_ranking", slug).content.decode()
    earlier = page(client, "public_ranking", slug, version="1").content.decode()
    assert "A later version has replaced this one." in earlier
    assert page(client, "public_ranking", slug, version="3").status_code == 404


def test_a_waiver_and_later_funding_by_pages(client):
    selection, ranking = ranked_call()
    client.force_login(selection.staff)
    waive = reverse("assessment:waive", args=[selection.first.pk])
    assert client.post(waive, {"reason": ""}).status_code == 422
    assert client.post(waive, {"reason": "The lead was sold."}).status_code == 302
    later = reverse("assessment:later_funding", args=[selection.call.slug])
    assert client.post(later, {"budget": "200000"}).status_code == 302
    assert Ranking.objects.get(state="draft").lines.filter(outcome="funded").count() == 2
    assert client.post(reverse("assessment:ranking_projects", args=[ranking.pk])).status_code == 302
    check = page(client, "ranking_check", ranking.pk).content.decode()
    assert "It comes out the same." in check


def test_a_stale_draft_says_so_and_offers_no_publication(client):
    selection = evaluated_call()
    client.force_login(selection.staff)
    client.post(reverse("assessment:ranking_draft", args=[selection.call.slug]), {"budget": "200000"})
    client.post(reverse("assessment:panel_reopen", args=[selection.first.pk]), {"reason": "A page was overlooked."})
    text = page(client, "ranking", selection.call.slug, user=colleague(selection)).content.decode()
    assert "This draft no longer holds." in text
    assert "/publish/" not in text


# --- The desk, and the call's page -----------------------------------------------------------------------------------


def test_the_desk_says_who_agrees_makes_and_publishes(client):
    selection = scored_call()
    meeting = meeting_of(selection)
    client.force_login(selection.evaluators[0])
    assert "Agree on the points of 3 proposals" in client.get("/en/desk/").content.decode()
    close_agreed(meeting, actor=selection.staff)
    assert "Agree on the points" not in client.get("/en/desk/").content.decode()
    client.force_login(selection.staff)
    assert "Make the ranking of" in client.get("/en/desk/").content.decode()
    client.post(reverse("assessment:ranking_draft", args=[selection.call.slug]), {"budget": "200000"})
    assert "Publish the ranking of" not in client.get("/en/desk/").content.decode()
    client.force_login(colleague(selection))
    assert "Publish the ranking of" in client.get("/en/desk/").content.decode()


def test_the_calls_page_leads_to_its_published_ranking(client):
    selection = evaluated_call()
    link = reverse("assessment:public_ranking", args=[selection.call.slug])
    assert link not in client.get(selection.call.get_absolute_url()).content.decode()
    client.force_login(selection.staff)
    client.post(reverse("assessment:ranking_draft", args=[selection.call.slug]), {"budget": "200000"})
    publish_ranking(Ranking.objects.get(), actor=colleague(selection))
    client.logout()
    assert link in client.get(selection.call.get_absolute_url()).content.decode()
