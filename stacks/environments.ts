import { controlPlaneSettings, edgeSettings, type Settings } from './settings';

export const ENVIRONMENTS = ['dev', 'staging', 'production', 'edge'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** What an environment changes, property by property; what it does not name stays as it is. */
export type Changes<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Changes<T[K]> }
    : T;

/** One replica of everything and small volumes: for a cluster that may be down. */
const small: Changes<Settings> = {
  monitoring: {
    prometheus: { replicas: 1, storage: { size: '10Gi' } },
    alertmanager: { replicas: 1 },
    blackboxExporter: { replicas: 1 },
    grafana: { storage: { size: '2Gi' } },
  },
};

/** Hours may be lost where nobody's keys are: backups every hour, not every few minutes. */
const seldom: Changes<Settings> = {
  backup: {
    recovery: { controlPlane: { rpo: '6h' }, federation: { rpo: '6h' }, edgeNode: { rpo: '4h' } },
    postgres: { schedule: '0 * * * *' },
    vault: { schedule: '30 * * * *' },
  },
};

/** Backups of environments share a bucket, but never a repository. */
const inPrefix = (prefix: string): Changes<Settings> => ({ backup: { repository: { s3: { prefix } } } });
const named = (name: string): Changes<Settings> => ({ installation: { name } });

/** The settings of each environment, before the configuration of a stack changes them. */
export const ENVIRONMENT_SETTINGS: Readonly<Record<Environment, Settings>> = {
  dev: changed<Settings>(controlPlaneSettings, small, seldom, named('sovra-dev'), inPrefix('dev')),
  staging: changed<Settings>(controlPlaneSettings, named('sovra-staging'), inPrefix('staging')),
  production: controlPlaneSettings,
  edge: changed<Settings>(edgeSettings, inPrefix('edge-2')),
};

/** Settings with changes: objects are merged, everything else is replaced. */
export function changed<T extends object>(settings: T, ...changes: readonly Changes<T>[]): T {
  return changes.reduce<T>((all, more) => merge(all, more) as T, settings);
}

function merge(base: unknown, change: unknown): unknown {
  if (!isObject(base) || !isObject(change)) return change === undefined ? base : change;
  const keys = new Set([...Object.keys(base), ...Object.keys(change)]);
  return Object.fromEntries([...keys].map((k) => [k, merge(base[k], change[k])]));
}

function isObject(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}
