import { type Problem, SovraOpsError } from './errors';
import { parseCron } from './schedule/cron';
import { parseDuration } from './schedule/duration';

/** A rule for one value: undefined when it holds, else what is allowed and how to mend it. */
export type Rule<T = string> = (value: T) => { allowed: string; remedy: string } | undefined;

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_NAME = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)$/;
const QUANTITY = /^[+]?(\d+(\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
const SECRET_KEY = /^[-._a-zA-Z0-9]{1,253}$/;

const rule =
  <T>(holds: (v: T) => boolean, allowed: string, remedy: string): Rule<T> =>
  (v) =>
    holds(v) ? undefined : { allowed, remedy };

/** DNS-1123 label: names of namespaces, Services and containers. */
export const dnsLabel = rule<string>(
  (v) => DNS_LABEL.test(v),
  'a DNS-1123 label: lower-case letters, digits and "-", at most 63 characters, starting and ending with a letter or digit',
  'Rename it, for example "sovra-prod".',
);
/** DNS-1123 subdomain: names of most objects. */
export const dnsSubdomain = rule<string>(
  (v) => v.length <= 253 && DNS_SUBDOMAIN.test(v),
  'a DNS-1123 subdomain: lower-case letters, digits, "-" and ".", at most 253 characters',
  'Rename it, for example "sovra-prod".',
);
/** CronJob names leave 11 characters for the suffix that Kubernetes gives to each Job. */
export const cronJobName = rule<string>(
  (v) => v.length <= 52 && DNS_LABEL.test(v),
  'a DNS-1123 label of at most 52 characters (Kubernetes adds 11 for each Job)',
  'Give a shorter name.',
);
export const labelValue = rule<string>(
  (v) => v === '' || LABEL_NAME.test(v),
  'a label value: letters, digits, "-", "_" and ".", at most 63 characters, starting and ending with a letter or digit',
  'Shorten it or replace the other characters by "-".',
);
export const labelKey = rule<string>(
  (v) => {
    const [name, prefix, ...rest] = v.split('/').reverse();
    return (
      rest.length === 0 &&
      name !== undefined &&
      LABEL_NAME.test(name) &&
      (prefix === undefined || DNS_SUBDOMAIN.test(prefix))
    );
  },
  'a label key: an optional DNS prefix and "/", then at most 63 letters, digits, "-", "_" and "."',
  'For example "app.kubernetes.io/name".',
);
export const metricNameRule = rule<string>(
  (v) => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(v),
  'a metric name: letters, digits, "_" and ":"',
  'Take the name as /metrics prints it.',
);
export const secretKey = rule<string>(
  (v) => SECRET_KEY.test(v),
  'a key of a Secret or ConfigMap: letters, digits, "-", "_" and "."',
  'Use the key as `kubectl describe secret` prints it.',
);
export const quantity = rule<string>(
  (v) => QUANTITY.test(v) && Number.parseFloat(v) > 0,
  'a positive Kubernetes quantity such as "500m", "2", "512Mi" or "50Gi"',
  'Write a number with a unit that Kubernetes knows.',
);
export const port = rule<number>(
  (v) => Number.isInteger(v) && v >= 1 && v <= 65535,
  'a port: a whole number from 1 to 65535',
  'Give the number of the port.',
);
export const positiveInteger = rule<number>(
  (v) => Number.isInteger(v) && v >= 1,
  'a whole number of at least 1',
  'Give a positive whole number.',
);
export const duration = rule<string>(
  (v) => parseDuration(v) !== undefined,
  'a Prometheus duration such as "15s", "5m", "1h30m" or "35d"',
  'Write whole numbers with the units ms, s, m, h, d, w or y, the largest first.',
);
export const timeZone = rule<string>(
  isTimeZone,
  'a time zone of the IANA database such as "Etc/UTC" or "Europe/Zurich"',
  'Take the name from the tz database; abbreviations and offsets do not follow daylight saving.',
);
/** The five-field form that the CronJob controller accepts (no seconds, no time zone inside). */
export const schedule: Rule = (v) => {
  const cron = parseCron(v);
  return cron.ok
    ? undefined
    : {
        allowed: `a cron schedule of five fields (${cron.error})`,
        remedy: 'For example "0 3 * * *" for every day at 03:00.',
      };
};
export const url = (...protocols: readonly string[]): Rule =>
  rule<string>(
    (v) => isUrl(v, protocols),
    `an absolute URL with ${protocols.map((p) => `${p}://`).join(' or ')}, without user name or password`,
    'Write the whole address; credentials belong in a Secret.',
  );
/** An image reference that names one build: a tag other than `latest`, or a digest. */
export const pinnedImage = rule<string>(
  (v) =>
    /^[a-z0-9][a-z0-9._/:-]*(:[A-Za-z0-9_][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/.test(v) &&
    !/:latest$/.test(v) &&
    /[:@][^/]*$/.test(v),
  'an image with a fixed tag or a sha256 digest',
  'Name the version: "latest" changes under a running cluster.',
);
/** Where images can be moved to: a host, an optional port, an optional path. */
export const registry = rule<string>(
  (v) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9][a-z0-9._-]*)*$/.test(v),
  'a registry such as "registry.example.com:5000/mirror", without scheme and without a "/" at the end',
  'Drop "https://" and the trailing slash.',
);

function isTimeZone(v: string): boolean {
  // Node also takes offsets ("+02:00") and abbreviations ("EST"); Kubernetes loads a file of that name, so they must be names.
  // The first use of Intl's zones costs milliseconds; the default zone needs no look-up.
  if (v === 'UTC' || v === 'Etc/UTC') return true;
  if (!/^(UTC|[A-Z][A-Za-z_]+(\/[A-Za-z0-9_+-]+)+)$/.test(v)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: v });
    return true;
  } catch {
    return false;
  }
}

function isUrl(v: string, protocols: readonly string[]): boolean {
  let u: URL;
  try {
    u = new URL(v);
  } catch {
    return false;
  }
  return (
    protocols.includes(u.protocol.slice(0, -1)) &&
    u.hostname !== '' &&
    u.username === '' &&
    u.password === '' &&
    !/\s/.test(v)
  );
}

/**
 * Collects the problems of one construct's props, so that a user sees all of them at once. Nothing is thrown until
 * `done()`; a value of `undefined` is always left to the default.
 */
export class Checker {
  private readonly problems: Problem[] = [];

  constructor(private readonly construct: string) {}

  /** Holds a value against a rule. */
  value<T>(property: string, given: T | undefined, holds: Rule<T>): this {
    if (given === undefined) return this;
    const broken = holds(given);
    if (broken) this.problems.push({ property, given, ...broken });
    return this;
  }

  /** Holds each value of a list against a rule. */
  each<T>(property: string, given: readonly T[] | undefined, holds: Rule<T>): this {
    given?.forEach((v, i) => {
      this.value(`${property}[${i}]`, v, holds);
    });
    return this;
  }

  /** Kubernetes labels: each key and each value. */
  labels(property: string, given: Readonly<Record<string, string>> | undefined): this {
    for (const [k, v] of Object.entries(given ?? {})) {
      this.value(`${property}[${JSON.stringify(k)}]`, k, labelKey);
      this.value(`${property}[${JSON.stringify(k)}]`, v, labelValue);
    }
    return this;
  }

  /** No two entries may share a key. */
  unique(property: string, keys: readonly string[]): this {
    const seen = new Map<string, number>();
    keys.forEach((key, i) => {
      const first = seen.get(key);
      if (first === undefined) seen.set(key, i);
      else
        this.add({
          property: `${property}[${i}]`,
          given: key,
          allowed: `a name that is used once (also at ${property}[${first}])`,
          remedy: 'Give each entry a name of its own.',
        });
    });
    return this;
  }

  /** Adds a problem that no rule describes, when the condition does not hold. */
  require(holds: boolean, problem: Problem): this {
    if (!holds) this.add(problem);
    return this;
  }

  add(problem: Problem): this {
    this.problems.push(problem);
    return this;
  }

  /** Throws if anything was found. @throws {SovraOpsError} */
  done(): void {
    if (this.problems.length > 0) throw new SovraOpsError(this.construct, this.problems);
  }
}
