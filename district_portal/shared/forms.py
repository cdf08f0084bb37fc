"""How every form of the portal is rendered: label, hint, error, control, in this order and tied together."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting


class YesNo(forms.RadioSelect):
    """Two radio buttons shown as pills, for "Yes" and "Not yet"."""


class PortalBoundField(forms.BoundField):
    """A field that knows how it looks."""

    @property
    def kind(self) -> str:
        """Which part of the field template draws it."""
        widget = self.field.widget
        if own := getattr(widget, "portal_kind", None):
            return own
        if isinstance(widget, YesNo):
            return "yesno"
        if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
            return "group"
        return "checkbox" if isinstance(widget, forms.CheckboxInput) else "control"

    @property
    def anchor(self) -> str:
        """The id that the error summary links to: the control, or the first one of a group."""
        return f"{self.auto_id}_0" if self.kind in ("group", "rows", "yesno") else self.id_for_label

    @property
    def topic(self) -> str:
        """The label as the first words of a line of the error summary."""
        return str(self.label).rstrip(".:?")

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if not widget.is_hidden and self.kind == "control":
            css = "form-select" if isinstance(widget, forms.Select) else "form-control"
            own = attrs.get("class") or widget.attrs.get("class")
            attrs["class"] = f"{css} {own}" if own else css
        if "placeholder" in widget.attrs:
            attrs["placeholder"] = False  # a placeholder is no label: False keeps Django from writing it
        return attrs


class PortalRenderer(TemplatesSetting):
    """Forms and fields in the portal's own templates (`templates/django/forms/`)."""

    form_template_name = "django/forms/portal.html"
    field_template_name = "django/forms/field.html"
    bound_field_class = PortalBoundField
