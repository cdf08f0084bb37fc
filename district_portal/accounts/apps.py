from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "district_portal.accounts"
    label = "accounts"
