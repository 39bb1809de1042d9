// Programs of the tests that come from Debian, not from source: checks that they are there, and installs what is missing.
//
//   node tools/debian.mjs                    all
//   node tools/debian.mjs chromium           some, by package
//   node tools/debian.mjs --path chromium    the same for one, and print where its program is
//
// Progress goes to standard error. A run that finds everything asks nobody and takes no time. Installing needs root and
// Debian 12; for anybody else the error says what to install.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** Where the program is, and the package that has it. */
const PROGRAMS = {
  '/bin/busybox': 'busybox-static',
  '/usr/bin/chromium': 'chromium',
  '/usr/bin/jq': 'jq',
  '/usr/bin/pgbackrest': 'pgbackrest',
  '/usr/bin/ssh': 'openssh-client',
  '/usr/bin/zstd': 'zstd',
  '/usr/sbin/sshd': 'openssh-server',
  '/usr/lib/postgresql/15/bin/postgres': 'postgresql-15',
};

/** A fault that the reader can mend: printed as one line, without a stack. */
class MissingError extends Error {}

function isThere(program) {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function selected(packages) {
  const known = Object.values(PROGRAMS);
  const strange = packages.filter((name) => !known.includes(name));
  if (strange.length > 0) throw new MissingError(`unknown: ${strange.join(' ')}; known: ${known.join(' ')}`);
  return Object.entries(PROGRAMS).filter(([, name]) => packages.length === 0 || packages.includes(name));
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Another test may be installing at this moment. What apt says is progress.
  const { status, error } = spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=600', ...args], {
    env,
    stdio: ['ignore', process.stderr, 'inherit'],
  });
  if (error) throw new MissingError(`there is no apt-get here: ${error.message}`);
  if (status !== 0) throw new MissingError(`apt-get ${args.join(' ')} ended with ${status}`);
}

function install(missing) {
  const command = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) throw new MissingError(`missing: ${missing.join(' ')}. As root: ${command}`);
  process.stderr.write(`installing ${missing.join(' ')} from Debian ...\n`);
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...missing);
  } catch (error) {
    if (error instanceof MissingError) error.message += `. Install by hand: ${command}`;
    throw error;
  }
}

function main(args) {
  const path = args[0] === '--path';
  const packages = path ? args.slice(1) : args;
  if (path && packages.length !== 1) throw new MissingError('--path takes one package');
  const wanted = selected(packages);
  const missing = wanted.filter(([program]) => !isThere(program));
  if (missing.length > 0) install(missing.map(([, name]) => name));
  const still = wanted.filter(([program]) => !isThere(program));
  if (still.length > 0)
    throw new MissingError(still.map(([program, name]) => `${name} is installed, but has no ${program}`).join('; '));
  if (path) process.stdout.write(`${wanted[0][0]}\n`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof MissingError)) throw error;
  process.stderr.write(`debian.mjs: ${error.message}\n`);
  process.exitCode = 1;
}
