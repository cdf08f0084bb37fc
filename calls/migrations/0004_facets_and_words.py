"""What the database does to keep `calls.models.search`: notes changes, folds them, counts."""

from django.db import migrations

# A call and its links to districts and themes are noted when written or deleted, once for each statement, so that COPY,
# the import, the admin and operations all do it. Notes are only added: nobody waits for anybody.
NOTE = """
CREATE FUNCTION calls_note_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO calls_callchange (call_id) SELECT id FROM touched;
    RETURN NULL;
END $$;
CREATE FUNCTION calls_note_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO calls_callchange (call_id) SELECT DISTINCT call_id FROM touched;
    RETURN NULL;
END $$;
CREATE FUNCTION calls_note_programme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO calls_callchange (call_id) SELECT id FROM calls_call WHERE programme_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER calls_note_region AFTER UPDATE OF region_id ON calls_programme
    FOR EACH ROW EXECUTE FUNCTION calls_note_programme();
"""
NOTE_TRIGGERS = "".join(
    f"CREATE TRIGGER {table}_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} TABLE AS touched"
    f" FOR EACH STATEMENT EXECUTE FUNCTION {function}();\n"
    for table, function in (
        ("calls_call", "calls_note_calls"),
        ("calls_call_districts", "calls_note_links"),
        ("calls_call_themes", "calls_note_links"),
    )
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)

# The values of calls at a moment. Statuses are those of `CONDITIONS` in calls/models/querysets.py; a test compares.
VALUES = """
CREATE FUNCTION calls_facet_values(ids bigint[], moment timestamptz)
RETURNS TABLE (call_id bigint, facet text, value text) LANGUAGE sql STABLE AS $$
    WITH these AS (
        SELECT c.id, c.state, c.opens_at, c.closes_at, c.roles, c.actuator_id, p.region_id
        FROM calls_call c JOIN calls_programme p ON p.id = c.programme_id WHERE c.id = ANY (ids)
    )
    SELECT id, 'scope', 'public' FROM these WHERE state <> 'draft'
    UNION ALL SELECT id, 'scope', 'draft' FROM these WHERE state = 'draft'
    UNION ALL SELECT id, 'scope', 'region:' || region_id FROM these WHERE state = 'draft'
    UNION ALL SELECT id, 'scope', 'actuator:' || actuator_id FROM these WHERE state = 'draft' AND actuator_id > 0
    UNION ALL SELECT id, 'status', 'open' FROM these
        WHERE state = 'published' AND opens_at <= moment AND closes_at > moment
    UNION ALL SELECT id, 'status', 'closing_soon' FROM these
        WHERE state = 'published' AND opens_at <= moment AND closes_at > moment
            AND closes_at <= moment + interval '14 days'
    UNION ALL SELECT id, 'status', 'opening_soon' FROM these
        WHERE state = 'planned' OR state = 'published' AND opens_at > moment
    UNION ALL SELECT id, 'status', 'in_assessment' FROM these WHERE state = 'in_assessment'
    UNION ALL SELECT id, 'status', 'closed' FROM these
        WHERE state = 'published' AND closes_at <= moment OR state IN ('ranked', 'concluded', 'cancelled')
    UNION ALL SELECT id, 'role', role FROM these, unnest(roles) role
    UNION ALL SELECT id, 'role', 'any' FROM these WHERE roles = '{}'
    UNION ALL SELECT these.id, 'district', coalesce(link.district_id::text, 'any')
        FROM these LEFT JOIN calls_call_districts link ON link.call_id = these.id
    UNION ALL SELECT these.id, 'theme', link.theme_id::text FROM these JOIN calls_call_themes link ON link.call_id = these.id
$$;
CREATE FUNCTION calls_bit(id bigint) RETURNS bit varying LANGUAGE sql IMMUTABLE AS $$
    SELECT set_bit(repeat('0', 8192)::bit varying, (id % 8192)::int, 1)
$$;
CREATE FUNCTION calls_crossed(moment timestamptz) RETURNS SETOF bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    clock timestamptz := (SELECT max(as_of) FROM calls_facetclock);
    earlier timestamptz := least(clock, moment);
    later timestamptz := greatest(clock, moment);
BEGIN
    IF clock IS NOT NULL THEN
        RETURN QUERY SELECT id FROM calls_call WHERE state = 'published' AND (
            opened_key > earlier AND opened_key <= later
            OR deadline_key > earlier AND deadline_key <= later
            OR deadline_key > earlier + interval '14 days' AND deadline_key <= later + interval '14 days'
        );
    END IF;
END $$;
"""

COUNT = """
CREATE FUNCTION calls_facet_counts(
    moment timestamptz, scopes text[], statuses text[], roles text[], districts text[], themes text[], few integer
) RETURNS TABLE (facet text, value text, found numeric, bits text) LANGUAGE plpgsql STABLE AS $$
DECLARE
    zeros bit varying := repeat('0', 8192)::bit varying;
    ones bit varying := repeat('1', 8192)::bit varying;
    unfolded bigint[] := ARRAY(
        SELECT call_id FROM calls_callchange UNION SELECT id FROM calls_crossed(moment) id
    );
BEGIN
    RETURN QUERY
    WITH fresh AS (
        SELECT (call_id / 8192)::int AS block, f.facet, f.value, bit_or(calls_bit(call_id)) AS bits
        FROM calls_facet_values(unfolded, moment) f GROUP BY 1, 2, 3
    ), others AS (
        SELECT (id / 8192)::int AS block, ~bit_or(calls_bit(id)) AS bits FROM unnest(unfolded) id GROUP BY 1
    ), actual AS NOT MATERIALIZED (
        SELECT b.block, b.facet::text, b.value::text,
            CASE WHEN others.bits IS NULL THEN b.bits ELSE b.bits & others.bits END AS bits
        FROM calls_facetbits b LEFT JOIN others ON others.block = b.block
        UNION ALL SELECT fresh.block, fresh.facet, fresh.value, fresh.bits FROM fresh
    ), chosen AS (
        SELECT a.block,
            coalesce(bit_or(a.bits) FILTER (WHERE a.facet = 'scope'), zeros) AS seen,
            CASE WHEN statuses IS NULL THEN ones
                ELSE coalesce(bit_or(a.bits) FILTER (WHERE a.facet = 'status'), zeros) END AS status,
            CASE WHEN roles IS NULL THEN ones
                ELSE coalesce(bit_or(a.bits) FILTER (WHERE a.facet = 'role'), zeros) END AS role,
            CASE WHEN districts IS NULL THEN ones
                ELSE coalesce(bit_or(a.bits) FILTER (WHERE a.facet = 'district'), zeros) END AS district,
            CASE WHEN themes IS NULL THEN ones
                ELSE coalesce(bit_or(a.bits) FILTER (WHERE a.facet = 'theme'), zeros) END AS theme
        FROM actual a
        WHERE a.facet = 'scope' AND a.value = ANY (scopes)
            OR a.facet = 'status' AND a.value = ANY (statuses)
            OR a.facet = 'role' AND a.value = ANY (roles || 'any'::text)
            OR a.facet = 'district' AND a.value = ANY (districts || 'any'::text)
            OR a.facet = 'theme' AND a.value = ANY (themes)
        GROUP BY a.block
    ), masks AS MATERIALIZED (
        SELECT c.block,
            seen & role & district & theme AS status,
            seen & c.status & district & theme AS role,
            seen & c.status & role & theme AS district,
            seen & c.status & role & district AS theme,
            seen & c.status & role & district & theme AS shown
        FROM chosen c
    )
    SELECT a.facet, a.value, sum(bit_count(a.bits & CASE a.facet WHEN 'status' THEN m.status
        WHEN 'role' THEN m.role WHEN 'district' THEN m.district ELSE m.theme END)), ''
    FROM actual a JOIN masks m ON m.block = a.block WHERE a.facet <> 'scope' GROUP BY 1, 2
    UNION ALL SELECT 'status', 'all', coalesce(sum(bit_count(status)), 0), '' FROM masks
    UNION ALL SELECT 'shown', '', coalesce(sum(bit_count(shown)), 0), '' FROM masks
    -- Which calls they are, where they are so few that looking at them alone is less work than walking along an index.
    UNION ALL SELECT 'bits', block::text, bit_count(shown)::numeric, shown::text FROM masks
        WHERE bit_count(shown) > 0 AND (SELECT sum(bit_count(shown)) FROM masks) <= few;
END $$;
"""

# Words as they stand in the texts: letters only, four or more, lower case, without accents.
FOLD = """
CREATE FUNCTION calls_fold(moment timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    written bigint[];
    blocks integer[];
    one integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('calls_fold')) THEN
        RETURN 0;
    END IF;
    -- Only what is committed is taken; what is written meanwhile has its own note, and is folded again with it.
    WITH taken AS (DELETE FROM calls_callchange RETURNING call_id)
        SELECT coalesce(array_agg(DISTINCT call_id), '{}') FROM taken INTO written;
    blocks := ARRAY(
        SELECT DISTINCT (id / 8192)::int FROM (SELECT unnest(written) UNION SELECT calls_crossed(moment)) ids (id)
    );
    FOREACH one IN ARRAY blocks LOOP
        DELETE FROM calls_facetbits WHERE block = one;
        INSERT INTO calls_facetbits (block, facet, value, bits)
            SELECT one, facet, value, bit_or(calls_bit(call_id)) FROM calls_facet_values(
                ARRAY(SELECT id FROM calls_call WHERE id >= one * 8192::bigint AND id < (one + 1) * 8192::bigint), moment
            ) GROUP BY facet, value;
    END LOOP;
    INSERT INTO calls_searchword (word, deletions)
        SELECT word, ARRAY(
            SELECT word UNION SELECT overlay(word PLACING '' FROM place FOR 1) FROM generate_series(1, length(word)) place
        ) FROM (
            SELECT DISTINCT unnest(tsvector_to_array(to_tsvector('simple', translate(
                concat_ws(' ', title_it, summary_it, plain_it, body_it, title_en, summary_en, plain_en, body_en),
                'àáâãäåçèéêëìíîïñòóôõöùúûüýÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝ',
                'aaaaaaceeeeiiiinooooouuuuyAAAAAACEEEEIIIINOOOOOUUUUY'
            )))) AS word FROM calls_call WHERE id = ANY (written) AND state <> 'draft'
        ) words WHERE word ~ '^[a-z]{4,30}$' ON CONFLICT DO NOTHING;
    -- Never rewritten for nothing: the bits hold until the next call crosses a moment of its own.
    IF blocks <> '{}' OR NOT EXISTS (SELECT FROM calls_facetclock) THEN
        DELETE FROM calls_facetclock;
        INSERT INTO calls_facetclock (as_of) VALUES (moment);
    END IF;
    RETURN cardinality(blocks);
END $$;
"""

TAKE_BACK = """
DROP TRIGGER calls_note_region ON calls_programme;
DROP FUNCTION calls_note_calls CASCADE;
DROP FUNCTION calls_note_links CASCADE;
DROP FUNCTION calls_note_programme;
DROP FUNCTION calls_fold;
DROP FUNCTION calls_facet_counts;
DROP FUNCTION calls_crossed;
DROP FUNCTION calls_facet_values;
DROP FUNCTION calls_bit;
"""


class Migration(migrations.Migration):
    dependencies = [("calls", "0003_published_at")]

    operations = [
        migrations.RunSQL(
            [
                NOTE,
                NOTE_TRIGGERS,
                VALUES,
                COUNT,
                FOLD,
                "INSERT INTO calls_callchange (call_id) SELECT id FROM calls_call",
            ],
            TAKE_BACK,
        )
    ]
