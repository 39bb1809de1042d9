import { textsOf } from '../checks/strays';
import type { Problem } from '../errors';
import type { LateValues } from './late-values';

/** Thrown where a text cannot be revealed; with the object and the property at hand, it becomes an error for people. */
export class DamagedMarker extends Error {}

/** What an object is identified and found by. The API server, Pulumi and the checks all need it before anything runs. */
const PLACES: readonly { readonly at: RegExp; readonly is: string; readonly remedy: string }[] = [
  {
    at: /^(a key$|a key of )/,
    is: 'a key',
    remedy: 'Keys have to be known before anything is created: write the key, and pass the Output as its value.',
  },
  {
    at: /^(apiVersion|kind)$/,
    is: 'a kind',
    remedy: 'Write it out: it decides which resource is created.',
  },
  {
    // `metadata` as a whole has the name in it.
    at: /^metadata(\.(name|namespace|generateName))?$/,
    is: 'a name',
    remedy:
      'Names have to be known before anything is created: take a plain text, for example from `new pulumi.Config().require(...)`, for this object and for whatever refers to it.',
  },
  {
    // Which node a pod goes to is nobody's identity, and what a file or a note is called says nothing about it.
    at: /^(?!(?:data|stringData|binaryData|metadata\.annotations)\.).*?(^|\.)(selector|(?!nodeSelector\b)\w+Selector|matchLabels|matchExpressions)(?=$|[.[])/,
    is: 'a selector',
    remedy:
      'Selectors cannot be changed later and are checked before anything is created: write the labels as plain texts.',
  },
];

/** The Outputs of an object that stand where none can. */
export function misplaced(object: unknown, late: LateValues): Problem[] {
  if (!late.traceIn(JSON.stringify(object))) return [];
  return textsOf(object, '').flatMap(({ at, text }) => {
    if (!late.traceIn(text)) return [];
    const place = PLACES.find((p) => p.at.test(at));
    return place ? [refused(at, origin(text, late), place)] : damaged(at, text, late);
  });
}

function damaged(property: string, text: string, late: LateValues): Problem[] {
  const flaw = late.flawOf(text);
  if (flaw === undefined) return [];
  return [
    {
      property,
      given: flaw,
      allowed: 'an Output of this component, whole or inside a text',
      remedy: 'Pass the Output to the component that uses it, and change its value with `.apply(...)` before that.',
    },
  ];
}

const refused = (property: string, from: string, { is, remedy }: (typeof PLACES)[number]): Problem => ({
  property,
  given: `an Output${from}`,
  allowed: `a plain text: this is ${is}`,
  remedy,
});

function origin(text: string, late: LateValues): string {
  const from = late.origins(text);
  return from.length === 0 ? '' : ` (${from.join(', ')})`;
}
