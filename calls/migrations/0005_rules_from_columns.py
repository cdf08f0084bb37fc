"""Calls from before rules were data: what their columns say becomes rules, from which the columns follow from now on."""

from django.db import migrations

RULES = """
INSERT INTO calls_callrule (call_id, kind, parameters)
SELECT id, 'minimum_members', jsonb_build_object('fewest', partners_min)
  FROM calls_call WHERE partners_min > 0
UNION ALL
SELECT id, 'roles', jsonb_build_object('kinds', to_jsonb(roles)) FROM calls_call WHERE cardinality(roles) > 0
UNION ALL
SELECT id, 'grant', jsonb_strip_nulls(jsonb_build_object(
           'share', trim_scale(grant_share)::text, 'highest', trim_scale(grant_max)::text))
  FROM calls_call WHERE COALESCE(grant_share, grant_max) IS NOT NULL
UNION ALL
SELECT id, 'project_cost', jsonb_strip_nulls(jsonb_build_object(
           'lowest', trim_scale(project_cost_min)::text, 'highest', trim_scale(project_cost_max)::text))
  FROM calls_call WHERE COALESCE(project_cost_min, project_cost_max) IS NOT NULL
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("calls", "0004_facets_and_words")]

    operations = [migrations.RunSQL(RULES, migrations.RunSQL.noop)]
