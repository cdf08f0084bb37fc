"""The rules of a call, for those who prepare it."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.forms.documents import NoteMixin
from calls.forms.rules import RemoveRuleForm, SourceForm, StartForm, parameters_in, rule_form
from calls.models import AidTable, Call, CallRule, rules_of
from calls.operations.rules import remove_rule, replace_rules, save_rule
from calls.panels import rulebook
from calls.permissions import can_prepare_call, can_prepare_part
from calls.rule_sets import Source
from calls.rules import RULES, Rule, Scope, Unreadable, in_order
from calls.rules.aid import AidVersion
from calls.views.rows import visible_call
from district_portal.shared.access import access
from district_portal.shared.ui import language

# What parameters that a kind does not understand raise (see `Rule.__init__`).
NOT_UNDERSTOOD = (AttributeError, KeyError, TypeError, ValueError, ArithmeticError)


class Entry(NamedTuple):
    """A kind of rule of a call, and its row if the call has it."""

    call: Call
    kind: str
    rule: type[Rule]
    row: CallRule | None

    @property
    def title(self) -> str:
        """Templates call classes instead of reading them."""
        return str(self.rule.title)

    @property
    def topic(self) -> str:
        return str(self.rule.scope.label)


def _entry(request: HttpRequest, slug: str, kind: str) -> Entry:
    """A kind of rule, entered already or not."""
    call = visible_call(request, slug)
    if kind not in RULES:
        raise Http404
    return Entry(call, kind, RULES[kind], call.rules.filter(kind=kind).first())


def _entered(request: HttpRequest, slug: str, kind: str) -> Entry:
    """A rule that the call has, be it one that no class understands."""
    call = visible_call(request, slug)
    row = call.rules.filter(kind=kind).first()
    if row is None:
        raise Http404
    return Entry(call, kind, RULES.get(kind, Unreadable), row)


# --- The list ----------------------------------------------------------------------------------------------------


@require_safe
@access(can_prepare_call, on=visible_call)
def rule_list(request: HttpRequest, call: Call) -> HttpResponse:
    """What is entered, what is missing, which kinds there are, and where one can start from."""
    table = _table(call)
    rows = [(row, row.read(_version(table))) for row in call.rules.all()]
    shown = in_order([rule for _row, rule in rows])
    kinds = {id(rule): row.kind for row, rule in rows}
    context = {
        "call": call,
        "section": "rules",
        "rules": [_told(kinds[id(rule)], rule, table) for rule in shown],
        "missing": rulebook.missing(shown) if shown else [],
        "kinds": _kinds_left({row.kind for row, _rule in rows}),
        "form": SourceForm(call=call, user=request.user),
        "aid_table": call.aid_table,
    }
    return render(request, "publishing/rules.html", context)


def _told(kind: str, rule: Rule, table: AidTable | None) -> dict[str, Any]:
    """One rule in both languages, the reader's one first."""
    said = _sentences(type(rule), rule.parameters, table)
    said.sort(key=lambda sentence: sentence.language != language())
    return {"kind": kind, "title": rule.title, "sentences": said, "readable": not isinstance(rule, Unreadable)}


def _kinds_left(taken: set[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Names and titles of the kinds that the call has not yet, by what they speak about."""
    left = sorted((rule for kind, rule in RULES.items() if kind not in taken), key=lambda rule: rule.order)
    groups = [
        (str(scope.label), [(rule.kind, str(rule.title)) for rule in left if rule.scope == scope]) for scope in Scope
    ]
    return [(title, rules) for title, rules in groups if rules]


# --- One rule ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_part, on=_entry)
def rule_edit(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Enter a rule, or change it."""
    if request.method != "POST":
        return _edit_page(request, entry, rule_form(entry.rule)(call=entry.call, initial=_initial(entry)))
    form = rule_form(entry.rule)(request.POST, call=entry.call)
    if not form.is_valid():
        return _edit_page(request, entry, form, status=422)
    parameters = parameters_in(form, entry.rule)
    save_rule(entry.call, kind=entry.kind, parameters=parameters, actor=request.user, note=form.told)
    messages.success(request, _("The rule “%(title)s” is saved") % {"title": entry.title})
    return redirect("publishing:rules", entry.call.slug)


def _initial(entry: Entry) -> dict[str, Any]:
    """What is stored; nothing where it can't be read, so that it is entered afresh."""
    rule = entry.row.read(_version(_table(entry.call))) if entry.row else None
    return rule.initial if rule is not None and not isinstance(rule, Unreadable) else {}


@require_POST
@access(can_prepare_part, on=_entry)
def rule_preview(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The sentence that the form would make, in both languages; nothing is saved."""
    form = rule_form(entry.rule)(request.POST, call=entry.call)
    if note := form.fields.get("note"):
        note.required = False  # it is said when the rule is saved
    status = 200 if form.is_valid() else 422
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "publishing/rules_preview.html", {"sentences": _said(entry, form)}, status=status)
    return _edit_page(request, entry, form, status=status)


def _edit_page(request: HttpRequest, entry: Entry, form: NoteMixin, status: int = 200) -> HttpResponse:
    context = {
        "call": entry.call,
        "section": "rules",
        "entry": entry,
        "form": form,
        "sentences": _said(entry, form),
    }
    return render(request, "publishing/rules_edit.html", context, status=status)


def _said(entry: Entry, form: NoteMixin) -> list[rulebook.Sentence]:
    """What the form says, or what is stored as long as nothing was sent; none where the form is not complete."""
    if not form.is_bound:
        return _sentences(entry.rule, entry.row.parameters, _table(entry.call)) if entry.row else []
    if set(form.errors) - {"note"}:
        return []
    return _sentences(entry.rule, parameters_in(form, entry.rule), _table(entry.call))


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_part, on=_entered)
def rule_remove(request: HttpRequest, entry: Entry) -> HttpResponse:
    form = RemoveRuleForm(request.POST if request.method == "POST" else None, call=entry.call)
    if form.is_valid():
        remove_rule(entry.call, kind=entry.kind, actor=request.user, note=form.told)
        messages.success(request, _("The rule “%(title)s” is removed") % {"title": entry.title})
        return redirect("publishing:rules", entry.call.slug)
    sentence = entry.row.read(_version(_table(entry.call))).explain()
    context = {"call": entry.call, "section": "rules", "entry": entry, "form": form, "sentence": sentence}
    return render(request, "publishing/rules_remove.html", context, status=422 if form.is_bound else 200)


# --- All at once -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def rules_start(request: HttpRequest, call: Call) -> HttpResponse:
    """Take over the rules of `?source=` (a ready set, or another call) in the place of those that there are."""
    choice = SourceForm(request.GET if "source" in request.GET else None, call=call, user=request.user)
    source = choice.chosen if choice.is_valid() else None
    form = StartForm(request.POST if request.method == "POST" else None, call=call)
    if source is None:
        context = {"call": call, "section": "rules", "source": None, "form": choice}
        unknown = choice.is_bound or request.method == "POST"
        return render(request, "publishing/rules_start.html", context, status=422 if unknown else 200)
    if form.is_valid():
        replace_rules(call, rules=source.rules, actor=request.user, note=form.told)
        messages.success(request, _("The rules are taken over: check each of them"))
        return redirect("publishing:rules", call.slug)
    context = {
        "call": call,
        "section": "rules",
        "source": source,
        "form": form,
        "coming": _explained(call, source),
        "going": [rule.explain() for rule in rules_of(call)],
    }
    return render(request, "publishing/rules_start.html", context, status=422 if form.is_bound else 200)


def _explained(call: Call, source: Source) -> list[str]:
    aid = _version(_table(call))
    rows = [CallRule(call=call, kind=kind, parameters=given).read(aid) for kind, given in source.rules.items()]
    return [rule.explain() for rule in in_order(rows)]


# --- Sentences ---------------------------------------------------------------------------------------------------


def _table(call: Call) -> AidTable | None:
    """The call's version of the tables of aid, or the one that it would get: the newest of today."""
    return call.aid_table or AidTable.objects.valid_on(timezone.localdate()).last()


def _version(table: AidTable | None) -> AidVersion | None:
    return table.version if table else None


def _sentences(rule: type[Rule], parameters: Any, table: AidTable | None) -> list[rulebook.Sentence]:
    """In both languages; none where the parameters can't be understood."""
    try:
        return rulebook.sentences(lambda: rule(parameters, aid=_version(table)))
    except NOT_UNDERSTOOD:
        return []
