"""The journal is only added to; scores that were handed in stay as they are. Held by the database itself."""

from django.db import migrations

STAY = """
CREATE FUNCTION assessment_journal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the decision journal is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER assessment_journal_stays BEFORE UPDATE OR DELETE ON assessment_journalentry
    FOR EACH ROW EXECUTE FUNCTION assessment_journal_stays();

CREATE FUNCTION assessment_scores_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.assignment_id ELSE OLD.assignment_id END;
BEGIN
    IF EXISTS (SELECT FROM assessment_assignment WHERE id = touched AND submitted_at IS NOT NULL) THEN
        RAISE EXCEPTION 'these scores were handed in' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER assessment_scores_stay BEFORE INSERT OR UPDATE OR DELETE ON assessment_score
    FOR EACH ROW EXECUTE FUNCTION assessment_scores_stay();

CREATE FUNCTION assessment_handed_in_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'these scores were handed in' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER assessment_handed_in_stays BEFORE UPDATE OF submitted_at ON assessment_assignment
    FOR EACH ROW WHEN (OLD.submitted_at IS NOT NULL AND NEW.submitted_at IS DISTINCT FROM OLD.submitted_at)
    EXECUTE FUNCTION assessment_handed_in_stays();
"""

TAKE_BACK = """
DROP FUNCTION assessment_journal_stays CASCADE;
DROP FUNCTION assessment_scores_stay CASCADE;
DROP FUNCTION assessment_handed_in_stays CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_initial")]

    operations = [migrations.RunSQL(STAY, TAKE_BACK)]
