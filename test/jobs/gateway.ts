import type { Deployment } from 'kubernetes-types/apps/v1';
import type { KubeObject } from '../../lib/checks/model';
import { type Fault, type PodResult, type RunningContainers, type RunOptions, runPod } from './pods';

/** The pod of a Deployment, for once: the runner knows no probes, and starts nothing again. */
export function podOnce(deployment: KubeObject | undefined): object {
  const spec = (deployment as unknown as Deployment | undefined)?.spec?.template.spec;
  if (!deployment || !spec) throw new Error('no such Deployment');
  const containers = spec.containers.map(({ livenessProbe: _l, readinessProbe: _r, ...rest }) => rest);
  return { metadata: deployment.metadata, spec: { ...spec, restartPolicy: 'Never', containers } };
}

/** A Deployment's pod that runs beside jobs. */
export class RunningPod {
  private constructor(
    private readonly pod: RunningContainers,
    private readonly ended: Promise<PodResult>,
  ) {}

  /** @param listening what each of its containers says when it can be used @throws {Error} with its log, if it ends before */
  static async start(deployment: KubeObject | undefined, listening: RegExp, options: RunOptions): Promise<RunningPod> {
    const object = podOnce(deployment) as { spec: { containers: { name: string }[] } };
    let seen: RunningContainers | undefined;
    const marks = object.spec.containers.map(({ name }) => {
      let mark: () => void = () => undefined;
      const marked = new Promise<void>((resolve) => {
        mark = resolve;
      });
      const action = (pod: RunningContainers) => {
        seen = pod;
        mark();
      };
      return { marked, fault: { container: name, when: { output: listening }, action } satisfies Fault };
    });
    const faults = marks.map(({ fault }) => fault);
    const ended = runPod(object, { timeoutSeconds: 3600, ...options, faults });
    const early = ended.then((result) => {
      throw new Error(`it ended at once\n${result.log}`);
    });
    await Promise.race([Promise.all(marks.map(({ marked }) => marked)), early]);
    early.catch(() => undefined);
    return new RunningPod(seen as unknown as RunningContainers, ended);
  }

  async stop(): Promise<PodResult> {
    this.pod.signal('SIGTERM');
    return this.ended;
  }
}
