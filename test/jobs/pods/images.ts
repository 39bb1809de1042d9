import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tool } from '../../support/tools';
import type { ImageFiles } from './types';

/** Of PostgreSQL 15, from Debian; they find their libraries and files from where they really are. */
export const POSTGRES_PROGRAMS = '/usr/lib/postgresql/15/bin';
const POSTGRES_SHARE = '/usr/share/postgresql';

/** A program of this machine, at the path that the image has it; an error says what to install. */
function from(path: string, debianPackage: string): string {
  if (existsSync(path)) return path;
  throw new Error(`${path} is missing (Debian: apt-get install ${debianPackage})`);
}

function postgresFiles(): Record<string, string> {
  from(join(POSTGRES_PROGRAMS, 'pg_dump'), 'postgresql-15');
  return {
    '/usr/lib/postgresql/15': '/usr/lib/postgresql/15',
    [POSTGRES_SHARE]: POSTGRES_SHARE,
    // The image's LANG. In Alpine every locale sorts by code points, as this one does.
    '/usr/lib/locale/en_US.utf8': '/usr/lib/locale/C.utf8',
  };
}

const postgresLinks = (folder: string) => () =>
  Object.fromEntries(readdirSync(POSTGRES_PROGRAMS).map((name) => [join(folder, name), join(POSTGRES_PROGRAMS, name)]));

/**
 * What the official images have, by the last part of the image's name; `NAME:TAG*` goes before `NAME`. Where a file comes
 * from is the right side; a program that is not here is not in the container.
 *
 * | image                   | base   | programs                                                                  |
 * | ----------------------- | ------ | ------------------------------------------------------------------------- |
 * | restic/restic           | alpine | /usr/bin/restic, /usr/bin/jq, /usr/bin/ssh (fuse is left out)             |
 * | rclone/rclone           | alpine | /usr/local/bin/rclone: serve restic, local and sftp only (fuse is left out) |
 * | prometheus/pushgateway  | busybox | /bin/pushgateway                                                         |
 * | hashicorp/vault         | alpine | /bin/vault (libcap, su-exec, dumb-init are left out: for its entry point) |
 * | postgres:*-alpine*      | alpine | /usr/local/bin/{pg_*,psql,...}, /bin/bash, /usr/bin/zstd                  |
 * | postgres                | debian | /usr/lib/postgresql/15/bin in PATH, /usr/bin/zstd, perl                   |
 * | pgbackrest              | debian | /usr/bin/pgbackrest, PostgreSQL as above; no official image: an image that |
 * |                         |        | a site makes of postgres and Debian's package                             |
 * | kubectl                 | none   | /bin/kubectl, no shell                                                    |
 * | alpine, busybox, debian |        | the base only                                                             |
 */
export const IMAGE_FILES: Readonly<Record<string, ImageFiles>> = {
  restic: {
    base: 'alpine',
    files: () => ({
      '/usr/bin/restic': tool('restic'),
      '/usr/bin/jq': from('/usr/bin/jq', 'jq'),
      '/usr/bin/ssh': from('/usr/bin/ssh', 'openssh-client'),
    }),
    entrypoint: ['/usr/bin/restic'],
  },
  pushgateway: {
    base: 'alpine',
    files: () => ({ '/bin/pushgateway': tool('pushgateway') }),
    entrypoint: ['/bin/pushgateway'],
  },
  rclone: {
    base: 'alpine',
    files: () => ({ '/usr/local/bin/rclone': tool('rclone') }),
    env: { XDG_CONFIG_HOME: '/config' },
    users: [['rclone', 1009, '/home/rclone']],
    entrypoint: ['rclone'],
  },
  vault: {
    base: 'alpine',
    files: () => ({ '/bin/vault': tool('vault') }),
    users: [['vault', 100, '/home/vault']],
    entrypoint: ['docker-entrypoint.sh'],
  },
  'postgres:alpine': {
    base: 'alpine',
    files: () => ({ ...postgresFiles(), '/bin/bash': '/bin/bash', '/usr/bin/zstd': from('/usr/bin/zstd', 'zstd') }),
    links: postgresLinks('/usr/local/bin'),
    env: { LANG: 'en_US.utf8', PG_MAJOR: '15', PG_VERSION: '15', PGDATA: '/var/lib/postgresql/data' },
    users: [['postgres', 70, '/var/lib/postgresql']],
    entrypoint: ['docker-entrypoint.sh'],
  },
  postgres: {
    base: 'debian',
    files: () => ({ ...postgresFiles(), '/usr/bin/zstd': from('/usr/bin/zstd', 'zstd') }),
    env: {
      PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${POSTGRES_PROGRAMS}`,
      ...{ LANG: 'en_US.utf8', PG_MAJOR: '15', PGDATA: '/var/lib/postgresql/data' },
    },
    users: [['postgres', 999, '/var/lib/postgresql']],
    entrypoint: ['docker-entrypoint.sh'],
  },
  pgbackrest: {
    base: 'debian',
    files: () => ({ ...postgresFiles(), '/usr/bin/pgbackrest': from('/usr/bin/pgbackrest', 'pgbackrest') }),
    links: postgresLinks('/usr/bin'),
    users: [['postgres', 999, '/var/lib/postgresql']],
  },
  kubectl: {
    base: 'empty',
    files: () => ({ '/bin/kubectl': tool('kubectl') }),
    entrypoint: ['/bin/kubectl'],
  },
  alpine: { base: 'alpine', files: () => ({}) },
  busybox: { base: 'alpine', files: () => ({}) },
  debian: { base: 'debian', files: () => ({}) },
};

/** docker.io/library/postgres:15.15-alpine3.22 -> [postgres, 15.15-alpine3.22] */
function nameAndTag(reference: string): readonly [string, string] {
  const [, name = reference, tag = ''] = /([^/:@]+)(?::([^@]*))?(?:@.*)?$/.exec(reference) ?? [];
  return [name, tag];
}

export function imageFor(reference: string, more: Readonly<Record<string, ImageFiles>> = {}): ImageFiles {
  const [name, tag] = nameAndTag(reference);
  const all = { ...IMAGE_FILES, ...more };
  const found = (tag.includes('alpine') ? all[`${name}:alpine`] : undefined) ?? all[name];
  if (found) return found;
  throw new Error(`no programs stand in for the image ${reference}: add it to pods/images.ts, or give it in "images"`);
}

/** Applets that Debian's busybox has and Alpine's has not, some of them in a package of their own there. */
const NOT_IN_ALPINE = new Set([
  ...['ar', 'dpkg', 'dpkg-deb', 'rpm', 'rpm2cpio', 'ftpget', 'ftpput', 'tftp', 'httpd', 'telnet', 'telnetd', 'udhcpd'],
  ...['init', 'linuxrc', 'runit', 'sv', 'run-init', 'ts', 'w', 'taskset', 'start-stop-daemon', 'loadfont', 'syslogd'],
  ...['bash', 'busybox'],
]);
const BUSYBOX = '/bin/busybox';

/** {path: applet} of busybox, as in Alpine. */
export function applets(): readonly string[] {
  from(BUSYBOX, 'busybox-static');
  const names = execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  return names.filter((name) => !NOT_IN_ALPINE.has(name));
}

/** What is in every image of Debian, because the packages are essential; these are the ones with programs for scripts. */
const DEBIAN_PACKAGES = ['bash', 'coreutils', 'dash', 'debianutils', 'diffutils', 'findutils', 'grep', 'gzip'];
const MORE_DEBIAN_PACKAGES = ['hostname', 'mawk', 'perl-base', 'sed', 'tar', 'util-linux'];

/** The programs of those packages, as paths of this machine, which is a Debian too. */
export function debianPrograms(): readonly string[] {
  const packages = [...DEBIAN_PACKAGES, ...MORE_DEBIAN_PACKAGES];
  const listed = execFileSync('dpkg', ['-L', ...packages], { encoding: 'utf8' }).split('\n');
  const programs = listed.filter((path) => /^(\/usr)?\/s?bin\/[^/]+$/.test(path) && existsSync(path));
  return [...programs, '/bin/sh', '/usr/bin/awk'].filter((path, i, all) => all.findIndex(sameName(path)) === i);
}

const sameName = (path: string) => (other: string) => basename(other) === basename(path);
