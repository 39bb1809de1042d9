/**
 * What can be given for a property, said once: arbitraries of what is documented as allowed, and of what is not, each
 * with exactly one fault. Composed, they give whole props, valid or broken in one place whose name is known.
 */
import fc, { type Arbitrary } from 'fast-check';

/** A value with one fault in it. */
export interface Broken {
  readonly value: unknown;
  /** Where the fault is, seen from the value: `.prometheus.retention`, `[2].id`, or nothing for the value itself. */
  readonly property: string;
  /** The fault itself, for messages. @default the whole value */
  readonly fault?: unknown;
}

/** One way to break a value, by name, so that a report says which ways have been tried. */
export interface Fault {
  readonly name: string;
  readonly broken: Arbitrary<Broken>;
}

export interface Kind<T> {
  readonly valid: Arbitrary<T>;
  readonly faults: readonly Fault[];
}

/** What a user of plain JavaScript, or of a values file, would give in place of a text, number, list or object. */
const STRANGERS: Readonly<Record<string, readonly unknown[]>> = {
  text: [null, 7, Number.NaN, true, ['a'], { a: 'b' }],
  number: [null, '7', Number.NaN, Number.POSITIVE_INFINITY, true, [7], {}],
  flag: [null, 'true', 'false', 0, 1, [], {}],
  list: [null, 'text', 7, true, { a: 'b' }],
  object: [null, 'text', 7, true, [], ['a']],
};

export const here = (value: unknown): Broken => ({ value, property: '', fault: value });

/** A value that is one of these, and wrong for the property itself. */
export const oneOf = (name: string, ...values: readonly unknown[]): Fault => ({
  name,
  broken: fc.constantFrom(...values).map(here),
});

export function stranger(type: keyof typeof STRANGERS, but: readonly unknown[] = []): Fault {
  return oneOf(`no ${type}`, ...(STRANGERS[type] ?? []).filter((s) => !but.includes(s)));
}

/** A text: what is allowed, some that are not, and any other text that does not look like an allowed one. */
export function text(valid: Arbitrary<string>, wrong: readonly string[], shape?: RegExp): Kind<string> {
  const noise = shape && fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((s) => !shape.test(s));
  const texts = [...(wrong.length > 0 ? [fc.constantFrom(...wrong)] : []), ...(noise ? [noise] : [])];
  const wrongText = texts.length > 0 ? [{ name: 'wrong text', broken: fc.oneof(...texts).map(here) }] : [];
  return { valid, faults: [...wrongText, stranger('text')] };
}

export function number(valid: Arbitrary<number>, wrong: readonly number[]): Kind<number> {
  return { valid, faults: [oneOf('wrong number', ...wrong), stranger('number')] };
}

/** True or false: anything else that counts as true in JavaScript would mean what nobody meant (`suspend: 'false'`). */
export const flag: Kind<boolean> = { valid: fc.boolean(), faults: [stranger('flag')] };

/** One of a few words. */
export function word<T extends string>(...words: readonly T[]): Kind<T> {
  const valid = fc.constantFrom(...words);
  return {
    valid,
    faults: [
      oneOf('unknown word', 'nothing', '', words[0]?.toLowerCase() === words[0] ? 'X' : words[0]?.toLowerCase()),
      stranger('text'),
    ],
  };
}

/** Always the same value, which cannot be broken. */
export function constant<const T>(...values: readonly T[]): Kind<T> {
  return { valid: fc.constantFrom(...values), faults: [] };
}

export type Fields<T> = { readonly [K in keyof T]-?: Kind<Exclude<T[K], undefined>> };

/** An object; properties that are not required are there or not. */
export function record<T extends object>(fields: Fields<T>, required: readonly (keyof T & string)[] = []): Kind<T> {
  const keys = Object.keys(fields) as (keyof T & string)[];
  const arbitraries = Object.fromEntries(keys.map((k) => [k, fields[k].valid])) as { [K in keyof T]: Arbitrary<T[K]> };
  const valid = fc.record(arbitraries, {
    requiredKeys: [...required] as never,
    // What a user writes has a prototype.
    noNullPrototype: true,
  }) as unknown as Arbitrary<T>;
  const inside = keys.flatMap((k) =>
    fields[k].faults.map((f) => ({
      name: `${k}: ${f.name}`,
      broken: fc.tuple(valid, f.broken).map(([v, b]) => ({
        value: { ...v, [k]: b.value },
        property: `.${k}${b.property}`,
        fault: b.fault,
      })),
    })),
  );
  const left = required.map((k) => ({
    name: `${k}: left out`,
    broken: valid.map((v) => ({ value: { ...v, [k]: undefined }, property: `.${k}`, fault: undefined })),
  }));
  return { valid, faults: [stranger('object'), ...left, ...inside] };
}

export interface ListOptions {
  readonly min?: number;
  readonly max?: number;
  /** What no two entries may share. */
  readonly unique?: (entry: never) => unknown;
}

/** A list: a broken one has one broken entry at any place, or one entry twice. */
export function list<T>(entry: Kind<T>, { min = 0, max = 3, unique }: ListOptions = {}): Kind<T[]> {
  const selector = unique as ((entry: T) => unknown) | undefined;
  const entries = (minLength: number) =>
    selector
      ? fc.uniqueArray(entry.valid, { minLength, maxLength: max, selector })
      : fc.array(entry.valid, { minLength, maxLength: max });
  const inside = entry.faults.map((f) => ({
    name: `entry: ${f.name}`,
    broken: fc.tuple(entries(0), f.broken, fc.nat(max)).map(([others, b, at]) => {
      const place = Math.min(at, others.length);
      return {
        value: [...others.slice(0, place), b.value, ...others.slice(place)],
        property: `[${place}]${b.property}`,
        fault: b.fault,
      };
    }),
  }));
  const twice = {
    name: 'an entry twice',
    broken: entries(1).map((e) => ({ value: [...e, e[0]], property: `[${e.length}]`, fault: e[0] })),
  };
  const empty = min > 0 ? [oneOf('empty', [])] : [];
  return { valid: entries(min), faults: [stranger('list', [[]]), ...empty, ...(selector ? [twice] : []), ...inside] };
}

export interface MapOptions {
  readonly min?: number;
  readonly max?: number;
  /** How a property is written for a key. @default `["key"]` */
  readonly at?: (key: string) => string;
}

/** An object with keys of the user's choice. */
export function map<T>(key: Kind<string>, entry: Kind<T>, options: MapOptions = {}): Kind<Record<string, T>> {
  const { min = 0, max = 3, at = (k: string) => `[${JSON.stringify(k)}]` } = options;
  const valid = fc.dictionary(key.valid, entry.valid, { minKeys: min, maxKeys: max, noNullPrototype: true });
  const keys = key.faults
    .filter((f) => !f.name.startsWith('no '))
    .map((f) => ({
      name: `key: ${f.name}`,
      broken: fc.tuple(valid, entry.valid, f.broken).map(([v, e, b]) => ({
        value: { ...v, [String(b.value)]: e },
        property: at(String(b.value)),
        fault: b.value,
      })),
    }));
  const entries = entry.faults.map((f) => ({
    name: `entry: ${f.name}`,
    broken: fc.tuple(valid, key.valid, f.broken).map(([v, k, b]) => ({
      value: { ...v, [k]: b.value },
      property: at(k) + b.property,
      fault: b.fault,
    })),
  }));
  const empty = min > 0 ? [oneOf('empty', {})] : [];
  return { valid, faults: [stranger('object'), ...empty, ...keys, ...entries] };
}

/** Any of several; of what is broken for one, only that which is broken for all of them may be among the faults. */
export function either<A, B>(a: Kind<A>, b: Kind<B>): Kind<A | B> {
  return { valid: fc.oneof(a.valid, b.valid), faults: [...a.faults, ...b.faults] };
}

/** The same kind, whose faults are those of the property as a whole. */
export function asWhole<T>(kind: Kind<T>): Kind<T> {
  const faults = kind.faults.map((f) => ({ name: f.name, broken: f.broken.map((b) => ({ ...b, property: '' })) }));
  return { valid: kind.valid, faults };
}

/** A kind without some of its faults. */
export function without<T>(kind: Kind<T>, ...names: readonly string[]): Kind<T> {
  return { valid: kind.valid, faults: kind.faults.filter((f) => !names.includes(f.name)) };
}

/** The same kind without faults: where a property is only needed for another one's sake. */
export function only<T>(valid: Arbitrary<T>): Kind<T> {
  return { valid, faults: [] };
}

/** What is valid only after a correction, where two properties depend on each other; faults stay as they are. */
export function corrected<T>(kind: Kind<T>, correct: (value: T) => T): Kind<T> {
  return { valid: kind.valid.map(correct), faults: kind.faults };
}

/** More ways to break a value. */
export function alsoBroken<T>(kind: Kind<T>, ...faults: readonly Fault[]): Kind<T> {
  return { valid: kind.valid, faults: [...kind.faults, ...faults] };
}

/** A fault between two properties of an object that is otherwise valid. */
export function clash<T extends object>(kind: Kind<T>, name: string, change: object, property: string): Kind<T> {
  return alsoBroken(kind, {
    name,
    broken: kind.valid.map((v) => ({ value: { ...v, ...change }, property, fault: change })),
  });
}
