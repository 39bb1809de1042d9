import { parsePromql, type SyntaxNode } from '../rules/promql-tree';
import { TARGET_LABELS } from '../sovra/metrics';

/** One condition on a label, as it stands in a selector. */
export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  /** Without its quotes. */
  readonly value: string;
  /** As it was written. */
  readonly text: string;
}

export interface Selector {
  /** Undefined where only its labels choose the series. */
  readonly name: string | undefined;
  readonly matchers: readonly Matcher[];
}

/** What an expression has to see before it can say anything. */
export type Sight =
  | { readonly kind: 'series'; readonly selector: Selector }
  /** Every part. */
  | { readonly kind: 'all'; readonly parts: readonly Sight[] }
  /** One part is enough. */
  | { readonly kind: 'any'; readonly parts: readonly Sight[] }
  /** It speaks up when series are gone: `absent()`. */
  | { readonly kind: 'always' }
  /** Numbers and texts, which see nothing. */
  | { readonly kind: 'constant' };

/** What an expression has to see; undefined where it is no PromQL. */
export function sightOf(expr: string): Sight | undefined {
  const { topNode } = parsePromql(expr);
  if (broken(topNode)) return undefined;
  return read(topNode, (n) => expr.slice(n.from, n.to));
}

type Text = (node: SyntaxNode) => string;

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let at = node.firstChild; at; at = at.nextSibling) found.push(at);
  return found;
}

function broken(node: SyntaxNode): boolean {
  return node.type.isError || children(node).some(broken);
}

/** Functions that answer because there is nothing. */
const ANSWERS_ABSENCE = ['absent', 'absent_over_time'];

function read(node: SyntaxNode, text: Text): Sight {
  if (node.name === 'VectorSelector') return { kind: 'series', selector: selectorOf(node, text) };
  if (node.name === 'BinaryExpr') return readBinary(children(node), text);
  if (node.name === 'FunctionCall') {
    const [name] = children(node);
    if (name && ANSWERS_ABSENCE.includes(text(name))) return { kind: 'always' };
  }
  return together(children(node).map((c) => read(c, text)));
}

function readBinary(parts: readonly SyntaxNode[], text: Text): Sight {
  const [left, right] = [parts[0], parts.at(-1)].map(
    (p): Sight => (p === undefined ? { kind: 'constant' } : read(p, text)),
  ) as [Sight, Sight];
  // What `unless` takes away may well be nothing.
  if (parts.some((p) => p.name === 'Unless')) return left;
  if (!parts.some((p) => p.name === 'Or')) return together([left, right]);
  // `or vector(0)` would show nothing as zero: the constant does not see.
  const seeing = [left, right].filter((s) => s.kind !== 'constant');
  return seeing.length === 2 ? { kind: 'any', parts: seeing } : (seeing[0] ?? { kind: 'constant' });
}

function together(all: readonly Sight[]): Sight {
  const parts = all.filter((s) => s.kind !== 'constant');
  return parts.length > 1 ? { kind: 'all', parts } : (parts[0] ?? { kind: 'constant' });
}

function selectorOf(node: SyntaxNode, text: Text): Selector {
  let name: string | undefined;
  const matchers: Matcher[] = [];
  for (const child of children(node)) {
    if (child.name === 'Identifier') name = text(child);
    if (child.name !== 'LabelMatchers') continue;
    for (const matcher of children(child)) {
      if (matcher.name === 'QuotedLabelName') name = unquote(text(matcher));
      else matchers.push(matcherOf(children(matcher), text(matcher), text));
    }
  }
  return { name, matchers };
}

function matcherOf(parts: readonly SyntaxNode[], whole: string, text: Text): Matcher {
  const [label = '', op = '', value = ''] = parts.map(text);
  return {
    label: /^["'`]/.test(label) ? unquote(label) : label,
    op: op as Matcher['op'],
    value: unquote(value),
    text: whole.replace(/\s+/g, ' '),
  };
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}

/** What is left of a series without the label. */
function takesEmpty({ op, value }: Matcher): boolean {
  const equal = op.endsWith('~') ? matches(value) : value === '';
  return op.startsWith('!') ? !equal : equal;
}

function matches(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test('');
  } catch {
    return false;
  }
}

/** Labels whose values are there from the start: where a series comes from, and the buckets of a histogram. */
const LASTING: readonly string[] = [...TARGET_LABELS, '__name__', 'le'];

/**
 * What has to be there even while nothing happens: the labels, with the values of those that do not depend on events. No
 * `status=~"5.."` does not make an alert on errors blind; no label `status` does.
 */
export function lastingSelector({ name, matchers }: Selector): Selector {
  const kept = matchers.filter((m) => !takesEmpty(m) && m.value !== '.*');
  const lasting = kept.map((m): Matcher => {
    if (LASTING.includes(m.label)) return m;
    return { label: m.label, op: '!=', value: '', text: `${label(m.label)}!=""` };
  });
  return { name, matchers: lasting.filter((m, i) => lasting.findIndex((o) => o.text === m.text) === i) };
}

function label(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

export function selectorText({ name, matchers }: Selector): string {
  const plain = name === undefined || /^[A-Za-z_:][\w:]*$/.test(name);
  const inside = [...(plain ? [] : [JSON.stringify(name)]), ...matchers.map((m) => m.text)].join(', ');
  return `${plain ? (name ?? '') : ''}${inside === '' ? '' : `{${inside}}`}`;
}

/** Every selector of an expression that it needs, or may need. */
export function selectorsOf(sight: Sight): Selector[] {
  switch (sight.kind) {
    case 'series':
      return [sight.selector];
    case 'all':
    case 'any':
      return sight.parts.flatMap(selectorsOf);
    default:
      return [];
  }
}

/** Those selectors for the lack of which an expression says nothing; none where it can see. */
export function lacking(sight: Sight, there: (s: Selector) => boolean): Selector[] {
  switch (sight.kind) {
    case 'series':
      return there(sight.selector) ? [] : [sight.selector];
    case 'all':
      return sight.parts.flatMap((p) => lacking(p, there));
    case 'any': {
      const each = sight.parts.map((p) => lacking(p, there));
      return each.some((l) => l.length === 0) ? [] : each.flat();
    }
    default:
      return [];
  }
}
