"""Publishing a ranking: by a second person, only while all that it was computed from still holds."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.inputs import first_inputs, later_inputs
from assessment.letters import order_letters
from assessment.models import Assessment, JournalEntry, Ranking, RankingLine
from assessment.notifications import ranking as notifications
from assessment.operations import journal, moves
from assessment.operations.ranking import lock_call, named, published_of
from assessment.rules.ranking import Json, to_json
from assessment.states import ASSESSMENT_MOVES, RANKING_MOVES, REJECTIONS, AssessmentState, RankingState
from calls.operations.lifecycle import publish_ranking as call_is_ranked
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move
from projects.models import Network


class StaleRanking(DomainError):
    """What the draft was computed from holds no longer."""


@transaction.atomic
def publish_ranking(ranking: Ranking, *, actor: User) -> Ranking:
    """Set the outcomes, replace the ranking before it, tell every member, order the letters; the call is ranked.

    Raises `DomainError` for whoever made the draft, and `StaleRanking` with what has changed since.
    """
    call = lock_call(ranking.call)
    ranking = Ranking.objects.select_for_update(of=("self",)).select_related("call", "made_by").get(pk=ranking.pk)
    check_move(RANKING_MOVES, ranking.state, RankingState.PUBLISHED)
    if ranking.made_by_id == actor.pk:
        raise DomainError(_("You made this draft: a second person publishes it."))
    before = published_of(call)
    list(Assessment.objects.select_for_update(of=("self",)).filter(network__call=call).values_list("pk"))
    require_fresh(ranking, before)
    if before is not None:
        Ranking.objects.filter(pk=before.pk).update(state=RankingState.SUPERSEDED)
    ranking.state, ranking.published_by, ranking.published_at = RankingState.PUBLISHED, actor, timezone.now()
    ranking.save(update_fields=["state", "published_by", "published_at"])
    journal.write(
        call, "ranking_published", actor=actor, ranking=ranking.number, digest=ranking.digest, previous=_number(before)
    )
    changed = _set_outcomes(ranking, actor)
    if call.state == CallState.IN_ASSESSMENT:
        call_is_ranked(call, actor=actor)
    order_letters(changed, actor=actor)
    notifications.outcomes(changed)
    return ranking


@transaction.atomic
def reword_exclusion(assessment: Assessment, *, reason: str, actor: User) -> None:
    """Another wording of the reason for the list of exclusions, such as without a person's name.

    The decision, its letter and the journal keep theirs. Raises `DomainError` for a proposal that was not rejected
    before it was scored, and once a ranking is published.
    """
    call = lock_call(assessment.network.call)
    assessment = moves.lock(assessment)
    if published_of(call) is not None:
        raise DomainError(_("The ranking is published: its reasons stay as they are."))
    if assessment.state not in REJECTIONS:
        raise DomainError(_("This proposal was not rejected: there is no reason to publish."))
    if not reason.strip():
        raise DomainError(_("Give the reason."))
    state = assessment.state
    journal.write(call, "reword", actor=actor, assessment=assessment, to_state=state, reason=reason.strip())


def _number(ranking: Ranking | None) -> int | None:
    return ranking.number if ranking else None


def require_fresh(ranking: Ranking, before: Ranking | None) -> None:
    """Raises `StaleRanking` where the same computation would now start from something else."""
    changes = what_changed(ranking, before)
    if changes:
        raise StaleRanking(
            _("Since this draft was made something has changed: %(what)s Discard it and make another.")
            % {"what": " ".join(changes)}
        )


def what_changed(ranking: Ranking, before: Ranking | None) -> list[str]:
    """Sentences on what is no longer as it was when the draft was made; empty where all holds."""
    if ranking.later and (before is None or before.digest != ranking.inputs["previous"]):
        return [_("Another ranking was published.")]
    now = (
        later_inputs(before, ranking.budget) if ranking.later and before else first_inputs(ranking.call, ranking.budget)
    )
    then, today = ranking.inputs, to_json(now)
    found = []
    for part, words in (
        ("candidates", _("Points, grant or state of %(names)s.")),
        ("exclusions", _("The exclusion of %(names)s.")),
    ):
        if networks := _different(then[part], today[part]):
            titles = Network.objects.filter(pk__in=networks).order_by("title").values_list("title", flat=True)
            found.append(words % {"names": named(list(titles))})
    if (then["threshold"], then["priorities"]) != (today["threshold"], today["priorities"]):
        found.append(_("The call's criteria."))
    return found


def _different(then: list[Json], today: list[Json]) -> set[str]:
    old, new = ({each["network"]: each for each in rows} for rows in (then, today))
    return {network for network in old | new if old.get(network) != new.get(network)}


def _set_outcomes(ranking: Ranking, actor: User) -> list[RankingLine]:
    """Move every proposal to its outcome. Returns the lines that changed something, or tell an exclusion for the
    first time."""
    lines = list(ranking.lines.select_related("assessment__network"))
    moved = [line for line in lines if line.assessment.state != line.outcome]
    entries = []
    for line in moved:
        assessment, target = line.assessment, AssessmentState(line.outcome)
        check_move(ASSESSMENT_MOVES, assessment.state, target)
        entries.append(
            journal.entry(
                ranking.call,
                "move",
                actor=actor,
                assessment=assessment,
                from_state=assessment.state,
                to_state=target,
                ranking=ranking.number,
                position=line.position,
            )
        )
        assessment.state = target
    Assessment.objects.bulk_update([line.assessment for line in moved], ["state"], batch_size=500)
    JournalEntry.objects.bulk_create(entries)
    return moved
