from django.urls import path

from calls.views import (
    answers,
    detail,
    documents,
    eligibility,
    following,
    interest_messages,
    interested,
    interests,
    listing,
    questions,
    versions,
)

app_name = "calls"

urlpatterns = [
    path("", listing.call_list, name="list"),
    path("<slug:slug>/", detail.call_detail, name="detail"),
    path("<slug:slug>/eligibility/", eligibility.eligibility_check, name="eligibility"),
    path("<slug:slug>/eligibility/clear/", eligibility.eligibility_clear, name="eligibility_clear"),
    path("<slug:slug>/interest/", interests.interest_register, name="interest_register"),
    path("<slug:slug>/interest/withdraw/", interests.interest_withdraw, name="interest_withdraw"),
    path("<slug:slug>/interest/preview/", interests.interest_preview, name="interest_preview"),
    path("<slug:slug>/interested/", interested.interested, name="interested"),
    path("<slug:slug>/interests/", interested.interest_list, name="interests"),
    path("<slug:slug>/interests/message/", interest_messages.interest_message, name="interest_message"),
    path(
        "<slug:slug>/interests/message/preview/",
        interest_messages.interest_message_preview,
        name="interest_message_preview",
    ),
    path("<slug:slug>/interests/message/send/", interest_messages.interest_message_send, name="interest_message_send"),
    path("<slug:slug>/documents.zip", documents.documents_zip, name="documents_zip"),
    path("<slug:slug>/documents/<int:pk>/", documents.document, name="document"),
    path("<slug:slug>/versions/", versions.version_list, name="versions"),
    path("<slug:slug>/versions/<int:number>/", versions.version_detail, name="version"),
    path("<slug:slug>/follow/", following.call_follow, name="follow"),
    path("<slug:slug>/unfollow/", following.call_unfollow, name="unfollow"),
    path("<slug:slug>/questions/", questions.question_list, name="questions"),
    path("<slug:slug>/questions/ask/", questions.question_ask, name="question_ask"),
    path("<slug:slug>/questions/waiting/", answers.question_waiting, name="questions_waiting"),
    path("<slug:slug>/questions/<int:pk>/", questions.question_detail, name="question"),
    path("<slug:slug>/questions/<int:pk>/withdraw/", questions.question_withdraw, name="question_withdraw"),
    path("<slug:slug>/questions/<int:pk>/answer/", answers.question_answer, name="question_answer"),
    path("<slug:slug>/questions/<int:pk>/correct/", answers.question_correct, name="question_correct"),
    path("<slug:slug>/questions/<int:pk>/set-aside/", answers.question_set_aside, name="question_set_aside"),
]
