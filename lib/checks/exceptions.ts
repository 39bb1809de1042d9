import { unknownName } from '../rules/nearest';
import { type Checker, text } from '../validate';

/** What the checks are called: in reports, in exceptions, and as policies. */
export const CHECKS = ['duplicates', 'selection', 'edges', 'expressions', 'strays'] as const;
export type CheckName = (typeof CHECKS)[number];

/** A finding that is known and accepted. One that excuses nothing any more is a finding itself. */
export interface ManifestException {
  /** The object as the finding calls it, `Kind namespace/name`; an asterisk stands for any text. */
  readonly object: string;
  /** @default every check */
  readonly check?: CheckName;
  /** Why it is accepted. */
  readonly reason: string;
}

/** Holds exceptions against what can excuse something. */
export function checkExceptions(
  c: Checker,
  property: string,
  given: readonly ManifestException[] | null | undefined,
): void {
  for (const { at, entry } of c.parts(property, given)) {
    c.item(`${at}.object`, entry.object, text).item(`${at}.reason`, entry.reason, text);
    if (entry.check !== undefined && !CHECKS.includes(entry.check))
      unknownName(c, `${at}.check`, String(entry.check), CHECKS, `one of ${CHECKS.join(', ')}`);
  }
}

/** What is left of findings, and which exceptions excused none of them. */
export function excuse<F extends { readonly check: string; readonly object: string }>(
  found: readonly F[],
  exceptions: readonly ManifestException[],
): { readonly left: F[]; readonly unused: ManifestException[] } {
  const covers = (e: ManifestException, f: F) =>
    (e.check === undefined || e.check === f.check) && matches(e.object, f.object);
  return {
    left: found.filter((f) => !exceptions.some((e) => covers(e, f))),
    unused: exceptions.filter((e) => !found.some((f) => covers(e, f))),
  };
}

function matches(pattern: string, object: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(object);
}
