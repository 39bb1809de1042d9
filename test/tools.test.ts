import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const folder = join(__dirname, '..', 'tools');
const tools = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mjs'));

/** Tools are no TypeScript, and most run on demand only: what they take from the sources may be gone before somebody notices. */
const taken = tools.flatMap((tool) => {
  const text = readFileSync(join(folder, tool), 'utf8');
  return [...text.matchAll(/const \{([^}]*)\} = (?:await )?require\('(\.[^']+\.ts)'\)/g)].map(([, names, path]) => ({
    tool,
    names: (names as string).split(',').flatMap((name) => name.split(':')[0]?.trim() || []),
    path: join(folder, dirname(tool), path as string),
  }));
});

test.each(taken.map((t) => [`${t.tool} of ${t.path.slice(folder.length - 5)}`, t] as const))('%s', (_, t) => {
  const module: Record<string, unknown> = require(t.path);
  expect(t.names.filter((name) => module[name] === undefined)).toEqual([]);
});

test('some tools take something', () => {
  expect(taken.length).toBeGreaterThan(20);
});
