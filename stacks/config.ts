import { type Config, runtime } from '@pulumi/pulumi';
import { SovraOpsError } from '../lib';
import { type Changes, changed, ENVIRONMENT_SETTINGS, ENVIRONMENTS, type Environment } from './environments';
import type { Settings } from './settings';

/** The parts of the settings that `pulumi config` can change, each with the names of the construct's props. */
const PARTS = [
  'installation',
  'monitoring',
  'alerts',
  'objectives',
  'tasks',
  'reviews',
  'backup',
  'telemetry',
] as const satisfies (keyof Settings)[];
const KEYS: readonly string[] = ['environment', 'timeZone', ...PARTS];

/**
 * The settings of a stack: those of its environment, with the changes that `pulumi config` makes. `Pulumi.yaml`
 * documents every key. What the values may be, the constructs check.
 *
 * @throws {SovraOpsError} for an unknown environment, a key that does not exist, a part that is no object, a secret
 */
export function settingsOf(config: Config, keys: readonly string[] = keysOf(config)): Settings {
  checkKeys(config, keys);
  const environment = config.get('environment') ?? 'production';
  if (!isEnvironment(environment))
    refuse('environment', environment, ENVIRONMENTS.join(', '), 'For example: pulumi config set environment staging');
  const parts = Object.fromEntries(PARTS.map((part) => [part, partOf(config, part)]));
  const timeZone = config.get('timeZone');
  return changed<Settings>(ENVIRONMENT_SETTINGS[environment as Environment], {
    ...parts,
    ...(timeZone !== undefined && { timeZone }),
  } as Changes<Settings>);
}

const isEnvironment = (name: string): name is Environment => (ENVIRONMENTS as readonly string[]).includes(name);

function checkKeys(config: Config, keys: readonly string[]): void {
  for (const key of keys) {
    if (!KEYS.includes(key))
      refuse(key, '(not shown)', `one of ${KEYS.join(', ')}`, `Take it out: pulumi config rm ${key}`);
    if (isSecret(`${config.name}:${key}`))
      refuse(
        key,
        '(a secret)',
        'a plain value: settings end up in manifests, and secrets stay in Secrets of the cluster',
        'Put the secret into a Secret and name that; or pass it as an Output in a program of your own.',
      );
  }
}

/** Pulumi knows, but its types do not say it. */
const isSecret = (key: string): boolean =>
  (runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(key);

function partOf(config: Config, part: (typeof PARTS)[number]): object | undefined {
  const text = config.get(part);
  if (text === undefined) return undefined;
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  return refuse(
    part,
    text,
    'an object with properties',
    `For example: pulumi config set --path '${part}.${EXAMPLES[part]}`,
  );
}

const EXAMPLES: Readonly<Record<(typeof PARTS)[number], string>> = {
  installation: "name' sovra-lab",
  monitoring: "prometheus.replicas' 1",
  alerts: "runbookBaseUrl' https://wiki.example.org/runbooks",
  objectives: "period' 28d",
  tasks: "auditExport' false",
  reviews: "since' rfc3339",
  backup: "repository.s3.bucket' my-bucket",
  telemetry: "logging.loki.retention' 31d",
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The keys of this project in the configuration of the stack. */
function keysOf(config: Config): string[] {
  return Object.keys(runtime.allConfig())
    .filter((key) => key.startsWith(`${config.name}:`))
    .map((key) => key.slice(config.name.length + 1));
}

function refuse(property: string, given: unknown, allowed: string, remedy: string): never {
  throw new SovraOpsError('pulumi config', [{ property, given, allowed, remedy }]);
}
