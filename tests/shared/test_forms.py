"""How forms are rendered: hint and error belong to their control, nothing typed is lost."""

import re

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.utils import translation

from district_portal.shared.forms import YesNo


class GuestForm(forms.Form):
    email = forms.EmailField(
        label="Email",
        help_text="We send the ticket here.",
        widget=forms.EmailInput(attrs={"placeholder": "Email", "autocomplete": "email"}),
    )
    category = forms.ChoiceField(label="You come as", choices=[("press", "Press")])
    needs = forms.CharField(label="Needs", required=False, widget=forms.Textarea(attrs={"class": "wide"}))
    listed = forms.BooleanField(label="Show my name", required=False)
    parts = forms.MultipleChoiceField(
        label="Parts", choices=[("am", "Morning"), ("pm", "Afternoon")], widget=forms.CheckboxSelectMultiple
    )
    site = forms.ChoiceField(label="A site here", choices=[("y", "Yes"), ("n", "Not yet")], widget=YesNo)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def rendered(form: forms.Form, source: str = "") -> str:
    request = RequestFactory().get("/en/")
    request.user = AnonymousUser()
    source = source or '{% include "components/form.html" with form=form submit="Register" only %}'
    return Template(source).render(RequestContext(request, {"form": form}))


def test_controls_get_the_classes_of_the_design_system():
    html = rendered(GuestForm())
    assert re.search(r'<input type="email" [^>]*class="form-control"', html)
    assert re.search(r'<select name="category" [^>]*class="form-select"', html)
    assert 'class="form-control wide"' in html
    assert 'type="checkbox" name="listed" id="id_listed"' in html


def test_a_placeholder_is_never_the_label():
    html = rendered(GuestForm())
    assert "placeholder" not in html
    assert 'autocomplete="email"' in html


def test_only_optional_answers_are_marked():
    html = rendered(GuestForm())
    assert html.count("(optional)") == 1
    assert 'Needs <span class="muted fw-normal">(optional)</span>' in html


def test_groups_are_fieldsets_with_a_legend():
    html = rendered(GuestForm())
    assert html.count("<fieldset") == 2
    assert "<legend>Parts</legend>" in html
    assert '<div class="dn-yn">' in html


def test_each_error_stands_at_its_field_and_is_linked_from_the_summary():
    html = rendered(GuestForm({"email": "giulia@", "category": "press", "listed": "on"}))
    assert "Check 3 answers" in html
    assert '<a href="#id_email">Email: Enter a valid email address.</a>' in html
    assert '<a href="#id_parts_0">Parts: This field is required.</a>' in html
    assert 'aria-invalid="true" aria-describedby="id_email_helptext id_email_error"' in html
    assert 'id="id_email_error"' in html


def test_what_was_typed_is_kept():
    html = rendered(GuestForm({"email": "giulia@", "needs": "a <ramp>", "parts": ["pm"]}))
    assert 'value="giulia@"' in html
    assert "a &lt;ramp&gt;" in html
    assert re.findall(r'value="(\w+)"[^>]* checked', html) == ["pm"]


def test_an_untouched_form_shows_no_error():
    html = rendered(GuestForm())
    assert "dn-errsum" not in html
    assert "dn-err" not in html


def test_a_form_in_an_isolated_component_carries_its_csrf_token():
    assert 'name="csrfmiddlewaretoken" value="' in rendered(GuestForm())


@pytest.mark.parametrize(("data", "title"), [(None, "Register"), ({"email": "x"}, "Error: Register")])
def test_the_title_of_the_page_says_that_there_are_errors(data, title):
    assert rendered(GuestForm(data), "{% error_prefix form %}Register") == title
