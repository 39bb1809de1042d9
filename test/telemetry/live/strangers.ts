/**
 * Secrets as other people's programs print them: tokens of vendors, addresses of databases, headers, command lines, dumps
 * of structures, XML, YAML, SQL, access logs. What is not to come out stands between « and »; what stands between ‹ and ›
 * is made up here, the same on every run: nothing is anybody's.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { numbers, type Secret } from './corpus';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const LETTERS = `${LOWER}${LOWER.toUpperCase()}`;
const ALPHABETS: Readonly<Record<string, string>> = {
  a: `${LETTERS}0123456789`,
  x: LETTERS,
  U: `${LOWER.toUpperCase()}234567`,
  h: '0123456789abcdef',
  d: '0123456789',
};

/** Fewer letters are in some time or number of the record by chance. */
const TELLS = 6;

export function strangers(): readonly Secret[] {
  const next = numbers(20261130);
  const below = (n: number) => Math.floor(next() * n);
  const chars = (n: number, from: string) => Array.from({ length: n }, () => from[below(from.length)]).join('');
  const bytes = (n: number) => Buffer.from(Array.from({ length: n }, () => below(256)));
  const word = () =>
    ['bdfgkmptvz', 'aeiou', 'bdfgkmpst', 'lmnr', 'aeiou', 'lmnr', 'lmnrst'].map((from) => chars(1, from)).join('');
  const hex = (n: number) => chars(n, ALPHABETS.h as string);
  const made = (kind: string, n: number): string => {
    const kinds: Readonly<Record<string, () => string>> = {
      w: word,
      p: () => `${word()}${chars(2, '0123456789')}`,
      i: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
      '4': () => [10, 1, 1, 1].map((from) => from + below(200)).join('.'),
      b: () => bytes(n).toString('base64'),
      u: () => bytes(n).toString('base64url'),
    };
    return kinds[kind]?.() ?? chars(n, ALPHABETS[kind] as string);
  };
  let family = '';
  return readFileSync(join(__dirname, 'strangers.txt'), 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('# ')) {
        family = line.slice(2);
        return [];
      }
      const marked = (JSON.parse(`"${line.replace(/"/g, '\\"')}"`) as string).replace(
        /‹(.)(\d*)›/g,
        (_, kind: string, n: string) => made(kind, Number(n)),
      );
      const parts = [...marked.matchAll(/«([^»]+)»/g)]
        .map(([, part]) => part as string)
        .filter((part) => part.length >= TELLS);
      // A mask that leaves half of a key leaves enough.
      const stretches = parts.flatMap((part) => (part.length > 16 ? (part.match(/.{12}/g) ?? []) : []));
      return parts.length === 0 ? [] : [{ family, text: marked.replace(/[«»]/g, ''), parts: [...parts, ...stretches] }];
    });
}
