from django.urls import path

from calls.views import imports, publishing, publishing_documents, publishing_more, publishing_moves, rules

app_name = "publishing"

urlpatterns = [
    path("", publishing.call_list, name="list"),
    path("new/", publishing.call_new, name="new"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/<uuid:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<uuid:pk>/report.csv", imports.import_report, name="import_report"),
    path("imports/<uuid:pk>/apply/", imports.import_apply, name="import_apply"),
    path("imports/<uuid:pk>/discard/", imports.import_discard, name="import_discard"),
    path("<slug:slug>/", publishing.call_detail, name="detail"),
    path("<slug:slug>/edit/", publishing.call_edit, name="edit"),
    path("<slug:slug>/delete/", publishing.call_delete, name="delete"),
    path("<slug:slug>/copy/", publishing_more.call_copy, name="copy"),
    path("<slug:slug>/ask/", publishing_moves.approval_ask, name="approval_ask"),
    path("<slug:slug>/requests/<int:pk>/approve/", publishing_moves.approve, name="approve"),
    path("<slug:slug>/requests/<int:pk>/return/", publishing_moves.approval_return, name="approval_return"),
    path("<slug:slug>/requests/<int:pk>/withdraw/", publishing_moves.approval_withdraw, name="approval_withdraw"),
    path("<slug:slug>/deadline/", publishing_moves.extend, name="extend"),
    path("<slug:slug>/assessment/", publishing_moves.assessment, name="assessment"),
    path("<slug:slug>/ranking/", publishing_moves.ranking, name="ranking"),
    path("<slug:slug>/conclude/", publishing_moves.conclude, name="conclude"),
    path("<slug:slug>/cancel/", publishing_moves.cancel, name="cancel"),
    path("<slug:slug>/actuators/", publishing_more.actuators, name="actuators"),
    path("<slug:slug>/actuators/<int:pk>/remove/", publishing_more.actuator_remove, name="actuator_remove"),
    path("<slug:slug>/actuators/<int:pk>/call/", publishing_more.second_tier, name="second_tier"),
    path("<slug:slug>/documents/", publishing_documents.document_list, name="documents"),
    path("<slug:slug>/documents/<int:pk>/replace/", publishing_documents.document_replace, name="document_replace"),
    path("<slug:slug>/documents/<int:pk>/withdraw/", publishing_documents.document_withdraw, name="document_withdraw"),
    path("<slug:slug>/timeline/", publishing_documents.timeline, name="timeline"),
    path("<slug:slug>/timeline/<int:pk>/", publishing_documents.milestone_edit, name="milestone_edit"),
    path("<slug:slug>/timeline/<int:pk>/remove/", publishing_documents.milestone_remove, name="milestone_remove"),
    path("<slug:slug>/rules/", rules.rule_list, name="rules"),
    path("<slug:slug>/rules/start/", rules.rules_start, name="rules_start"),
    path("<slug:slug>/rules/<str:kind>/", rules.rule_edit, name="rule_edit"),
    path("<slug:slug>/rules/<str:kind>/preview/", rules.rule_preview, name="rule_preview"),
    path("<slug:slug>/rules/<str:kind>/remove/", rules.rule_remove, name="rule_remove"),
]
