import { execFile } from 'node:child_process';
import { createCipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tool } from '../support/tools';
import { workFolder } from './pods';

const run = promisify(execFile);

export interface MasterKey {
  readonly mac: { readonly k: string; readonly r: string };
  readonly encrypt: string;
}

/**
 * Replaces the key of a repository, in its folder, by one of the same password that is derived at once. restic chooses for
 * itself how much work that is, half a second of a core, and each of the hundreds of its runs does it again. Nothing else
 * about the repository is another; the first backups of backup-base.test.ts, and the tests of the store, are with the key that
 * restic made.
 */
export async function quickKey(folder: string, password: string): Promise<void> {
  const keys = join(folder, 'keys');
  const before = readdirSync(keys);
  const file = join(mkdtempSync(join(workFolder(), 'key-')), 'password');
  writeFileSync(file, password, { mode: 0o600 });
  const options = ['--repo', folder, '--password-file', file, '--no-lock', '--no-cache', '--quiet'];
  const { stdout } = await run(tool('restic'), [...options, 'cat', 'masterkey']);
  const made = JSON.parse(readFileSync(join(keys, before[0] as string), 'utf8'));
  const [cost, salt] = [{ N: 2, r: 1, p: 1 }, randomBytes(64)];
  const derived = scryptSync(password, salt, 64, cost);
  const part = (from: number, to: number) => derived.subarray(from, to).toString('base64');
  const user = { encrypt: part(0, 32), mac: { k: part(32, 48), r: part(48, 64) } };
  const data = seal(user, Buffer.from(stdout)).toString('base64');
  const key = JSON.stringify({ ...made, ...cost, salt: salt.toString('base64'), data });
  const added = join(keys, createHash('sha256').update(key).digest('hex'));
  writeFileSync(added, key);
  chmodSync(added, 0o644);
  for (const name of before) rmSync(join(keys, name));
}

/** As restic writes what is not packed: a random IV, AES-256 in counter mode, Poly1305-AES over that. */
export function seal({ mac, encrypt }: MasterKey, plain: Buffer): Buffer {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', Buffer.from(encrypt, 'base64'), iv);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  const block = createCipheriv('aes-128-ecb', Buffer.from(mac.k, 'base64'), null).setAutoPadding(false);
  return Buffer.concat([iv, body, poly1305(body, Buffer.from(mac.r, 'base64'), block.update(iv))]);
}

function poly1305(message: Buffer, r: Buffer, s: Buffer): Buffer {
  const number = (bytes: Buffer) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  const prime = (1n << 130n) - 5n;
  const clamped = number(r) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = Buffer.concat([message.subarray(at, at + 16), Buffer.from([1])]);
    sum = ((sum + number(block)) * clamped) % prime;
  }
  const tag = (sum + number(s)) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse();
}
