"""Who may do what with calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from calls.models import Call, CatalogueImport, Question, SelectedActuator
from district_portal.accounts.models import Role, User
from enterprises.models import Organisation
from enterprises.permissions import can_act_for

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class PartOfCall(Protocol):
    @property
    def call(self) -> Call: ...


def can_register_interest(user: User, call: Call) -> bool:
    """Owners and editors of an organisation; whether the call is open is not a question of rights."""
    return Organisation.objects.acted_for_by(user).exists()


def can_see_interests(user: User | AnonymousUser, call: Call) -> bool:
    """The facilitator of the call or of its districts."""
    return Call.objects.facilitated_by(user).filter(pk=call.pk).exists()


def can_prepare_call(user: User | AnonymousUser, call: Call) -> bool:
    """Regional staff of the call's region, facilitators who act for its actuator, administrators."""
    return Call.objects.prepared_by(user).filter(pk=call.pk).exists()


def can_prepare_part(user: User | AnonymousUser, part: PartOfCall) -> bool:
    """Who prepares the call to which it belongs: a rule, a document, a step, a selected actuator, a request. (Whether
    they are the second person that a request needs is said in words, by the operation.)"""
    return can_prepare_call(user, part.call)


def can_copy_call(user: User | AnonymousUser, call: Call) -> bool:
    """Who prepares the call; an actuator's facilitator has no calls of other districts to make."""
    return can_create_call(user) and can_prepare_call(user, call)


def can_open_publishing(user: User | AnonymousUser) -> bool:
    """Whoever may prepare a call; a facilitator without one finds an empty list."""
    return can_create_call(user) or (user.is_authenticated and user.holds(Role.FACILITATOR))


def can_create_call(user: User | AnonymousUser) -> bool:
    """Regional staff and administrators; an actuator's call begins with the first of the two."""
    return user.is_authenticated and (user.is_staff or user.holds(Role.REGIONAL_STAFF))


def can_start_second_tier(user: User | AnonymousUser, selected: SelectedActuator) -> bool:
    """Who prepares the first of the two calls, and facilitators who act for the selected actuator."""
    if not user.is_authenticated:
        return False
    acts = user.holds(Role.FACILITATOR) and can_act_for(user, selected.organisation)
    return acts or can_prepare_call(user, selected.call)


def can_save_answers(user: User, call: Call) -> bool:
    """Owners and editors of an organisation keep the answers of their self-check."""
    return Organisation.objects.acted_for_by(user).exists()


def can_answer_questions(user: User | AnonymousUser, call: Call) -> bool:
    """The facilitators of the call, and who prepares it."""
    return Call.objects.answered_by(user).filter(pk=call.pk).exists()


def can_answer_question(user: User | AnonymousUser, question: Question) -> bool:
    return can_answer_questions(user, question.call)


def can_withdraw_question(user: User | AnonymousUser, question: Question) -> bool:
    """Who asked; whether it is answered already is not a question of rights."""
    return question.asked_by_id is not None and question.asked_by_id == user.pk


def can_read_import(user: User | AnonymousUser, run: CatalogueImport) -> bool:
    """Staff of the region of the programme, administrators."""
    return CatalogueImport.objects.visible_to(user).filter(pk=run.pk).exists()


def can_apply_import(user: User | AnonymousUser, run: CatalogueImport) -> bool:
    """The same, but never who uploaded the file (four eyes)."""
    return user.pk != run.uploaded_by_id and can_read_import(user, run)
