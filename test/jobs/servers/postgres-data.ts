export interface FillOptions {
  /** Of the largest table; the others have a part of it. @default 1000 */
  readonly rows?: number;
  /** @default 3 */
  readonly largeObjects?: number;
  /** Another number makes other content. @default 1 */
  readonly seed?: number;
}

/**
 * SQL that makes a database with what a dump can lose: two schemas, types of its own, keys between tables, sequences that
 * are ahead of their rows, views, functions, triggers, defaults, comments, grants, partitions, large objects, and texts
 * that are hard to quote. Without random(): the same options make the same rows.
 */
export function dataOf({ rows = 1000, largeObjects = 3, seed = 1 }: FillOptions = {}): string {
  return `
SET client_min_messages = warning;
CREATE SCHEMA audit;
CREATE TYPE key_state AS ENUM ('active', 'rotated', 'revoked');
CREATE DOMAIN label AS text CHECK (length(value) < 200);
CREATE TYPE origin AS (region text, node int);
CREATE FUNCTION pseudo(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT md5((n * 7919 + ${seed})::text) $$;

CREATE TABLE organisation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name label NOT NULL UNIQUE,
  note text,
  made timestamptz NOT NULL DEFAULT '2026-01-01 00:00:00+00'
);
COMMENT ON TABLE organisation IS 'Who owns keys; "quoted" and ''twice''';
CREATE TABLE key_record (
  id uuid PRIMARY KEY,
  organisation bigint NOT NULL REFERENCES organisation ON DELETE RESTRICT,
  state key_state NOT NULL DEFAULT 'active',
  origin origin,
  tags text[] NOT NULL DEFAULT '{}',
  settings jsonb NOT NULL DEFAULT '{}',
  wrapped bytea NOT NULL,
  weight numeric(20, 6),
  ratio double precision,
  valid tstzrange,
  made date
);
CREATE INDEX key_record_settings ON key_record USING gin (settings);
CREATE INDEX key_record_active ON key_record (organisation) WHERE state = 'active';
CREATE TABLE audit.entry (
  id bigserial,
  at timestamptz NOT NULL,
  key uuid,
  what text,
  before text GENERATED ALWAYS AS (upper(what)) STORED
) PARTITION BY RANGE (at);
CREATE TABLE audit.entry_2026_01 PARTITION OF audit.entry FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE audit.entry_rest PARTITION OF audit.entry DEFAULT;
CREATE TABLE empty_table (id int PRIMARY KEY, "Strange Name" text);

INSERT INTO organisation (name, note)
  SELECT 'org ' || n, CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN E'tab\\t, newline\\n, back\\\\slash' WHEN 2 THEN 'ünï © 漢字 🔑'
    WHEN 3 THEN '' ELSE $q$it's "quoted"; DROP TABLE x; --$q$ END
  FROM generate_series(1, ${Math.max(5, Math.floor(rows / 50))}) n;
INSERT INTO key_record
  SELECT pseudo(n)::uuid, 1 + n % ${Math.max(5, Math.floor(rows / 50))}, (enum_range(NULL::key_state))[1 + n % 3],
    ROW('eu-' || n % 4, n)::origin, ARRAY[pseudo(n + 1), 'a,b"c', NULL],
    jsonb_build_object('n', n, 'deep', jsonb_build_object('text', pseudo(n))),
    decode(repeat(pseudo(n), 4), 'hex'), n / 7.0, CASE WHEN n % 97 = 0 THEN 'NaN' ELSE n / 3.0 END,
    tstzrange('2026-01-01 00:00+00'::timestamptz + n * interval '1 minute', NULL), date '2026-01-01' + n % 365
  FROM generate_series(1, ${rows}) n;
INSERT INTO audit.entry (at, key, what)
  SELECT '2026-01-01 00:00+00'::timestamptz + n * interval '1 hour', pseudo(n)::uuid, 'used ' || pseudo(n)
  FROM generate_series(1, ${rows}) n;
SELECT setval('audit.entry_id_seq', ${rows * 3});
CREATE SEQUENCE ticket START 100 INCREMENT 7 CYCLE MAXVALUE 100000;
SELECT nextval('ticket') FROM generate_series(1, 4) \\g /dev/null

CREATE VIEW active_keys AS SELECT o.name, count(*) AS keys FROM key_record k JOIN organisation o ON o.id = k.organisation
  WHERE k.state = 'active' GROUP BY o.name;
CREATE MATERIALIZED VIEW keys_by_state AS SELECT state, count(*) AS keys FROM key_record GROUP BY state;
CREATE FUNCTION audit.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN INSERT INTO audit.entry (at, key, what) VALUES ('2026-06-01 00:00+00', NEW.id, TG_OP); RETURN NEW; END $$;
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON key_record FOR EACH ROW EXECUTE FUNCTION audit.note();
ALTER TABLE organisation ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON organisation USING (true);
SELECT lo_from_bytea(10000 + n, decode(repeat(pseudo(n), 3000), 'hex')) FROM generate_series(1, ${largeObjects}) n \\g /dev/null
`;
}
