import { type Checker, dnsSubdomain, quantity } from '../validate';
import type { Resources } from './pod';
import { amount } from './quantity';

/** Holds requests and limits against what a cluster takes: it refuses a pod that asks for more than it may use. */
export function checkResources(c: Checker, at: string, given: Resources | undefined): void {
  const r = c.part(at, given);
  if (r === undefined) return;
  for (const key of ['cpu', 'memory', 'cpuLimit', 'memoryLimit'] as const) c.item(`${at}.${key}`, r[key], quantity);
  for (const [asked, limit] of [
    ['cpu', 'cpuLimit'],
    ['memory', 'memoryLimit'],
  ] as const) {
    const comparable = [r[asked], r[limit]].every((q) => typeof q === 'string' && quantity(q) === undefined);
    c.require(!comparable || amount(r[asked]) <= amount(r[limit]), {
      property: `${at}.${asked}`,
      given: r[asked],
      allowed: `at most ${limit}, "${r[limit]}"`,
      remedy: 'Lower the one or raise the other: a cluster refuses pods that ask for more than they may use.',
    });
  }
}

/** Holds a volume against what a cluster takes. */
export function checkStorage(
  c: Checker,
  at: string,
  given: { readonly size?: string; readonly storageClass?: string } | undefined,
): void {
  const storage = c.part(at, given);
  c.value(`${at}.size`, storage?.size, quantity).value(`${at}.storageClass`, storage?.storageClass, dnsSubdomain);
}
