import type { Container, PodSpec } from 'kubernetes-types/core/v1';

export type Values = Readonly<Record<string, Readonly<Record<string, string | Buffer>>>>;

export interface Template {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: PodSpec;
  /** Of the Job around it, where there is one. */
  readonly job: { readonly backoffLimit: number; readonly activeDeadlineSeconds?: number };
}

/** A container; `restartPolicy` makes a sidecar of an init container, and is newer than the types. */
export type AnyContainer = Container & { readonly restartPolicy?: string };

/** Where the files of an image stand; programs are paths of this machine. */
export interface ImageFiles {
  /** What lies below: busybox with the names of its applets, or the essential programs of Debian. */
  readonly base: 'alpine' | 'debian' | 'empty';
  /** {path in the image: path on this machine}; a folder or a file. Evaluated when a container needs it. */
  readonly files: () => Readonly<Record<string, string>>;
  /** {path in the image: what it points to in the image}. */
  readonly links?: () => Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Lines of /etc/passwd beside root and nobody: [name, uid, home]. */
  readonly users?: readonly (readonly [string, number, string])[];
  /** The user that the image declares. @default 0 */
  readonly user?: number;
  /** What a container without a command runs. @default none; such a container is refused */
  readonly entrypoint?: readonly string[];
}

export interface RunningContainers {
  /** Sends a signal to every process of the pod, of one container, or to those whose command line matches. */
  signal(signal: NodeJS.Signals, container?: string, only?: RegExp): void;
  /** As a node that is short of something does: everything is killed; a Job makes a new pod. */
  evict(): void;
  /** As if `activeDeadlineSeconds` had passed by now: how fast the machine is then does not matter. Of a pod that has ended, nothing. */
  expire(): void;
  /** Where the volume of an emptyDir is, on this machine. */
  folder(volume: string): string;
}

export interface Fault {
  /** @default the whole pod */
  readonly container?: string;
  /** Which pod of a Job, from 1. @default 1 */
  readonly attempt?: number;
  readonly when: { readonly output: RegExp } | { readonly process: RegExp } | { readonly seconds: number };
  /** Only the processes whose command line matches. @default all of the container */
  readonly process?: RegExp;
  readonly action: 'kill' | 'term' | 'freeze' | 'evict' | ((pod: RunningContainers) => void | Promise<void>);
}

export interface RunOptions {
  readonly secrets?: Values;
  readonly configMaps?: Values;
  readonly claims?: Readonly<Record<string, string>>;
  readonly serviceAccountToken?: string;
  readonly hosts?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  readonly images?: Readonly<Record<string, ImageFiles>>;
  readonly volumeSizes?: Readonly<Record<string, string>>;
  readonly activeDeadlineSeconds?: number;
  readonly gracePeriodSeconds?: number;
  readonly faults?: readonly Fault[];
  readonly timeoutSeconds?: number;
  readonly watchMilliseconds?: number;
  readonly inspect?: (volumes: Readonly<Record<string, string>>) => void | Promise<void>;
}

export interface JobOptions extends RunOptions {
  readonly backoffLimit?: number;
  readonly backoffSeconds?: (attempt: number) => number;
}

export interface ContainerResult {
  readonly name: string;
  readonly init: boolean;
  /** 128 and the signal for one that was killed. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly startedAt: Date;
  readonly seconds: number;
}

export interface PodEvent {
  readonly at: number;
  readonly reason: string;
  readonly container?: string;
  readonly message?: string;
}

export interface SeenProcess {
  readonly container: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export type PodFailure = 'Error' | 'DeadlineExceeded' | 'Evicted' | 'FailedMount' | 'CreateContainerConfigError';

export interface PodResult {
  readonly ok: boolean;
  readonly reason?: PodFailure;
  readonly message?: string;
  readonly seconds: number;
  readonly containers: readonly ContainerResult[];
  readonly events: readonly PodEvent[];
  readonly processes: readonly SeenProcess[];
  readonly commandLines: readonly string[];
  readonly log: string;
  container(name: string): ContainerResult;
}

export interface JobResult {
  readonly ok: boolean;
  readonly reason?: 'BackoffLimitExceeded' | 'DeadlineExceeded';
  readonly attempts: readonly PodResult[];
  readonly last: PodResult;
  readonly seconds: number;
  readonly processes: readonly SeenProcess[];
  readonly commandLines: readonly string[];
  readonly log: string;
}

/** What a kubelet refuses before a container starts; the pod then waits, and its Job runs into its deadline. */
export class NotStarted extends Error {
  constructor(
    readonly reason: 'FailedMount' | 'CreateContainerConfigError',
    message: string,
  ) {
    super(message);
  }
}
