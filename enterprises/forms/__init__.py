"""Forms about organisations, their competences and their people."""

from enterprises.forms.competences import CompetenceForm
from enterprises.forms.organisation import OrganisationForm
from enterprises.forms.people import InviteForm, RoleForm

__all__ = ["CompetenceForm", "InviteForm", "OrganisationForm", "RoleForm"]
