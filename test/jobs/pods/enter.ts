import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expand } from '../../cluster/pod-fields';
import { LAUNCHER } from './processes';
import type { ImageRoot } from './root';
import { type AnyContainer, type ImageFiles, NotStarted, type Template } from './types';
import type { PodFolders } from './volumes';

/** How one container is entered: a script of its own, and files beside it that only root can read. */
export interface Entry {
  readonly container: AnyContainer;
  readonly template: Template;
  readonly image: ImageFiles;
  readonly imageRoot: ImageRoot;
  readonly environment: Readonly<Record<string, string>>;
  readonly folders: PodFolders;
  readonly hosts: Readonly<Record<string, string>>;
  readonly dir: string;
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** What containerd leaves to a container that drops nothing. */
const DEFAULT_CAPABILITIES = [
  ...['chown', 'dac_override', 'fowner', 'fsetid', 'kill', 'setgid', 'setuid', 'setpcap', 'net_bind_service'],
  ...['sys_chroot', 'mknod', 'audit_write', 'setfcap'],
];
/** Without these the last step could not be done; a user other than root has none of them in the end. */
const NEEDED = ['sys_chroot', 'setgid', 'setuid'];

/**
 * The last step, in one process: root, folder, groups, user, environment, program. The environment comes from a file, so
 * that no value of it is ever on a command line, of the runner's own steps neither.
 */
const LAUNCH = `
my ($file, $root, $folder, $uid, $gid, $groups, @command) = @ARGV;
local $/;
open(my $in, '<', $file) or die "$file: $!";
my %given = map { split(/=/, $_, 2) } split(/\\0/, <$in>);
close($in);
chroot($root) or die "chroot: $!";
unless (chdir($folder)) { print STDERR "chdir to cwd (\\"$folder\\") set in the container failed: $!\\n"; exit 128 }
$( = $gid;
$) = "$gid $groups";
($<, $>) = ($uid, $uid);
die "user: $!" unless $< == $uid && $> == $uid && $( == $gid;
%ENV = %given;
{ no warnings; exec { $command[0] } @command; }
print STDERR "exec: \\"$command[0]\\": $!\\n";
exit 128;
`;

/** The kubelet makes a missing sub-path, with the owner and mode of its volume; it may also be a single file. */
const PREPARE = `
prepare() {
  if ! test -e "$2"; then mkdir -p "$2"; chown "$(stat -c %u:%g "$1")" "$2"; chmod "$(stat -c %a "$1")" "$2"; fi
  if test -d "$2"; then mkdir -p "$3"; else mkdir -p "$(dirname "$3")"; touch "$3"; fi
}`;

/** Writes the script that becomes the container, to be run in namespaces of its own. */
export function writeEntry(entry: Entry): { readonly script: string; readonly root: string } {
  mkdirSync(join(entry.dir, 'root'), { recursive: true, mode: 0o700 });
  const user = userOf(entry);
  const root = join(entry.dir, 'root');
  const environment = { HOME: homeOf(entry.image, user.uid), ...entry.environment };
  const pairs = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  writeFileSync(join(entry.dir, 'environment'), pairs.join('\0'), { mode: 0o600 });
  const names = Object.entries(entry.hosts).map(([name, address]) => `${address} ${name}`);
  const hosts = ['127.0.0.1 localhost', `127.0.0.1 ${entry.template.metadata.name}`, ...names];
  writeFileSync(join(entry.dir, 'hosts'), `${hosts.join('\n')}\n`);
  writeFileSync(join(entry.dir, 'launch.pl'), LAUNCH);
  const file = join(entry.dir, 'enter.sh');
  writeFileSync(file, script(entry, root, user));
  return { script: file, root };
}

interface User {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

function userOf({ template, container, image }: Entry): User {
  const pod = template.spec.securityContext ?? {};
  const own = container.securityContext ?? {};
  const uid = own.runAsUser ?? pod.runAsUser ?? image.user ?? 0;
  const gid = own.runAsGroup ?? pod.runAsGroup ?? image.users?.find(([, id]) => id === uid)?.[1] ?? 0;
  if ((own.runAsNonRoot ?? pod.runAsNonRoot) && uid === 0) {
    throw new NotStarted('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root');
  }
  const more = [...(pod.supplementalGroups ?? []), ...(pod.fsGroup === undefined ? [] : [pod.fsGroup])];
  return { uid, gid, groups: [...new Set([gid, ...more])] };
}

function homeOf(image: ImageFiles, uid: number): string {
  if (uid === 0) return '/root';
  return image.users?.find(([, id]) => id === uid)?.[2] ?? '/';
}

export function commandOf({
  container,
  image,
  environment,
}: Pick<Entry, 'container' | 'image' | 'environment'>): readonly string[] {
  const command = container.command ?? image.entrypoint;
  if (command === undefined) throw new Error(`container ${container.name} has no command, nor has its image`);
  return [...command, ...(container.args ?? [])].map((word) => expand(word, environment));
}

function script(entry: Entry, root: string, { uid, gid, groups }: User): string {
  const { container, imageRoot, template } = entry;
  const security = container.securityContext ?? {};
  const at = (path: string) => quote(join(root, path));
  const bind = (source: string, path: string) => bindMount(source, join(root, path), true);
  const folder = container.workingDir ?? '/';
  const launch = [LAUNCHER, join(entry.dir, 'launch.pl'), join(entry.dir, 'environment'), root, folder];
  const command = [...launch, String(uid), String(gid), groups.join(' '), ...commandOf(entry)];
  return [
    PREPARE,
    `printf %s ${quote(template.metadata.name.slice(0, 63))} > /proc/sys/kernel/hostname`,
    // A log is a pipe that belongs to the user: /dev/stdout can be opened.
    `chown ${uid} /proc/self/fd/1 /proc/self/fd/2`,
    `mount -t tmpfs -o mode=755 root ${quote(root)}`,
    `cp -a ${quote(`${imageRoot.path}/.`)} ${quote(root)}`,
    ...Object.entries(imageRoot.mounts).flatMap(([path, source]) => bind(source, path)),
    `mount -t tmpfs -o mode=1777,size=64m shm ${at('/dev/shm')}`,
    ...bind(join(entry.dir, 'hosts'), '/etc/hosts'),
    `mkdir -p ${at(folder)}`,
    `mount -t proc proc ${at('/proc')}`,
    ...volumeMounts(entry, root),
    ...(security.readOnlyRootFilesystem ? [`mount -o remount,ro root ${quote(root)}`] : []),
    `exec ${[...privileges(security), ...command].map(quote).join(' ')}`,
    '',
  ].join('\n');
}

/** In two steps: the first one takes no flags. */
function bindMount(source: string, target: string, readOnly: boolean): readonly string[] {
  const mount = `mount -o bind ${quote(source)} ${quote(target)}`;
  return readOnly ? [mount, `mount -o remount,bind,ro none ${quote(target)}`] : [mount];
}

/** Outer directories first, so that a mount inside a mount is not hidden by it. */
function volumeMounts({ container, folders, environment }: Entry, root: string): readonly string[] {
  const mounts = [...(container.volumeMounts ?? [])].sort((a, b) => a.mountPath.length - b.mountPath.length);
  return mounts.flatMap(({ name, mountPath, subPath, subPathExpr, readOnly }) => {
    const volume = folders.find(name);
    const below = subPath ?? expand(subPathExpr ?? '', environment);
    const source = join(volume.path, below);
    const target = join(root, mountPath);
    const make = below === '' ? 'mkdir -p' : `prepare ${quote(volume.path)} ${quote(source)}`;
    return [`${make} ${quote(target)}`, ...bindMount(source, target, readOnly || volume.readOnly)];
  });
}

function privileges(security: NonNullable<AnyContainer['securityContext']>): readonly string[] {
  const { drop = [], add = [] } = security.capabilities ?? {};
  const names = (list: readonly string[]) => list.map((name) => name.toLowerCase().replace(/^cap_/, ''));
  const dropped = names(drop);
  const kept = dropped.includes('all') ? [] : DEFAULT_CAPABILITIES.filter((name) => !dropped.includes(name));
  const bounding = [...new Set([...kept, ...names(add), ...NEEDED])];
  return [
    ...['/usr/bin/setpriv', `--bounding-set=-all,${bounding.map((name) => `+${name}`).join(',')}`, '--inh-caps=-all'],
    ...(security.allowPrivilegeEscalation === false ? ['--no-new-privs'] : []),
  ];
}
