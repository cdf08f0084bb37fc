"""Programmes, calls in each state, what belongs to them, and interests."""

from datetime import timedelta

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from calls.models import (
    Call,
    CallDeadline,
    CallDocument,
    CallFigure,
    CallMilestone,
    CallRule,
    CallVersion,
    CatalogueImport,
    Interest,
    Programme,
    Question,
    Theme,
    rules_of,
)
from calls.operations.rules import DERIVED, derive_columns, rules_of_columns
from calls.states import CallState, QuestionState
from tests.factories.accounts import RegionFactory, UserFactory
from tests.factories.enterprises import OrganisationFactory


def _days(number: float):
    return factory.LazyFunction(lambda: timezone.now() + timedelta(days=number))


class ProgrammeFactory(factory.django.DjangoModelFactory):
    """`ProgrammeFactory()` is the regional one, the same row each time."""

    class Meta:
        model = Programme
        django_get_or_create = ("slug",)

    region = factory.SubFactory(RegionFactory)
    name_it = "Programma dei distretti"
    name_en = "Districts programme"
    slug = "districts-programme"


class ThemeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Theme

    name_it = factory.Sequence(lambda n: f"Tema {n:03}")
    name_en = factory.Sequence(lambda n: f"Theme {n:03}")
    slug = factory.Sequence(lambda n: f"theme-{n}")


class CallFactory(factory.django.DjangoModelFactory):
    """An open call for all districts. Traits: draft, planned, coming, closing, closed, assessed, concluded.

    `districts=[…]` and `themes=[…]` link rows. `rules={kind: parameters}` are its rules; columns that follow from
    rules (`partners_min=3`) get the rules that say so.
    """

    class Meta:
        model = Call
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(state=CallState.DRAFT)
        planned = factory.Trait(state=CallState.PLANNED, opens_at=None, closes_at=None)
        coming = factory.Trait(opens_at=_days(10), closes_at=_days(50))
        closing = factory.Trait(closes_at=_days(7))
        closed = factory.Trait(opens_at=_days(-60), closes_at=_days(-3))
        assessed = factory.Trait(state=CallState.IN_ASSESSMENT, opens_at=_days(-60), closes_at=_days(-3))
        concluded = factory.Trait(state=CallState.CONCLUDED, opens_at=None, closes_at=None)

    programme = factory.SubFactory(ProgrammeFactory)
    slug = factory.Sequence(lambda n: f"call-{n}")
    title_it = factory.Sequence(lambda n: f"Bando {n:03}")
    title_en = factory.Sequence(lambda n: f"Call {n:03}")
    summary_it = "Contributi per reti di imprese."
    summary_en = "Grants for networks of enterprises."
    state = CallState.PUBLISHED
    opens_at = _days(-10)
    closes_at = _days(30)

    @factory.post_generation
    def districts(self, create, extracted, **kwargs):
        if create and extracted:
            self.districts.set(extracted)

    @factory.post_generation
    def themes(self, create, extracted, **kwargs):
        if create and extracted:
            self.themes.set(extracted)

    @factory.post_generation
    def rules(self, create, extracted, **kwargs):
        if not create:
            return
        rules = rules_of_columns({name: getattr(self, name) for name in DERIVED}) | (extracted or {})
        CallRule.objects.bulk_create(CallRule(call=self, kind=kind, parameters=rules[kind]) for kind in rules)
        if extracted:
            derive_columns(self, rules_of(self))


def whole_draft(**changes) -> Call:
    """A draft that has all that its publication needs: texts in both languages, and dates to come."""
    texts = {"body_it": "Testo.", "body_en": "Text.", "plain_it": "In breve.", "plain_en": "In short."}
    return CallFactory(**{"draft": True, "coming": True, **texts, **changes})


class CallDeadlineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CallDeadline

    call = factory.SubFactory(CallFactory)
    closes_at = factory.SelfAttribute("call.closes_at")


class CallMilestoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CallMilestone

    call = factory.SubFactory(CallFactory)
    name_it = "Graduatoria"
    name_en = "Ranking"
    starts_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=90))


class CallDocumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CallDocument

    call = factory.SubFactory(CallFactory)
    title_it = "Testo del bando"
    title_en = "Call text"
    file = factory.LazyFunction(lambda: ContentFile(b"%PDF-1.7 call text", name="bando.pdf"))


class CallFigureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CallFigure

    call = factory.SubFactory(CallFactory)
    name_it = "imprese coinvolte"
    name_en = "enterprises involved"
    value = 35
    scope_it = "tutta l'iniziativa"
    scope_en = "the whole initiative"
    source_it = "relazione finale"
    source_en = "final report"
    as_of = 2012


class CallVersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CallVersion

    call = factory.SubFactory(CallFactory)
    number = factory.LazyAttribute(lambda version: version.call.versions.count() + 1)
    content = factory.LazyFunction(dict)
    author = factory.SubFactory(UserFactory)


class CatalogueImportFactory(factory.django.DjangoModelFactory):
    """A file that has been checked, without an error."""

    class Meta:
        model = CatalogueImport

    programme = factory.SubFactory(ProgrammeFactory)
    file = factory.LazyFunction(lambda: ContentFile(b"external_id,title_it,summary_it\n", name="calls.csv"))
    name = "calls.csv"
    sha256 = "0" * 64
    state = "checked"
    report = factory.LazyFunction(lambda: {"counts": {"created": 1, "changed": 0, "unchanged": 0, "error": 0}})
    uploaded_by = factory.SubFactory(UserFactory)


class InterestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Interest

    call = factory.SubFactory(CallFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    registered_by = factory.SubFactory(UserFactory)


class QuestionFactory(factory.django.DjangoModelFactory):
    """A question that waits. Traits: answered, set_aside."""

    class Meta:
        model = Question

    class Params:
        answered = factory.Trait(
            state=QuestionState.ANSWERED,
            question_it="Chi può guidare?",
            question_en="Who may lead?",
            answer_it="Ogni impresa.",
            answer_en="Any enterprise.",
            answered_at=factory.LazyFunction(timezone.now),
            answered_by=factory.SubFactory(UserFactory),
            changes=1,
        )
        set_aside = factory.Trait(state=QuestionState.SET_ASIDE, reason="It is in the call text.", changes=1)

    call = factory.SubFactory(CallFactory)
    text = factory.Sequence(lambda n: f"May we lead, being {n}?")
    asked_by = factory.SubFactory(UserFactory)
