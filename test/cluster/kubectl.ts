import type { KubeObject } from './api';
import { type CommandOptions, type Output, runCommand } from './process';

export interface ApplyResult {
  /** What the API server warned of, for example a pod template that Pod Security would refuse. */
  readonly warnings: readonly string[];
}

export const fieldManager = 'sovra-ops';

/** A thin wrapper of the kubectl that people use; it adds no behaviour of its own. */
export class Kubectl {
  constructor(
    private readonly binary: string,
    private readonly kubeconfig: string,
    /** kubectl keeps what it discovered; never in the home directory of whoever runs the tests. */
    private readonly cacheDir: string,
  ) {}

  run(args: readonly string[], options?: CommandOptions): Promise<Output> {
    return runCommand(this.binary, ['--kubeconfig', this.kubeconfig, '--cache-dir', this.cacheDir, ...args], options);
  }

  /** Applies a file or a directory server-side, under strict field validation. A conflict is an error. */
  async apply(path: string): Promise<ApplyResult> {
    return warningsOf(await this.run(applyArguments(path)));
  }

  async applyObjects(objects: readonly object[]): Promise<ApplyResult> {
    return warningsOf(await this.run(applyArguments('-'), { stdin: asDocuments(objects) }));
  }

  /** The objects that a file or a directory names, as the API server has them now. */
  async getApplied(path: string): Promise<readonly KubeObject[]> {
    const { stdout } = await this.run(['get', '-o', 'json', '--show-managed-fields', '-R', '-f', path]);
    const answer = JSON.parse(stdout) as KubeObject & { items?: readonly KubeObject[] };
    return answer.items ?? [answer];
  }
}

const applyArguments = (path: string) => [
  'apply',
  '--server-side',
  '--validate=strict',
  `--field-manager=${fieldManager}`,
  '-R',
  '-f',
  path,
];

/** Not as one List: for that, kubectl validates by itself and does not ask the API server to. */
const asDocuments = (objects: readonly object[]) => objects.map((object) => JSON.stringify(object)).join('\n---\n');

function warningsOf(output: Output): ApplyResult {
  return { warnings: output.stderr.split('\n').filter((line) => line.startsWith('Warning:')) };
}
