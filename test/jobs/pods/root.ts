import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { applets, debianPrograms } from './images';
import type { ImageFiles } from './types';

/** A root file system without its mounts, to be copied for each container. */
export interface ImageRoot {
  readonly path: string;
  /** {path in the root: path on this machine}, mounted read-only. */
  readonly mounts: Readonly<Record<string, string>>;
}

const LIBRARIES = [
  ...readdirSync('/usr/lib')
    .filter((name) => /-linux-gnu/.test(name))
    .map((name) => `/usr/lib/${name}`),
  '/usr/lib64',
].filter((path) => existsSync(path));
const SHARED = [
  '/usr/share/zoneinfo',
  '/etc/ssl/certs',
  '/etc/ld.so.cache',
  '/usr/share/ca-certificates',
  '/usr/lib/locale/C.utf8',
];
const FOLDERS = ['dev', 'etc', 'home', 'mnt', 'opt', 'proc', 'root', 'run', 'srv', 'sys', 'tmp', 'usr', 'var'];
const BELOW = ['usr/bin', 'usr/sbin', 'usr/lib', 'usr/local/bin', 'usr/local/sbin', 'var/lib', 'var/tmp', 'dev/shm'];
/** Character devices: name, major, minor. */
const DEVICES = [
  ...([
    ['null', 1, 3],
    ['zero', 1, 5],
    ['full', 1, 7],
    ['random', 1, 8],
    ['urandom', 1, 9],
    ['tty', 5, 0],
  ] as const),
];

const made = new Map<ImageFiles, ImageRoot>();

/** The root of an image, made once for a file of tests. */
export function imageRoot(image: ImageFiles, dir: string): ImageRoot {
  const before = made.get(image);
  if (before) return before;
  const path = mkdtempSync(join(dir, 'image-'));
  chmodSync(path, 0o755);
  makeSkeleton(path, image);
  const programs = `${path}-programs`;
  const base = image.base === 'alpine' ? alpine(path) : image.base === 'debian' ? debian(path, programs) : {};
  const mounts = { ...shared(), ...base, ...image.files() };
  for (const [at, source] of Object.entries(mounts)) makeMountPoint(join(path, at), statSync(source).isDirectory());
  for (const [at, to] of Object.entries(image.links?.() ?? {})) link(to, join(path, at));
  const root = { path, mounts };
  made.set(image, root);
  return root;
}

function shared(): Record<string, string> {
  const there = [...LIBRARIES, ...SHARED].filter((path) => existsSync(path));
  return Object.fromEntries(there.map((path) => [path, path]));
}

function makeSkeleton(path: string, image: ImageFiles): void {
  for (const folder of [...FOLDERS, ...BELOW]) mkdirSync(join(path, folder), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(path, name));
  for (const folder of ['tmp', 'var/tmp', 'dev/shm']) chmodSync(join(path, folder), 0o1777);
  chmodSync(join(path, 'root'), 0o700);
  // Relative: a mount below it is made from outside, and must stay inside.
  symlinkSync('../run', join(path, 'var', 'run'));
  for (const [name, major, minor] of DEVICES) {
    execFileSync('mknod', ['-m', '666', join(path, 'dev', name), 'c', String(major), String(minor)]);
  }
  symlinkSync('/proc/self/fd', join(path, 'dev', 'fd'));
  ['stdin', 'stdout', 'stderr'].forEach((name, i) => {
    symlinkSync(`/proc/self/fd/${i}`, join(path, 'dev', name));
  });
  const users = [['root', 0, '/root'], ...(image.users ?? []), ['nobody', 65534, '/']] as const;
  const etc = (name: string, lines: readonly string[]) =>
    writeFileSync(join(path, 'etc', name), `${lines.join('\n')}\n`);
  etc(
    'passwd',
    users.map(([name, id, home]) => `${name}:x:${id}:${id}::${home}:/bin/sh`),
  );
  etc(
    'group',
    users.map(([name, id]) => `${name}:x:${id}:`),
  );
  etc('nsswitch.conf', ['passwd: files', 'group: files', 'hosts: files']);
  etc('resolv.conf', ['nameserver 127.0.0.1', 'options timeout:1 attempts:1']);
  etc('hosts', ['']);
  etc('hostname', ['']);
}

function alpine(path: string): Record<string, string> {
  for (const applet of applets()) link('/bin/busybox', join(path, 'bin', applet));
  return { '/bin/busybox': '/bin/busybox' };
}

/** Copies, so that nothing else of this machine can be reached; links from where scripts look for them. */
function debian(path: string, programs: string): Record<string, string> {
  mkdirSync(programs, { recursive: true });
  for (const program of debianPrograms()) {
    cpSync(program, join(programs, basename(program)), { dereference: true });
    link(`/usr/lib/programs/${basename(program)}`, join(path, 'usr', 'bin', basename(program)));
  }
  return { '/usr/lib/programs': programs };
}

function link(to: string, at: string): void {
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(to, at);
}

function makeMountPoint(path: string, folder: boolean): void {
  mkdirSync(folder ? path : dirname(path), { recursive: true });
  if (!folder && !existsSync(path)) writeFileSync(path, '');
}
