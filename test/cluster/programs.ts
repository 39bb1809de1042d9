import { join } from 'node:path';
import { runCommand } from './process';

export interface Program {
  /** The binary. */
  readonly path: string;
  /** Where it was built, with the data files of its module. */
  readonly dir: string;
  readonly version: string;
}

export type ProgramName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'kwok'
  | 'prometheus-operator'
  | 'prometheus-config-reloader'
  | 'prometheus'
  | 'promtool'
  | 'alertmanager'
  | 'amtool'
  | 'kube-state-metrics'
  | 'blackbox-exporter'
  | 'kubeconform'
  | 'kube-score'
  | 'pulumi'
  | 'pulumi-resource-kubernetes';

export type Programs = Readonly<Record<ProgramName, Program>>;

/** Where the pinned programs are, or some of them; they are built first when the cache lacks one. */
export async function findPrograms<N extends ProgramName = ProgramName>(
  names: readonly N[] = [],
): Promise<Pick<Programs, N>> {
  const build = join(__dirname, '..', '..', 'tools', 'build.mjs');
  const { stdout } = await runCommand(process.execPath, [build, '--json', ...names]);
  return JSON.parse(stdout) as Pick<Programs, N>;
}
