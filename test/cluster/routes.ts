/** Which routes an alert takes through the configuration of an Alertmanager, and when it is told there. */
import { parse } from 'yaml';

export type Labels = Readonly<Record<string, string>>;

interface Times {
  readonly receiver?: string;
  readonly group_wait?: string;
  readonly group_interval?: string;
  readonly active_time_intervals?: readonly string[];
}

export interface Route extends Times {
  readonly matchers?: readonly string[];
  readonly continue?: boolean;
  readonly routes?: readonly Route[];
}

/** The end of a way through the tree, in seconds. */
export interface Leaf {
  readonly receiver: string;
  readonly groupWait: number;
  readonly groupInterval: number;
  /** Whether it tells only within some hours. */
  readonly hours: boolean;
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A duration of Prometheus in seconds: "1m30s" is 90. */
export function seconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdw])/g)];
  if (parts.map(([part]) => part).join('') !== duration || parts.length === 0)
    throw new Error(`"${duration}" is no duration`);
  return parts.reduce((sum, [, n, unit]) => sum + Number(n) * (UNITS[unit as string] as number), 0);
}

/** The tree of routes of a configuration (YAML). */
export function parseRoutes(config: string): Route {
  return (parse(config) as { route: Route }).route;
}

function fits(matcher: string, labels: Labels): boolean {
  const [, name = '', operator, value = ''] = /^\s*"?([\w.:]+)"?\s*(=~|!~|!=|=)\s*"(.*)"\s*$/s.exec(matcher) ?? [];
  const given = labels[name] ?? '';
  if (operator === '=') return given === value;
  if (operator === '!=') return given !== value;
  if (operator === undefined) throw new Error(`a matcher that cannot be read: ${matcher}`);
  return new RegExp(`^(?:${value})$`).test(given) === (operator === '=~');
}

/** As Alertmanager walks: the first child that matches, and those behind it where it says `continue`. */
export function walk(route: Route, labels: Labels, above: Times = {}): readonly Leaf[] {
  // The hours of a route are its own; what else it does not say it has from above.
  const { active_time_intervals, ...inherited } = above;
  const own: Times = { ...inherited, ...Object.fromEntries(Object.entries(timesOf(route)).filter(([, v]) => v)) };
  const found: Leaf[] = [];
  for (const child of route.routes ?? []) {
    if (!(child.matchers ?? []).every((m) => fits(m, labels))) continue;
    found.push(...walk(child, labels, own));
    if (!child.continue) break;
  }
  if (found.length > 0) return found;
  return [
    {
      receiver: own.receiver ?? '',
      // Alertmanager's own defaults.
      groupWait: seconds(own.group_wait ?? '30s'),
      groupInterval: seconds(own.group_interval ?? '5m'),
      hours: (own.active_time_intervals ?? []).length > 0,
    },
  ];
}

function timesOf({ receiver, group_wait, group_interval, active_time_intervals }: Route): Times {
  return { receiver, group_wait, group_interval, active_time_intervals };
}
