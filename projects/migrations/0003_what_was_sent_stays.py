"""Submissions and versions of proposals are only added to. Held by the database itself, whoever asks."""

from django.db import migrations

# Emptying whole tables is refused too, but for whoever says beforehand that this is what they want (the tests, which
# empty their database after each other): SET district_portal.emptying = 'on'.
STAY = """
CREATE FUNCTION projects_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND coalesce(current_setting('district_portal.emptying', true), '') = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is never changed and never deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER projects_submission_stays BEFORE UPDATE OR DELETE ON projects_submission
    FOR EACH ROW EXECUTE FUNCTION projects_stays();
CREATE TRIGGER projects_submission_is_not_emptied BEFORE TRUNCATE ON projects_submission
    FOR EACH STATEMENT EXECUTE FUNCTION projects_stays();
CREATE TRIGGER projects_proposalversion_stays BEFORE UPDATE OR DELETE ON projects_proposalversion
    FOR EACH ROW EXECUTE FUNCTION projects_stays();
CREATE TRIGGER projects_proposalversion_is_not_emptied BEFORE TRUNCATE ON projects_proposalversion
    FOR EACH STATEMENT EXECUTE FUNCTION projects_stays();
"""

TAKE_BACK = "DROP FUNCTION projects_stays CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_proposals_and_submissions")]

    operations = [migrations.RunSQL(STAY, TAKE_BACK)]
