import type { Postgres } from '../servers';
import { MIB } from './report';

/** What one row of each kind has in a dump, in bytes; `pg_dump` writes bytes as two digits each. */
const EVENT_BYTES = 300;
const KEY_BYTES = 8192;

/**
 * Rows of an audit trail: words that come again and again, and identifiers that do not. The same for the same `id` and
 * `version`.
 */
const EVENT = `
CREATE FUNCTION event(id bigint, version int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT format('{"actor":"service-account-%s","action":"%s","resource":"/organisations/%s/keys/%s","outcome":"%s","node":"edge-%s","request":"%s","detail":"policy evaluated against the bundle of the control plane","version":%s}',
    id % 97, (ARRAY['key.read','key.rotate','policy.evaluate','node.heartbeat'])[1 + id % 4], id % 31, id % 5003,
    (ARRAY['allowed','denied'])[1 + (id % 17 = 0)::int], id % 12, md5((id * 7919 + version)::text), version)
$$;
CREATE TABLE event (id bigint PRIMARY KEY, at timestamptz NOT NULL, body text NOT NULL);`;

/** Rows that nothing can compress but as digits: sealed keys. */
const KEY = `
CREATE FUNCTION sealed(id bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(sha256((id * 1000 + n)::text::bytea), ''::bytea) FROM generate_series(1, ${KEY_BYTES / 64}) AS n
$$;
CREATE TABLE sealed_key (id bigint PRIMARY KEY, material bytea NOT NULL);
ALTER TABLE sealed_key ALTER material SET STORAGE EXTERNAL;`;

const insertEvents = (from: number, to: number) => `
INSERT INTO event SELECT id, timestamptz '2026-01-01' + id * interval '1 second', event(id, 0)
FROM generate_series(${from}::bigint, ${to}) AS id;`;

export async function makeDatabase(database: Postgres, name: string): Promise<void> {
  await database.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await database.query(`CREATE DATABASE ${name}`);
}

/** A database whose dump has about that size, half of it text, half of it bytes. */
export async function fillMixed(database: Postgres, name: string, mebibytes: number): Promise<void> {
  await makeDatabase(database, name);
  const half = (mebibytes * MIB) / 2;
  const keys = Math.round(half / KEY_BYTES);
  const sealed = `INSERT INTO sealed_key SELECT id, sealed(id) FROM generate_series(1::bigint, ${keys}) AS id;`;
  await database.query(EVENT + KEY, { database: name });
  await Promise.all([
    database.query(insertEvents(1, Math.round(half / EVENT_BYTES)), { database: name }),
    database.query(sealed, { database: name }),
  ]);
  await database.query('VACUUM ANALYZE', { database: name });
  await database.query('CHECKPOINT');
}

/** The audit trail alone; returns its number of rows. */
export async function fillEvents(database: Postgres, name: string, mebibytes: number): Promise<number> {
  await makeDatabase(database, name);
  const rows = Math.round((mebibytes * MIB) / EVENT_BYTES);
  await database.query(EVENT + insertEvents(1, rows), { database: name });
  await database.query('VACUUM ANALYZE', { database: name });
  return rows;
}

/**
 * `scattered`: each changed row is somewhere in the table; `together`: they stand side by side, at another place each time,
 * as rows do that came at one time.
 */
export type Pattern = 'scattered' | 'together';

/** A hundredth of the rows changes, three in a thousand are new. Returns the new number of rows. */
export async function change(
  database: Postgres,
  name: string,
  { rows, round, pattern }: { readonly rows: number; readonly round: number; readonly pattern: Pattern },
): Promise<number> {
  const share = Math.round(rows / 100);
  const from = (round * 7919 * 31) % (rows - share);
  const which = pattern === 'scattered' ? `id % 100 = ${(round * 37) % 100}` : `id > ${from} AND id <= ${from + share}`;
  const more = rows + Math.round(rows * 0.003);
  await database.query(`UPDATE event SET body = event(id, ${round}) WHERE ${which}; ${insertEvents(rows + 1, more)}`, {
    database: name,
  });
  // As autovacuum does, but at a time that is always the same.
  await database.query('VACUUM event', { database: name });
  return more;
}
