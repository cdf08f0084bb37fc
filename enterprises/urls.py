"""Addresses below /organisations/. Words that stand before the slug are reserved (`operations.RESERVED_SLUGS`)."""

from django.urls import path

from enterprises.views import competences, directory, invitations, options, people, profile

app_name = "enterprises"

urlpatterns = [
    path("", directory.organisation_list, name="list"),
    path("new/", profile.organisation_new, name="new"),
    path("activities/", options.activity_options, name="activity_options"),
    path("municipalities/", options.municipality_options, name="municipality_options"),
    path("invitations/<str:token>/", invitations.invitation_page, name="invitation"),
    path("invitations/<str:token>/accept/", invitations.invitation_accept, name="invitation_accept"),
    path("<slug:slug>/", directory.organisation_detail, name="detail"),
    path("<slug:slug>/edit/", profile.organisation_edit, name="edit"),
    path("<slug:slug>/competences/", competences.competences, name="competences"),
    path("<slug:slug>/competences/add/", competences.competence_add, name="competence_add"),
    path("<slug:slug>/competences/<int:pk>/remove/", competences.competence_remove, name="competence_remove"),
    path("<slug:slug>/people/", people.people, name="people"),
    path("<slug:slug>/people/invite/", people.member_invite, name="member_invite"),
    path("<slug:slug>/people/<int:pk>/role/", people.member_role, name="member_role"),
    path("<slug:slug>/people/<int:pk>/end/", people.member_end, name="member_end"),
    path("<slug:slug>/invitations/<int:pk>/revoke/", people.invitation_revoke, name="invitation_revoke"),
]
