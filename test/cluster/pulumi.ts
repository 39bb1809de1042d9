/**
 * Runs Pulumi programs for real: Pulumi's own engine and Kubernetes provider, on the API server of a cluster of the
 * tests. The program is a function of the test, served to the engine by the process of the test. State is a file in the
 * directory of the cluster; nothing asks the network.
 */
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineEvent, LocalWorkspace, type OpType, PulumiCommand, type Stack } from '@pulumi/pulumi/automation';
import type { Cluster } from './cluster';

export interface PulumiOptions {
  /**
   * Whether Pulumi finds the cluster by itself, as `kubectl` does. Else the program has to make a provider.
   * @default true
   */
  readonly environment?: boolean;
}

/** What the engine did, or would do, with one resource. */
export interface Step {
  readonly op: OpType;
  readonly type: string;
  readonly name: string;
  /** Places in the inputs that differ, such as "spec.replicas". */
  readonly differs: readonly string[];
  readonly inputs: Record<string, unknown>;
  /** When it began and ended, counted in events of the engine. A step that failed has no end. */
  readonly began: number;
  readonly ended?: number;
}

export interface Run {
  /** In the order in which they began, without the stack itself and without providers. */
  readonly steps: readonly Step[];
  /** Everything that the engine told: as a program gets it, and as a person reads it who asks for all differences. */
  readonly told: string;
}

const PROJECT = 'sovra';
const STACK = 'test';
const NOT_OURS = /^pulumi:(pulumi:Stack|providers:)/;

export class PulumiStack {
  private constructor(
    private readonly stack: Stack,
    private readonly stateFile: string,
  ) {}

  /** An empty stack, in about a second. */
  static async create(cluster: Cluster, { environment = true }: PulumiOptions = {}): Promise<PulumiStack> {
    const dir = mkdtempSync(join(cluster.dir, 'pulumi-'));
    const backend = join(dir, 'state');
    const bin = join(dir, 'bin');
    for (const folder of [backend, bin]) mkdirSync(folder);
    // The folder of Pulumi's program is on the PATH, and a plugin that is on the PATH is taken at whatever version a
    // program asks for. An installed one would have to have that version, or Pulumi would go and download it.
    for (const name of ['pulumi', 'pulumi-resource-kubernetes'] as const)
      symlinkSync(cluster.programs[name].path, join(bin, name));
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: STACK, projectName: PROJECT, program: async () => undefined },
      {
        pulumiCommand: await PulumiCommand.get({ root: dir }),
        pulumiHome: join(dir, 'home'),
        projectSettings: { name: PROJECT, runtime: 'nodejs', backend: { url: `file://${backend}` } },
        secretsProvider: 'passphrase',
        envVars: {
          PULUMI_CONFIG_PASSPHRASE: 'test-only',
          PULUMI_SKIP_UPDATE_CHECK: 'true',
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
          KUBECONFIG: environment ? cluster.kubeconfig : '/dev/null',
        },
      },
    );
    return new PulumiStack(stack, join(backend, '.pulumi', 'stacks', PROJECT, `${STACK}.json`));
  }

  up(program: () => void): Promise<Run> {
    return record((options) => this.stack.up({ ...options, program: async () => program() }));
  }

  preview(program: () => void): Promise<Run> {
    return record((options) => this.stack.preview({ ...options, program: async () => program() }));
  }

  destroy(): Promise<Run> {
    return record((options) => this.stack.destroy(options));
  }

  /** The state as it lies on the disk; exporting it through Pulumi would decrypt what is secret in it. */
  state(): string {
    return readFileSync(this.stateFile, 'utf8');
  }
}

interface Recording {
  readonly onEvent: (event: EngineEvent) => void;
  readonly color: 'never';
  readonly diff: true;
  readonly parallel: number;
}

async function record(run: (options: Recording) => Promise<{ stdout: string; stderr: string }>): Promise<Run> {
  const events: EngineEvent[] = [];
  // More at a time than by default: most steps wait for the API server, not for a core.
  const { stdout, stderr } = await run({ onEvent: (e) => events.push(e), color: 'never', diff: true, parallel: 32 });
  // The SDK sends every answer of the engine as a message for debugging, secrets in clear; the engine shows them to
  // nobody who does not ask for that.
  const shown = events.filter((e) => e.diagnosticEvent?.severity !== ('debug' as string));
  return { steps: stepsOf(events), told: [JSON.stringify(shown), stdout, stderr].join('\n') };
}

function stepsOf(events: readonly EngineEvent[]): Step[] {
  const ended = new Map<string, number>();
  for (const [i, { resOutputsEvent: e }] of events.entries()) if (e) ended.set(`${e.metadata.op} ${e.metadata.urn}`, i);
  return events.flatMap(({ resourcePreEvent: e }, began) => {
    if (!e || NOT_OURS.test(e.metadata.type)) return [];
    const { op, urn, type, detailedDiff, diffs, old, new: next } = e.metadata;
    return {
      op,
      type,
      name: urn.split('::').slice(3).join('::'),
      differs: Object.keys(detailedDiff ?? {}).concat(detailedDiff ? [] : (diffs ?? [])),
      inputs: (next ?? old)?.inputs ?? {},
      began,
      ended: ended.get(`${op} ${urn}`),
    };
  });
}
