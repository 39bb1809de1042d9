import type { Checker } from '../validate';

/** Refuses a name that is not among those that there are, and suggests what it may have meant. */
export function unknownName(
  c: Checker,
  property: string,
  given: string,
  names: readonly string[],
  allowed: string,
): void {
  const meant = nearest(given, names);
  c.add({
    property,
    given,
    allowed,
    remedy: meant.length > 0 ? `Did you mean ${meant.map((n) => `"${n}"`).join(' or ')}?` : 'Take a name of the list.',
  });
}

/** The names that a mistyped one may have meant, the nearest first; at most `count`. */
export function nearest(given: string, names: readonly string[], count = 3): string[] {
  const wanted = given.toLowerCase();
  return names
    .map((name) => ({ name, distance: editDistance(wanted, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.ceil(Math.max(name.length, given.length) / 2)))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

/** Insertions, deletions and replacements of single characters that turn one text into the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
