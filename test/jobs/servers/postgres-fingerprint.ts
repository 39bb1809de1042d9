import { createHash } from 'node:crypto';
import type { Postgres } from './postgres';

export interface DatabaseFingerprint {
  /** Of all definitions, with owners and grants. */
  readonly schema: string;
  /** {schema.table: "number of rows, hash of all rows"} */
  readonly rows: Readonly<Record<string, string>>;
  /** {schema.sequence: "last value, whether it was given out"} */
  readonly sequences: Readonly<Record<string, string>>;
  /** {oid: "bytes, hash"} */
  readonly largeObjects: Readonly<Record<string, string>>;
}

/** Materialized views count as tables: a dump rebuilds their content. Partitions do, their parents do not. */
const TABLES = `SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1`;
const SEQUENCES = `SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences ORDER BY 1`;
const LARGE_OBJECTS = `SELECT oid, octet_length(lo_get(oid)) || ' ' || md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY 1`;

const rowsOf = (table: string) =>
  `SELECT '${table.replaceAll("'", "''")}', count(*) || ' ' || coalesce(md5(string_agg(h, '' ORDER BY h COLLATE "C")), '-')
   FROM (SELECT md5(t::text) AS h FROM ${table} t) x`;
const sequenceOf = (name: string) =>
  `SELECT '${name.replaceAll("'", "''")}', last_value || ' ' || is_called FROM ${name}`;

export async function fingerprintOf(server: Postgres, database: string): Promise<DatabaseFingerprint> {
  const all = async (names: string, one: (name: string) => string) => {
    const found = await server.query(names, { database });
    if (found.length === 0) return {};
    return pairs(await server.query(found.map(([name]) => one(name as string)).join(' UNION ALL '), { database }));
  };
  return {
    schema: await schemaOf(server, database),
    rows: await all(TABLES, rowsOf),
    sequences: await all(SEQUENCES, sequenceOf),
    largeObjects: pairs(await server.query(LARGE_OBJECTS, { database })),
  };
}

const pairs = (rows: readonly (readonly string[])[]) =>
  Object.fromEntries(rows.map(([key, value]) => [key, value ?? '']));

async function schemaOf(server: Postgres, database: string): Promise<string> {
  const { stdout } = await server.run('pg_dump', ['-U', server.superuser.user, '--schema-only', database]);
  // These lines carry a key that is new in each dump.
  const text = stdout.replace(/^\\(un)?restrict .*$/gm, '');
  return createHash('sha256').update(text).digest('hex');
}
