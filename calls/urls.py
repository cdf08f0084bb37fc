from django.urls import path

from calls import views

app_name = "calls"

urlpatterns = [
    path("", views.call_list, name="list"),
    path("<slug:slug>/", views.call_detail, name="detail"),
    path("<slug:slug>/interest/", views.interest_register, name="interest_register"),
    path("<slug:slug>/interest/withdraw/", views.interest_withdraw, name="interest_withdraw"),
    path("<slug:slug>/interests/", views.interest_list, name="interests"),
    path("<slug:slug>/documents/<int:pk>/", views.document, name="document"),
]
