import { randomBytes } from 'node:crypto';
import { all, type Input, Output, output } from '@pulumi/pulumi';
import type { IResolver, ResolutionContext } from 'cdk8s';
import { textsOf } from '../checks/strays';
import { type Problem, SovraOpsError } from '../errors';
import { holdsMarker, isMarker, type Judge, type MarkerSource, markerOf, splitAtMarkers } from '../markers';
import { type Blob, readBlob } from './blob';
import { DamagedMarker, misplaced } from './misplaced';

interface Late {
  readonly output: Output<unknown>;
  /** Where it was given, as it is written in the props. */
  readonly origin: string;
  /** What constructs would have said to its value. */
  readonly judges: Judge[];
}

/** The value as it will be used: the same one, once every construct that took it has had its say. */
const judged = ({ output: late, judges }: Late): Output<unknown> =>
  judges.length === 0
    ? late
    : late.apply((value) => {
        for (const judge of judges) judge(value);
        return value;
      });

const isLate = (value: unknown): value is Output<unknown> | Promise<unknown> =>
  Output.isInstance(value) || value instanceof Promise;

const asOutput = <T>(value: unknown): Output<T> => output(value) as Output<T>;

/**
 * The Outputs of one component: puts a marker in the place of each, and each in the place of its marker. Every
 * component has a set of its own, with a nonce of its own; nothing is shared in the process.
 */
export class LateValues implements MarkerSource, IResolver {
  private readonly nonce = randomBytes(16).toString('hex');
  /** Parts of it; one of them is in whatever holds sixteen digits of it. */
  private readonly parts = [0, 5, 10, 15, 20].map((at) => this.nonce.slice(at, at + 12));
  private readonly entries: Late[] = [];
  private readonly numbers = new Map<unknown, number>();

  /** A copy of a value with markers in the place of the Outputs in it. Objects of classes stay what they are. */
  mark(value: unknown, origin: string): unknown {
    if (isLate(value)) return this.marker(value, origin);
    if (Array.isArray(value)) return value.map((v, i) => this.mark(v, `${origin}[${i}]`));
    if (!isPlain(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => [k, this.mark(v, origin === '' ? k : `${origin}.${k}`)]),
    );
  }

  /** For cdk8s: an Output that stands in an object as it is. */
  resolve(context: ResolutionContext): void {
    if (isLate(context.value)) context.replaceValue(this.marker(context.value, context.key.join('.')));
  }

  judgeLater(marker: string, judge: Judge): void {
    // That of another component is refused where it ends up.
    if (this.flawOf(marker) === undefined) this.late(marker).judges.push(judge);
  }

  derive(text: string, f: (text: string) => string): string {
    // Where the text cannot be revealed, neither can the object be that it goes into, and that one is refused by name.
    if (this.flawOf(text) !== undefined) return f(text);
    return this.marker(asOutput<string>(this.revealText(text)).apply(f), 'a value computed from an Output');
  }

  misplaced(object: unknown): Problem[] {
    return misplaced(object, this);
  }

  /** A copy of a value with the Outputs in the place of their markers. */
  reveal(value: unknown): unknown {
    if (typeof value === 'string') return this.revealText(value);
    if (Array.isArray(value)) return value.map((v) => this.reveal(v));
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [checkedKey(k), this.reveal(v)]));
  }

  /** Why a text cannot be revealed, if it cannot. */
  flawOf(text: string): string | undefined {
    try {
      this.latesIn(text);
      return undefined;
    } catch (e) {
      if (e instanceof DamagedMarker) return e.message;
      throw e;
    }
  }

  /** Whether there is anything of a marker in a text; of those of this component also an end, in whatever letters. */
  traceIn(text: string): boolean {
    return holdsMarker(text) || this.partIn(text);
  }

  private partIn(text: string): boolean {
    if (this.entries.length === 0) return false;
    const small = text.toLowerCase();
    return this.parts.some((part) => small.includes(part));
  }

  /** Where the Outputs in a text were given. */
  origins(text: string): string[] {
    return this.flawOf(text) === undefined
      ? this.latesIn(text)
          .map((l) => l.origin)
          .filter((o) => o !== '')
      : [];
  }

  /** The Outputs in a text. @throws {DamagedMarker} where what is there cannot be told */
  private latesIn(text: string): Late[] {
    if (splitAtMarkers(text).texts.some((t) => this.partIn(t))) throw new DamagedMarker(CUT);
    if (!holdsMarker(text)) return [];
    const data = dataIn(text);
    if (data) return textsOf(data.value, '').flatMap((t) => this.latesIn(t.text));
    const { texts, markers } = splitAtMarkers(text);
    return texts.some(holdsMarker) ? this.latesIn(decoded(text)) : markers.map((m) => this.late(m));
  }

  private marker(value: Output<unknown> | Promise<unknown>, origin: string): string {
    let number = this.numbers.get(value);
    if (number === undefined) {
      number = this.entries.push({ output: output(value), origin, judges: [] }) - 1;
      this.numbers.set(value, number);
    }
    return markerOf(this.nonce, number);
  }

  private late(marker: string): Late {
    const [, number] = /n(\d+)z$/.exec(marker) ?? [];
    const late = this.entries[Number(number)];
    if (!marker.includes(this.nonce) || !late) throw new DamagedMarker('an Output of another component');
    return late;
  }

  private revealText(text: string): Input<unknown> {
    if (!holdsMarker(text)) return text;
    if (isMarker(text)) return judged(this.late(text));
    const data = dataIn(text);
    if (data) return asOutput(this.reveal(data.value)).apply(data.write);
    const { texts, markers } = splitAtMarkers(text);
    if (texts.some(holdsMarker)) return asOutput(this.revealText(decoded(text))).apply(encoded);
    const lates = markers.map((m) => this.late(m));
    return all(lates.map(judged)).apply((values) =>
      texts.map((t, i) => (i < values.length ? t + inText(values[i], lates[i] as Late) : t)).join(''),
    );
  }
}

const CUT = 'what is left of an Output that was cut or changed';

/** The data that a text is, unless an Output is a key of it. */
function dataIn(text: string): Blob | undefined {
  const data = isMarker(text) ? undefined : readBlob(text);
  return data && textsOf(data.value, '').some((t) => t.isKey && holdsMarker(t.text)) ? undefined : data;
}

/** In objects no key is an Output; in what somebody computes from them, one may be. */
function checkedKey(key: string): string {
  if (!holdsMarker(key)) return key;
  throw new SovraOpsError('Output', [
    {
      property: 'a key',
      given: 'an Output',
      allowed: 'a plain text: keys have to be known before anything is created',
      remedy: 'Make a list of pairs, and an object of it in `.apply(...)` of that list.',
    },
  ]);
}

/** A Secret's `data` is base64: what is in it is revealed and encoded again. @throws {DamagedMarker} for anything else */
function decoded(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const inside = bytes.toString('utf8');
  if (encoded(inside) !== text || !holdsMarker(inside)) throw new DamagedMarker(CUT);
  return inside;
}

const encoded = (text: unknown): string => Buffer.from(String(text), 'utf8').toString('base64');

/** Only what has one obvious form may stand inside a text. */
function inText(value: unknown, { origin }: Late): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new SovraOpsError('Output', [
    {
      property: origin,
      // The value itself may be a secret.
      given: Array.isArray(value) ? 'a list' : typeof value,
      allowed: 'a text, a number, true or false: it stands inside a longer text',
      remedy: 'Make a text of it with `.apply(...)` before you pass it.',
    },
  ]);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
