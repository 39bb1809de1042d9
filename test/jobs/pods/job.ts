import { runTemplate } from './pod';
import { templateOf } from './template';
import type { JobOptions, JobResult, PodResult } from './types';

const pause = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));

/** What a Job makes of its template: one pod after another, until one is good or a limit is reached. */
export async function runJob(object: unknown, options: JobOptions = {}): Promise<JobResult> {
  const template = templateOf(object, options.namespace);
  const deadline = options.activeDeadlineSeconds ?? template.job.activeDeadlineSeconds ?? Number.POSITIVE_INFINITY;
  const tries = 1 + (options.backoffLimit ?? template.job.backoffLimit);
  const started = Date.now();
  let expired = false;
  const left = () => (expired ? 0 : deadline - (Date.now() - started) / 1000);
  const attempts: PodResult[] = [];
  const result = (reason?: JobResult['reason']) => jobResult(attempts, (Date.now() - started) / 1000, reason);
  refuseUnusedFaults(options, tries);
  while (true) {
    const pod = await runTemplate(
      template,
      options,
      attempts.length + 1,
      Math.min(left(), template.spec.activeDeadlineSeconds ?? Number.POSITIVE_INFINITY),
      () => {
        expired = true;
      },
    );
    attempts.push(pod);
    if (pod.ok) return checked(result(), options);
    // A pod that cannot start is not a failed one: it waits until the Job's time is up.
    const waits = pod.reason === 'FailedMount' || pod.reason === 'CreateContainerConfigError';
    if (waits || left() <= 0) return checked(result('DeadlineExceeded'), options);
    if (attempts.length >= tries) return checked(result('BackoffLimitExceeded'), options);
    await pause(Math.min(options.backoffSeconds?.(attempts.length) ?? 0, left()));
    if (left() <= 0) return checked(result('DeadlineExceeded'), options);
  }
}

function refuseUnusedFaults({ faults = [] }: JobOptions, tries: number): void {
  const late = faults.find(({ attempt = 1 }) => attempt > tries);
  if (late) throw new Error(`a fault for pod ${late.attempt} of a Job that makes ${tries} at most`);
}

/** A fault of a pod that was never made proves as little as one that never came to pass. */
function checked(result: JobResult, { faults = [] }: JobOptions): JobResult {
  const late = faults.find(({ attempt = 1 }) => attempt > result.attempts.length);
  if (late) throw new Error(`a fault for pod ${late.attempt}, but there were ${result.attempts.length}\n${result.log}`);
  return result;
}

function jobResult(attempts: readonly PodResult[], seconds: number, reason?: JobResult['reason']): JobResult {
  return {
    ok: reason === undefined,
    ...(reason && { reason }),
    attempts,
    last: attempts.at(-1) as PodResult,
    seconds,
    processes: attempts.flatMap(({ processes }) => processes),
    commandLines: attempts.flatMap(({ commandLines }) => commandLines),
    log: attempts.map(({ log }) => log).join('--- next pod\n'),
  };
}
