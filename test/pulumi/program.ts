/** Runs a Pulumi program with mocks in the place of engine and provider, and tells what it registered. */
import * as pulumi from '@pulumi/pulumi';
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks';

/** What the engine would have been told of one resource. */
export interface Registered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string;
  /** Inputs as they are sent: secrets and unknowns as Pulumi writes them. */
  readonly sent: Record<string, unknown>;
  readonly dependencies: readonly string[];
  readonly provider: string;
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly aliases: readonly unknown[];
}

export interface RunOptions {
  /** As `pulumi preview`: what a resource would get from its provider is unknown. @default false */
  readonly preview?: boolean;
  /** What reading a resource of a type gives, such as a reference to another stack. @default its inputs */
  readonly read?: Readonly<Record<string, Record<string, unknown>>>;
}

export const PROJECT = 'sovra';
export const STACK = 'test';

/** How Pulumi writes a secret: this key, with this value, beside the value itself. */
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

type Request = Parameters<MockMonitor['registerResource']>[0];

/** @returns everything that was registered, in the order in which it was */
export async function run(program: () => void, { preview = false, read = {} }: RunOptions = {}): Promise<Registered[]> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => ({ id: id ?? `${name}-id`, state: { ...inputs, ...read[type] } }),
      call: ({ inputs }) => inputs,
    },
    PROJECT,
    STACK,
    preview,
  );
  const registered: Registered[] = [];
  const register = MockMonitor.prototype.registerResource;
  MockMonitor.prototype.registerResource = async function (this: MockMonitor, req: Request, callback: never) {
    registered.push(describe(req));
    return register.call(this, req, callback);
  };
  // Pulumi reads the stack of every promise that it makes. To look up each line of it in the TypeScript source would be
  // a third of all the work; the stack of an error that gets out is read later, with its source.
  const toSource = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, frames) => [error, ...frames].join('\n    at ');
  try {
    program();
  } finally {
    // Also after a throw: what was begun would otherwise end in the next run.
    await pulumi.runtime.disconnect(false);
    MockMonitor.prototype.registerResource = register;
    Error.prepareStackTrace = toSource;
  }
  return registered;
}

function describe(req: Request): Registered {
  const parent: string = req.getParent();
  return {
    urn: urn(parent, req.getType(), req.getName()),
    type: req.getType(),
    name: req.getName(),
    custom: req.getCustom(),
    parent,
    sent: req.getObject().toJavaScript(),
    dependencies: req.getDependenciesList(),
    provider: req.getProvider(),
    protect: req.getProtect(),
    ignoreChanges: req.getIgnorechangesList(),
    additionalSecretOutputs: req.getAdditionalsecretoutputsList(),
    aliases: req.getAliasesList().map((a: { toObject(): unknown }) => a.toObject()),
  };
}

function urn(parent: string, type: string, name: string): string {
  const parentType = parent.split('::')[2];
  return `urn:pulumi:${STACK}::${PROJECT}::${parentType === undefined ? '' : `${parentType}$`}${type}::${name}`;
}

/** Kubernetes objects as a provider gets them: known and in clear. */
export function objectsOf(registered: readonly Registered[]): Record<string, unknown>[] {
  return registered.filter((r) => r.custom).map((r) => inClear(r.sent) as Record<string, unknown>);
}

/** A value without the wrapping of secrets. */
export function inClear(sent: unknown): unknown {
  if (Array.isArray(sent)) return sent.map(inClear);
  if (typeof sent !== 'object' || sent === null) return sent;
  if (isSecret(sent)) return inClear((sent as { value: unknown }).value);
  return Object.fromEntries(Object.entries(sent).map(([k, v]) => [k, inClear(v)]));
}

export const isSecret = (sent: unknown): boolean =>
  typeof sent === 'object' && sent !== null && (sent as Record<string, unknown>)[SIGNATURE] === SECRET;

export const isUnknown = (sent: unknown): boolean => sent === UNKNOWN;

/** The places of a value that hold something, such as a secret. */
export function placesOf(sent: unknown, is: (value: unknown) => boolean, at = ''): string[] {
  if (is(sent)) return [at];
  if (typeof sent !== 'object' || sent === null) return [];
  return Object.entries(sent).flatMap(([k, v]) => placesOf(v, is, at === '' ? k : `${at}.${k}`));
}
