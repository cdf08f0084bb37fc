"""Addresses of the work plan, of documents and of declarations."""

from __future__ import annotations

from django.urls import URLPattern, path

from projects.views import attachments, plan

NETWORK = "networks/<uuid:uuid>/"
PLAN = f"{NETWORK}plan/"
DOCUMENTS = f"{NETWORK}documents/"

urlpatterns: list[URLPattern] = [
    path(PLAN, plan.plan_page, name="plan"),
    path(f"{PLAN}undo/", plan.plan_undo, name="plan_undo"),
    path(f"{PLAN}packages/new/", plan.package_new, name="package_new"),
    path(f"{PLAN}packages/<int:pk>/", plan.package_edit, name="package_edit"),
    path(f"{PLAN}packages/<int:pk>/move/", plan.package_move, name="package_move"),
    path(f"{PLAN}packages/<int:pk>/remove/", plan.package_remove, name="package_remove"),
    path(f"{PLAN}packages/<int:pk>/milestones/new/", plan.milestone_new, name="plan_milestone_new"),
    path(f"{PLAN}milestones/<int:pk>/", plan.milestone_edit, name="plan_milestone_edit"),
    path(f"{PLAN}milestones/<int:pk>/remove/", plan.milestone_remove, name="plan_milestone_remove"),
    path(f"{PLAN}packages/<int:pk>/deliverables/new/", plan.deliverable_new, name="deliverable_new"),
    path(f"{PLAN}deliverables/<int:pk>/", plan.deliverable_edit, name="deliverable_edit"),
    path(f"{PLAN}deliverables/<int:pk>/remove/", plan.deliverable_remove, name="deliverable_remove"),
    path(f"{PLAN}risks/new/", plan.risk_new, name="risk_new"),
    path(f"{PLAN}risks/<int:pk>/", plan.risk_edit, name="risk_edit"),
    path(f"{PLAN}risks/<int:pk>/remove/", plan.risk_remove, name="risk_remove"),
    path(f"{PLAN}indicators/new/", plan.indicator_new, name="indicator_new"),
    path(f"{PLAN}indicators/<int:pk>/", plan.indicator_edit, name="indicator_edit"),
    path(f"{PLAN}indicators/<int:pk>/remove/", plan.indicator_remove, name="indicator_remove"),
    path(DOCUMENTS, attachments.documents_page, name="documents"),
    path(f"{DOCUMENTS}new/", attachments.attachment_new, name="attachment_new"),
    path(f"{DOCUMENTS}<int:pk>/", attachments.attachment, name="attachment"),
    path(f"{DOCUMENTS}<int:pk>/replace/", attachments.attachment_replace, name="attachment_replace"),
    path(f"{DOCUMENTS}<int:pk>/remove/", attachments.attachment_remove, name="attachment_remove"),
    path(f"{DOCUMENTS}<int:pk>/restore/", attachments.attachment_restore, name="attachment_restore"),
    path(f"{NETWORK}declarations/", attachments.declarations_give, name="declarations_give"),
    path(f"{NETWORK}declarations/<int:pk>/withdraw/", attachments.declaration_withdraw, name="declaration_withdraw"),
]
