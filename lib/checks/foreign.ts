import { checkDuplicates } from './duplicates';
import { checkEdges } from './edges';
import { type CheckName, excuse, type ManifestException } from './exceptions';
import { ours } from './expressions';
import { checkForeignExpressions } from './foreign-expressions';
import { type ManifestOptions, type ResolvedOptions, resolveOptions } from './foreign-options';
import {
  type Document,
  documentsIn,
  type ForeignObject,
  foreignObject,
  holdsUnknown,
  isMap,
  NO_NAME,
  UNKNOWN,
} from './foreign-shape';
import { describe, type Finding, type KubeObject, ObjectSet } from './model';
import { checkSelection, SELECTED_KINDS, SELECTING_KINDS } from './selection';
import { straysIn } from './strays';

/** Something that is wrong with manifests. */
export interface ManifestFinding {
  /** What found it; `exceptions` where an exception excuses nothing. */
  readonly check: CheckName | 'exceptions';
  /** The place of the manifest in the list that was given. @default none, for an exception */
  readonly index?: number;
  /** `Kind namespace/name` of the object that has to change. */
  readonly object: string;
  /** Its name alone. */
  readonly name: string;
  readonly property: string;
  /** What is there now. Never a value of a Secret. */
  readonly given: unknown;
  readonly allowed: string;
  readonly remedy: string;
}

/** An object that a check could not judge, because something that it reads is not known yet. */
export interface Undecided {
  readonly check: CheckName;
  readonly index: number;
  readonly object: string;
}

/** What the checks say of objects, before anything is excused. */
export interface Judgement {
  readonly findings: readonly ManifestFinding[];
  readonly undecided: readonly Undecided[];
}

/**
 * What is wrong with manifests as a whole, whoever made them: two objects of one name (`duplicates`), a rule or monitor
 * that no Prometheus selects (`selection`), a scrape that has no port or that a network policy closes (`edges`), an
 * expression that cannot work (`expressions`), the help text or marker of an Output (`strays`). There may be more in the
 * cluster than the manifests show, so nothing is reported that depends on it. Pure: reads and writes nothing.
 *
 * @param manifests Kubernetes objects; whatever is none (null, a list, another document) is unfolded or passed over
 * @throws {SovraOpsError} if the options cannot work
 */
export function checkManifests(manifests: readonly unknown[], options: ManifestOptions = {}): ManifestFinding[] {
  const resolved = resolveOptions(options);
  const { left, unused } = excuse(judge(manifests, resolved).findings, resolved.ignore);
  return [...left, ...unused.map(unusedException)];
}

/** The finding that an exception excuses nothing. */
export function unusedException(exception: ManifestException): ManifestFinding {
  const { object, check = 'any check' } = exception;
  return {
    check: 'exceptions',
    object,
    name: object,
    property: 'ignore',
    given: exception.reason,
    allowed: `an exception that excuses something; ${check} finds nothing at ${object}`,
    remedy: 'Remove it, or correct the name of the object.',
  };
}

/** What was found, as people read it; what to do about it comes behind. */
export function factOf({ given, allowed }: ManifestFinding): string {
  const text = typeof given === 'string' ? given : (JSON.stringify(given) ?? 'nothing');
  return `got ${text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text}; allowed: ${allowed}`;
}
const LONGEST = 300;

/** How one check is run on objects of other people. */
interface ForeignCheck {
  readonly run: (set: ObjectSet) => Finding[];
  /** What it reads of an object, to tell whether that is known; undefined where it does not look at it. */
  readonly reads: (o: KubeObject) => unknown;
  /** The kinds on which its judgement of all others depends. */
  readonly leansOn: readonly string[];
  readonly remedy: string;
}

const POD_KINDS = ['Service', 'Deployment', 'StatefulSet', 'DaemonSet', 'Alertmanager', 'NetworkPolicy'];
const MONITOR_KINDS = SELECTED_KINDS.filter((k) => k !== 'PrometheusRule');

const FOREIGN: Readonly<Record<Exclude<CheckName, 'strays' | 'duplicates'>, ForeignCheck>> = {
  selection: {
    run: checkSelection,
    reads: (o) =>
      SELECTING_KINDS.includes(o.kind)
        ? o
        : SELECTED_KINDS.includes(o.kind) || o.kind === 'Namespace'
          ? o.metadata
          : undefined,
    leansOn: [...SELECTING_KINDS, 'Namespace'],
    remedy:
      'Give it these labels, change the selectors of the Prometheus, or name the Prometheus that it is meant for as `existingPrometheus`.',
  },
  edges: {
    run: checkEdges,
    reads: (o) => ([...POD_KINDS, ...SELECTING_KINDS, ...MONITOR_KINDS, 'Namespace'].includes(o.kind) ? o : undefined),
    leansOn: [...POD_KINDS, ...SELECTING_KINDS, 'Namespace'],
    remedy: 'Correct the port, or open it to that peer in a NetworkPolicy.',
  },
  expressions: {
    run: checkForeignExpressions,
    reads: (o) => (o.kind === 'PrometheusRule' || (o.kind === 'ConfigMap' && ours([o]).length > 0) ? o : undefined),
    leansOn: [],
    remedy: 'Correct it; a metric of your own belongs in `extraMetrics` of `installation`.',
  },
};

/** Runs every check on what is known. */
export function judge(manifests: readonly unknown[], options: ResolvedOptions): Judgement {
  const documents = documentsIn(manifests);
  const objects = documents.flatMap((d) => foreignObject(d, options.namespace) ?? []);
  const parts = [
    duplicates(objects),
    ...Object.entries(FOREIGN).map(([name, check]) => across(name as CheckName, check, objects, options)),
    { findings: strays(documents, options.namespace), undecided: [] },
  ];
  return { findings: parts.flatMap((p) => p.findings), undecided: parts.flatMap((p) => p.undecided) };
}

function duplicates(objects: readonly ForeignObject[]): Judgement {
  const identityOf = ({ metadata: { name, namespace } }: KubeObject) => [name, namespace];
  const [unknown, known] = split(objects, (o) => holdsUnknown(identityOf(o.object)));
  const named = known.filter((o) => o.named);
  const found = checkDuplicates(
    new ObjectSet(
      named.map((o) => o.object),
      [],
      { partial: true },
    ),
  );
  return {
    findings: found.map((f) =>
      manifestFinding('duplicates', named, f, 'Remove one of them, or give it another name or namespace.'),
    ),
    undecided: unknown.map((o) => undecided('duplicates', o)),
  };
}

function across(
  name: CheckName,
  { run, reads, leansOn, remedy }: ForeignCheck,
  all: readonly ForeignObject[],
  options: ResolvedOptions,
): Judgement {
  const read = all.filter((o) => o.read);
  const open = read.filter((o) => holdsUnknown(reads(o.object))).map((o) => undecided(name, o));
  const objects = name === 'expressions' ? read.map(withoutUnknownRules) : read;
  const [unknown, known] = split(objects, (o) => holdsUnknown(reads(o.object)));
  // Whether a monitor is selected, or a scrape open, depends on all of these.
  if (unknown.some((o) => leansOn.includes(o.object.kind))) return { findings: [], undecided: open };
  const found = run(
    new ObjectSet(
      known.map((o) => o.object),
      options.facts,
      { partial: true },
    ),
  );
  return { findings: distinct(found.map((f) => manifestFinding(name, known, f, remedy))), undecided: open };
}

/** A rule whose expression is not known says nothing about the others of its object. */
function withoutUnknownRules(o: ForeignObject): ForeignObject {
  const groups = o.object.spec?.groups;
  if (o.object.kind !== 'PrometheusRule' || !Array.isArray(groups)) return o;
  const known = groups.map((g) =>
    isMap(g) && Array.isArray(g.rules) ? { ...g, rules: g.rules.filter((r) => !isMap(r) || r.expr !== UNKNOWN) } : g,
  );
  return { ...o, object: { ...o.object, spec: { groups: known } } };
}

function strays(documents: readonly Document[], namespace: string): ManifestFinding[] {
  return documents.flatMap((d) => {
    const object = foreignObject(d, namespace);
    const called = object
      ? { object: titleOf(object.object), name: nameOf(object.object) }
      : { object: `document ${d.index + 1}`, name: '' };
    return straysIn(d.value, false).map((p) => ({ ...p, ...called, check: 'strays' as const, index: d.index }));
  });
}

function manifestFinding(
  check: CheckName,
  objects: readonly ForeignObject[],
  { subject, object, property, given, allowed }: Finding,
  remedy: string,
): ManifestFinding {
  const index = objects.find((o) => o.object === subject)?.index;
  return { check, index, object, name: subject.metadata.name, property, given, allowed, remedy };
}

/** Two endpoints of one monitor, or an object that is there twice, are not worth the same words twice. */
function distinct(found: readonly ManifestFinding[]): ManifestFinding[] {
  const seen = new Set<string>();
  return found.filter(({ object, property, given, allowed }) => {
    const words = JSON.stringify([object, property, given, allowed]);
    const first = !seen.has(words);
    seen.add(words);
    return first;
  });
}

function undecided(check: CheckName, { index, object }: ForeignObject): Undecided {
  return { check, index, object: titleOf(object) };
}

/** How an object is called of which not even the name has to be known. */
function titleOf(o: KubeObject): string {
  const { name, namespace } = o.metadata as { name: unknown; namespace?: unknown };
  const shown = (v: unknown) => (v === UNKNOWN ? '(not known yet)' : (v as string));
  return describe({
    ...o,
    metadata: { name: shown(name), ...(namespace !== undefined && { namespace: shown(namespace) }) },
  });
}

function nameOf(o: KubeObject): string {
  const name: unknown = o.metadata.name;
  return typeof name === 'string' && name !== NO_NAME ? name : '';
}

function split<T>(all: readonly T[], first: (t: T) => boolean): [T[], T[]] {
  return [all.filter(first), all.filter((t) => !first(t))];
}
