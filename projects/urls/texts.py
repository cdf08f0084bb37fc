"""The texts of a proposal and the discussion."""

from __future__ import annotations

from django.urls import path

from projects.views import comments, texts

urlpatterns = [
    path("networks/<uuid:uuid>/proposal/", texts.proposal, name="proposal"),
    path("networks/<uuid:uuid>/proposal/<str:key>/", texts.answer_edit, name="answer_edit"),
    path("networks/<uuid:uuid>/proposal/<str:key>/take-over/", texts.answer_take_over, name="answer_take_over"),
    path("networks/<uuid:uuid>/discussion/", comments.discussion, name="discussion"),
    path("networks/<uuid:uuid>/discussion/new/", comments.comment_new, name="comment_new"),
    path("networks/<uuid:uuid>/discussion/<int:pk>/reply/", comments.comment_reply, name="comment_reply"),
    path("networks/<uuid:uuid>/discussion/<int:pk>/edit/", comments.comment_edit, name="comment_edit"),
    path("networks/<uuid:uuid>/discussion/<int:pk>/delete/", comments.comment_delete, name="comment_delete"),
    path("networks/<uuid:uuid>/discussion/<int:pk>/resolve/", comments.comment_resolve, name="comment_resolve"),
    path("networks/<uuid:uuid>/discussion/<int:pk>/reopen/", comments.comment_reopen, name="comment_reopen"),
]
