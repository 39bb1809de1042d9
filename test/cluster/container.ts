import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Container, Pod } from 'kubernetes-types/core/v1';
import type { PodNetwork } from './network';
import { expand } from './pod-fields';
import type { PodVolumes } from './pod-volumes';
import { type Output, runCommand, Server } from './process';

export interface ContainerContext {
  readonly pod: Pod;
  readonly network: PodNetwork;
  readonly volumes: PodVolumes;
  readonly environment: Readonly<Record<string, string>>;
  /** The program that stands in for the image. */
  readonly binary: string;
  readonly dir: string;
}

/** The user of the official images of every server here, where a pod does not name one. */
const nobody = 65534;

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * One container of a pod, run as its spec says on this machine: its arguments, environment, volumes, user and groups,
 * and its read-only root. Only the image is replaced, by the same program from tools/ on the machine's own libraries.
 */
export class ContainerProcess {
  readonly name: string;
  private readonly root: string;
  private runs = 0;

  constructor(
    private readonly spec: Container,
    private readonly context: ContainerContext,
  ) {
    this.name = `${context.pod.metadata?.name}/${spec.name}`;
    this.root = join(context.dir, spec.name, 'root');
    createRoot(this.root);
  }

  start(): Server {
    const { command = [], args = [] } = this.spec;
    const rest = [...command.slice(1), ...args].map((arg) => expand(arg, this.context.environment));
    const logFile = join(this.context.dir, `${this.spec.name}.log`);
    const [enter, ...enterArgs] = this.enter(this.context.binary, rest);
    return Server.start({ name: this.name, command: enter as string, args: enterArgs, logFile });
  }

  /** Runs another program inside the container: it sees the same files and has the same user. */
  async exec(binary: string, args: readonly string[]): Promise<Output> {
    const [enter, ...enterArgs] = this.enter(binary, args);
    return runCommand(enter as string, enterArgs);
  }

  private enter(binary: string, args: readonly string[]): readonly string[] {
    this.runs += 1;
    const script = join(this.context.dir, this.spec.name, `enter-${this.runs}.sh`);
    writeFileSync(script, this.script(binary, args));
    return [...this.context.network.enter, 'unshare', '--mount', 'sh', '-eu', script];
  }

  private script(binary: string, args: readonly string[]): string {
    const inside = join('/program', basename(binary));
    const environment = Object.entries(this.context.environment).map(([key, value]) => `${key}=${value}`);
    const run = ['env', '-i', '-C', this.spec.workingDir ?? '/', ...environment, inside, ...args];
    return [
      prepareSubPath,
      `root=${quote(this.root)}`,
      'mount --bind "$root" "$root"',
      'mount --rbind /proc "$root/proc"',
      'mount --rbind /dev "$root/dev"',
      'mount --bind -o ro /usr "$root/usr"',
      'mount --bind -o ro /etc/hosts "$root/etc/hosts"',
      `mount --bind -o ro ${quote(dirname(binary))} "$root/program"`,
      ...this.mounts(),
      ...(this.spec.securityContext?.readOnlyRootFilesystem ? ['mount -o remount,bind,ro "$root"'] : []),
      `exec chroot ${this.user()} "$root" ${run.map(quote).join(' ')}`,
      '',
    ].join('\n');
  }

  /** Outer directories first, so that a mount inside a mount is not hidden by it. */
  private mounts(): readonly string[] {
    const mounts = [...(this.spec.volumeMounts ?? [])].sort((a, b) => a.mountPath.length - b.mountPath.length);
    return mounts.flatMap(({ name, mountPath, subPath, subPathExpr, readOnly }) => {
      const below = subPath ?? expand(subPathExpr ?? '', this.context.environment);
      const volume = this.context.volumes.path(name);
      const source = quote(join(volume, below));
      const target = `"$root"${quote(mountPath)}`;
      const create = below === '' ? [`mkdir -p ${target}`] : [`prepare ${quote(volume)} ${source} ${target}`];
      return [...create, `mount --bind ${readOnly ? '-o ro ' : ''}${source} ${target}`];
    });
  }

  private user(): string {
    const pod = this.context.pod.spec?.securityContext ?? {};
    const own = this.spec.securityContext ?? {};
    const uid = own.runAsUser ?? pod.runAsUser ?? nobody;
    const gid = own.runAsGroup ?? pod.runAsGroup ?? (uid === nobody ? nobody : 0);
    const groups = [gid, ...(pod.supplementalGroups ?? []), ...(pod.fsGroup === undefined ? [] : [pod.fsGroup])];
    return `--userspec=${uid}:${gid} --groups=${groups.join(',')}`;
  }
}

/** The kubelet makes a missing sub-path, with the owner and mode of its volume; it may also be a single file. */
const prepareSubPath = `
prepare() {
  if ! test -e "$2"; then mkdir -p "$2"; chown --reference="$1" "$2"; chmod --reference="$1" "$2"; fi
  if test -d "$2"; then mkdir -p "$3"; else mkdir -p "$(dirname "$3")"; touch "$3"; fi
}`;

/** The little that the programs need of an image: libraries, devices, names, and a /tmp. */
function createRoot(root: string): void {
  for (const dir of ['dev', 'etc', 'proc', 'program', 'tmp', 'usr']) mkdirSync(join(root, dir), { recursive: true });
  for (const link of ['bin', 'lib', 'lib64', 'sbin']) symlinkSync(`usr/${link}`, join(root, link));
  chmodSync(join(root, 'tmp'), 0o1777);
  writeFileSync(join(root, 'etc', 'hosts'), '');
  writeFileSync(join(root, 'etc', 'nsswitch.conf'), 'hosts: files\n');
  writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0::/:\nnobody:x:65534:65534::/:\n');
}
