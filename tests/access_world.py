"""The world of the access walk: one person for each role, and for each kind of row an own and another's.

The enterprise's person owns an organisation of the biomedical district; facilitator and organiser are appointed for
that district, evaluator and regional staff for its region. "own" rows belong to that organisation or district,
"other" rows to another organisation in a district of another region.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessment.models import AnnouncedRejection, PanelMeeting, Ranking
from assessment.rules.ranking import Inputs, to_json
from assessment.rules.ranking import digest as ranking_digest
from calls.models import Call, Programme, SelectedActuator, Tier
from calls.operations.alerts import new_calendar
from calls.operations.publishing import ask_for_approval
from calls.states import CallState
from district_portal.accounts.models import District, Role, User
from district_portal.checks import routes
from district_portal.notifications.models import InboxItem, OutboxRow, SinkMail
from district_portal.reports.models import ReportRun
from enterprises.models import MembershipRole, Organisation
from projects.models import Network, Paper, Partner, Submission
from projects.operations.chain import add_to_chain, new_code
from projects.states import PaperState
from tests.factories.accounts import AppointmentFactory, DistrictFactory, RegionFactory, UserFactory
from tests.factories.alerts import FollowFactory, SavedSearchFactory
from tests.factories.assessment import assessed_call, assigned
from tests.factories.calls import (
    CallDocumentFactory,
    CallFactory,
    CallMilestoneFactory,
    CallVersionFactory,
    CatalogueImportFactory,
    ProgrammeFactory,
    QuestionFactory,
    whole_draft,
)
from tests.factories.enterprises import CompetenceFactory, InvitationFactory, MembershipFactory, OrganisationFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.funding import ProjectFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.factories.proposals import (
    AttachmentFactory,
    CommentFactory,
    DeclarationFactory,
    DeliverableFactory,
    DeMinimisAidFactory,
    ExpectedIndicatorFactory,
    HelperFactory,
    MilestoneFactory,
    NeedFactory,
    PaperFactory,
    ProposalVersionFactory,
    RiskFactory,
    WorkPackageFactory,
)

ROLES = ["anonymous", "enterprise", "facilitator", "evaluator", "organiser", "regional_staff", "admin"]
RANKING = [f"assessment:ranking_{name}" for name in ("publish", "discard", "projects", "check")]
COMMENT = ["reply", "edit", "delete", "resolve", "reopen"]
PANEL_PROPOSAL = ["proposal", "consensus", "proposal_close", "reopen"]
PATTERNS = {name: pattern for name, pattern, _view in routes()}


@dataclass
class Side:
    """The rows of one side: own or other."""

    district: District
    organisation: Organisation
    call: Call
    parameters: dict[str, dict[str, Any]]
    """Values of the addresses' parameters, by the route's namespace or name; the longer name wins."""


class World:
    media: Path
    """Where the rows' files are."""

    def __init__(self) -> None:
        home = DistrictFactory(region=RegionFactory(), slug="biomedical", name_en="Biomedical")
        away = DistrictFactory(
            region=RegionFactory(nuts="ITC4", slug="lombardia", name_it="Lombardia", name_en="Lombardy")
        )
        self.people = self._people(home)
        self.own = self._side(
            home,
            owner=self.people["enterprise"],
            reporter=self.people["regional_staff"],
            evaluator=self.people["evaluator"],
        )
        self.other = self._side(away, owner=UserFactory(), reporter=UserFactory(), evaluator=UserFactory())

    def _people(self, home: District) -> dict[str, User | None]:
        region = {"district": None, "region": home.region}
        return {
            "anonymous": None,
            "enterprise": UserFactory(),
            "facilitator": AppointmentFactory(role=Role.FACILITATOR, district=home).user,
            "organiser": AppointmentFactory(role=Role.ORGANISER, district=home).user,
            "evaluator": AppointmentFactory(role=Role.EVALUATOR, **region).user,
            "regional_staff": AppointmentFactory(role=Role.REGIONAL_STAFF, **region).user,
            "admin": UserFactory(is_staff=True, is_superuser=True),
        }

    def _side(self, district: District, *, owner: User, reporter: User, evaluator: User) -> Side:
        programme = ProgrammeFactory(region=district.region, slug=f"programme-{district.region.nuts}")
        call = CallFactory(districts=[district], programme=programme)
        organisation = OrganisationFactory(district=district)
        MembershipFactory(organisation=organisation, user=owner)
        colleague = MembershipFactory(organisation=organisation, role=MembershipRole.VIEWER)
        network = NetworkFactory(call=call, district=district, lead=organisation)
        invited = PartnerFactory(network=network, invited=True)
        question = {"name_it": "Idea", "name_en": "Idea", "limit": 2000, "code": "idea"}
        call.rules.create(kind="questions", parameters={"questions": [question]})
        said = CommentFactory(network=network, author=owner)
        submitted = NetworkFactory(call=call, district=district, lead=organisation, state="submitted")
        failed = PaperFactory(network=network, state=PaperState.FAILED)
        papers = {"detail": failed, "retry": failed, "download": self._ready_paper(network)}
        receipt = self._sent(call, district, organisation, owner)
        helper = HelperFactory(network=network)
        lead = {"pk": network.partners.get(role=Partner.Role.LEAD).pk}
        version = {"number": ProposalVersionFactory(network=network).number}
        need = {"pk": NeedFactory(network=network).pk}
        guest = RegistrationFactory(event=EventFactory(district=district))
        run = ReportRun.objects.create(report="funding", format="csv", requester=reporter)
        run_of_calls = CatalogueImportFactory(programme=programme)
        dead = OutboxRow.objects.create(
            key=str(uuid.uuid4()), message="calls/interest_registered", channel="mail", about="1", state="dead"
        )
        mail = SinkMail.objects.create(sender="portal", to="giulia@guest.example", subject="Hello", text="Hello")
        draft, waiting, first = self._prepared(district, programme, organisation)
        asked = {"pk": QuestionFactory(call=call, asked_by=owner, text="May we lead, being small?").pk}
        search = SavedSearchFactory(user=owner)
        rule = {"kind": call.rules.create(kind="minimum_members", parameters={"fewest": 1}).kind}
        words = {f"{part}_{language}": "Hello" for part in ("title", "text") for language in ("it", "en")}
        in_selection = self._selection(district, programme, organisation, reporter, evaluator)
        decisions = dict.fromkeys(("approve", "request_changes", "refuse"), {"uuid": submitted.pk})
        return Side(
            district,
            organisation,
            call,
            {
                "calls": {"slug": call.slug, "pk": CallDocumentFactory(call=call).pk},
                "calls:version": {"number": CallVersionFactory(call=call).number},
                "publishing": {"slug": call.slug},
                "publishing:delete": {"slug": draft.slug},
                "publishing:approval_ask": {"slug": draft.slug},
                **{f"publishing:{name}": waiting for name in ("approve", "approval_return", "approval_withdraw")},
                **{f"publishing:{name}": first for name in ("actuators", "actuator_remove", "second_tier")},
                **{f"publishing:{name}": rule for name in ("rule_edit", "rule_preview", "rule_remove")},
                "publishing:document_replace": {"pk": CallDocumentFactory(call=call).pk},
                "publishing:document_withdraw": {"pk": CallDocumentFactory(call=call).pk},
                **{
                    f"publishing:import_{name}": {"pk": run_of_calls.pk}
                    for name in ("detail", "report", "apply", "discard")
                },
                "publishing:milestone_edit": {"pk": CallMilestoneFactory(call=call).pk},
                "publishing:milestone_remove": {"pk": CallMilestoneFactory(call=call).pk},
                "call_calendar": {"slug": call.slug},
                "calls:question": asked,
                "calls:question_withdraw": asked,
                "calls:question_answer": asked,
                "calls:question_set_aside": asked,
                "calls:question_correct": {
                    "pk": QuestionFactory(call=call, answered=True, text="May we lead, being small?").pk
                },
                "enterprises": {"slug": organisation.slug, "token": InvitationFactory(organisation=organisation).token},
                "enterprises:competence_remove": {"pk": CompetenceFactory(organisation=organisation).pk},
                "enterprises:member_role": {"pk": colleague.pk},
                "enterprises:member_end": {"pk": colleague.pk},
                "enterprises:invitation_revoke": {"pk": InvitationFactory(organisation=organisation).pk},
                "projects": {"uuid": network.pk, "pk": invited.pk},
                "projects:network_new": {"slug": call.slug},
                **{f"projects:answer_{name}": {"key": "idea"} for name in ("edit", "take_over")},
                **{f"projects:comment_{name}": {"pk": said.pk} for name in COMMENT},
                **dict.fromkeys(("projects:need_remove", "projects:need_move"), need),
                "projects:budget_edit": {"pk": network.partners.get(role="lead").pk},
                **{f"projects:de_minimis{name}": {"slug": organisation.slug} for name in ("", "_state")},
                "projects:de_minimis_remove": {
                    "slug": organisation.slug,
                    "pk": DeMinimisAidFactory(organisation=organisation).pk,
                },
                **dict.fromkeys(("projects:sign_off", "projects:sign_off_withdraw"), lead),
                **dict.fromkeys(("projects:partner_edit", "projects:partner_leave"), lead),
                **{f"projects:lead_{name}": lead for name in ("offer", "take", "drop")},
                **{f"projects:helper_{name}": {"pk": helper.pk} for name in ("accept", "decline", "end")},
                **dict.fromkeys(("projects:version", "projects:version_download"), version),
                **dict.fromkeys(("projects:receipt", "projects:protocol_record"), receipt),
                "projects:verify_code": receipt,
                **{f"projects:paper_{name}": {"uuid": paper.pk} for name, paper in papers.items()},
                **self._planned(network),
                "projects:project_detail": {"slug": ProjectFactory(district=district, call=call).slug},
                "events": {"slug": guest.event.slug, "pk": guest.pk},
                "tickets": {"token": guest.token},
                "reports": {"pk": run.pk},
                "alerts": {"pk": search.pk, "token": search.token},
                "alerts:unfollow": {"pk": FollowFactory(user=owner, call=call).pk},
                "alerts_one_click": {"token": search.token},
                "personal_calendar": {"token": new_calendar(actor=owner)},
                "notifications": {"pk": InboxItem.objects.create(user=owner, **words).pk},
                "message_retry": {"pk": dead.pk},
                "message_abandon": {"pk": dead.pk},
                "status_mail_detail": {"pk": mail.pk},
            }
            | {f"projects:network_{name}": values for name, values in decisions.items()}
            | in_selection,
        )

    def _planned(self, network: Network) -> dict[str, dict[str, Any]]:
        """A work package with all that is in it, a risk, an indicator, a document, a declaration."""
        package = WorkPackageFactory(network=network)
        attachment, declaration = AttachmentFactory(network=network), DeclarationFactory(network=network)
        routes_of = {
            ("package_edit", "package_move", "package_remove", "plan_milestone_new", "deliverable_new"): package,
            ("plan_milestone_edit", "plan_milestone_remove"): MilestoneFactory(work_package=package),
            ("deliverable_edit", "deliverable_remove"): DeliverableFactory(work_package=package),
            ("risk_edit", "risk_remove"): RiskFactory(network=network),
            ("indicator_edit", "indicator_remove"): ExpectedIndicatorFactory(network=network),
            ("attachment", "attachment_replace", "attachment_remove", "attachment_restore"): attachment,
            ("declaration_withdraw",): declaration,
        }
        return {f"projects:{name}": {"pk": row.pk} for names, row in routes_of.items() for name in names}

    def _ready_paper(self, network: Network) -> Paper:
        file = SimpleUploadedFile("proposal.pdf", b"%PDF-1.7")
        return PaperFactory(network=network, state=PaperState.READY, file=file, name=file.name, sha256="0" * 64, size=8)

    def _selection(
        self, district: District, programme: Programme, organisation: Organisation, staff: User, evaluator: User
    ) -> dict[str, dict[str, Any]]:
        """A proposal in evaluation, whose evaluator has handed in, and one whose rejection is announced."""
        made = assessed_call(2, 0, district=district, programme=programme, state="admitted", attachment=b"%PDF-1.7")
        first, second = made.assessments
        second.network.partners.update(organisation=organisation)
        second.state = "rejection_announced"
        second.save()
        AnnouncedRejection.objects.create(
            assessment=second,
            target="excluded",
            reason="The annex is missing.",
            announced_by=staff,
            due_at=timezone.now() + timedelta(days=10),
        )
        row = assigned(first, evaluator, points=[20, 20, 15, 10, 5], submitted=True)
        sha256 = first.network.attachments.get().sha256
        meeting = PanelMeeting.objects.create(call=made.call, held_on=timezone.localdate(), created_by=staff)
        return {
            **{f"assessment:panel_{name}": {"pk": meeting.pk} for name in ("edit", "close", "agreed")},
            **{f"assessment:panel_{name}": {"pk": first.pk} for name in PANEL_PROPOSAL},
            "assessment:waive": {"pk": first.pk},
            "assessment:reword": {"pk": first.pk},
            **self._ranking(district, programme),
            "assessment": {"slug": made.call.slug, "uuid": first.network_id, "pk": row.pk, "sha256": sha256},
            "assessment:checks_save": {"stage": "formal"},
            "assessment:rejection": {"uuid": second.network_id},
            "assessment:rejection_answer": {"uuid": second.network_id},
        }

    def _ranking(self, district: District, programme: Programme) -> dict[str, dict[str, Any]]:
        """A published ranking without lines."""
        call = CallFactory(programme=programme, districts=[district], state=CallState.RANKED, budget=1000)
        data = to_json(Inputs(call.slug, Decimal(1000), None, (), (), ()))
        ranking = Ranking.objects.create(
            call=call,
            number=1,
            state="published",
            budget=1000,
            inputs=data,
            digest=ranking_digest(data),
            made_by=UserFactory(),
            published_at=timezone.now(),
        )
        return {
            **{
                f"assessment:ranking_{name}": {"pk": ranking.pk} for name in ("publish", "discard", "projects", "check")
            },
            "assessment:public_ranking": {"slug": call.slug},
        }

    def _sent(self, call: Call, district: District, organisation: Organisation, owner: User) -> dict[str, Any]:
        """The receipt of a network that was sent."""
        network = NetworkFactory(call=call, district=district, lead=organisation, state="sent")
        sent = add_to_chain(
            network,
            ProposalVersionFactory(network=network),
            kind=Submission.Kind.PROPOSAL,
            code=new_code(),
            files=[],
            actor=owner,
            moment=timezone.now(),
        )
        return {"uuid": network.pk, "number": sent.number, "code": sent.code}

    def _prepared(
        self, district: District, programme: Programme, organisation: Organisation
    ) -> tuple[Call, dict[str, Any], dict[str, Any]]:
        """A draft; a draft that waits for approval; a first call that has selected the organisation."""
        draft, waiting = (whole_draft(programme=programme, districts=[district]) for _number in range(2))
        request = ask_for_approval(waiting, actor=UserFactory(), target=CallState.PUBLISHED)
        first = CallFactory(programme=programme, tier=Tier.ACTUATORS, state=CallState.RANKED)
        selected = SelectedActuator.objects.create(call=first, organisation=organisation, district=district)
        return draft, {"slug": waiting.slug, "pk": request.pk}, {"slug": first.slug, "pk": selected.pk}

    def address(self, route: str, row: str) -> str:
        side = self.other if row == "other" else self.own
        known = side.parameters.get(route.partition(":")[0], {}) | side.parameters.get(route, {})
        names = re.findall(r"<(?:\w+:)?(\w+)>", PATTERNS[route])
        return reverse(route, kwargs={name: known[name] for name in names})
