import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, runCommand } from './process';
import type { Programs } from './programs';

/** A finding at kube-score's level CRITICAL. */
export interface ScoreFinding {
  /** "Kind namespace/name" */
  readonly object: string;
  /** The check's id, such as "pod-networkpolicy". */
  readonly check: string;
  /** The container, where the finding is about one. */
  readonly path: string;
  readonly summary: string;
}

/** Where we decide otherwise than kube-score, and why. */
export interface ScoreException {
  readonly check: string;
  /** "Kind namespace/name"; an asterisk stands for any text. */
  readonly object: string;
  readonly reason: string;
}

export interface ScoreVerdict {
  readonly faults: readonly ScoreFinding[];
  /** Exceptions that excuse nothing any more: to be removed. */
  readonly unused: readonly ScoreException[];
}

interface ScoredObject {
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string; readonly namespace?: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly path: string; readonly summary: string }[] | null;
  }[];
}

const critical = 1;

function findingsOf({ type_meta, object_meta, checks }: ScoredObject): readonly ScoreFinding[] {
  const object = `${type_meta.kind} ${object_meta.namespace ?? 'default'}/${object_meta.name}`;
  return checks
    .filter(({ grade, skipped }) => grade === critical && !skipped)
    .flatMap(({ check, comments }) =>
      (comments ?? [{ path: '', summary: '' }]).map(({ path, summary }) => ({
        object,
        check: check.id,
        path,
        summary,
      })),
    );
}

function manifestsIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /\.(ya?ml|json)$/.test(file)).map((file) => join(path, file));
}

/** Scores files, or all files of directories. Together, since some checks are about two objects, such as a pod and its NetworkPolicy. */
export async function score(
  programs: Pick<Programs, 'kube-score' | 'kube-apiserver'>,
  paths: readonly string[],
): Promise<readonly ScoreFinding[]> {
  const version = programs['kube-apiserver'].version.split('.').slice(0, 2).join('.');
  const args = ['score', '--output-format=json', `--kubernetes-version=${version}`];
  // An exception is to be found in one list, with its reason, and not in an annotation somewhere.
  args.push('--disable-ignore-checks-annotations', ...paths.flatMap(manifestsIn));
  const { stdout } = await runCommand(programs['kube-score'].path, args).catch((error) => {
    // It ends with 1 when it has found something.
    if (error instanceof CommandError && error.output.stdout.startsWith('[')) return error.output;
    throw error;
  });
  return (JSON.parse(stdout) as readonly ScoredObject[]).flatMap(findingsOf);
}

function excuses(exception: ScoreException, finding: ScoreFinding): boolean {
  const parts = exception.object.split('*').map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return exception.check === finding.check && new RegExp(`^${parts.join('.*')}$`).test(finding.object);
}

/** Takes out what the exceptions excuse. An exception that excuses nothing is itself a fault. */
export function judge(findings: readonly ScoreFinding[], exceptions: readonly ScoreException[]): ScoreVerdict {
  return {
    faults: findings.filter((finding) => !exceptions.some((exception) => excuses(exception, finding))),
    unused: exceptions.filter((exception) => !findings.some((finding) => excuses(exception, finding))),
  };
}
