/** Props of `SovraAlerts`, and the changes to alerts that tasks take too. */

import type { SovraAlertsProps } from '../../../lib/alerts/sovra-alerts';
import type { BackupAlertOverrides } from '../../../lib/backup/backup-alerts';
import { TASK_ALERT_NAMES, type TaskAlertOverrides } from '../../../lib/operations/task-alerts';
import { BACKUP_ALERT_NAMES } from '../../../lib/rules/backup-inhibitions';
import { ALERT_NAMES } from '../../../lib/rules/catalogue';
import { MATCHED_LABELS } from '../../../lib/rules/inhibitions';
import { SLO_ALERT_NAMES } from '../../../lib/rules/objectives/objective';
import type { AlertOptions, AlertOverrides } from '../../../lib/rules/options';
import type { AlertOverride } from '../../../lib/rules/overrides';
import { type AlertThresholds, THRESHOLDS } from '../../../lib/rules/thresholds';
import fc from '../../support/fast-check';
import {
  alsoBroken,
  asWhole,
  constant,
  corrected,
  either,
  type Fields,
  type Kind,
  list,
  map,
  number,
  oneOf,
  record,
  text,
  word,
} from '../kinds';
import { anyText, baseUrl, dnsLabel, labels, prose, webUrl, zeroOrDuration } from '../leaves';
import { sovra } from './installation';
import { lookingIn, prometheusRef } from './network';

const NO_LABEL_NAME = ['', '1a', 'a-b', '__name__', 'a b', 'a.b', 'ä'];
const LABEL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const NOT_FREE = [
  'alertname',
  'level',
  'component',
  'task',
  'namespace',
  'slo',
  'window',
  'source',
  'host',
  'path',
  ...MATCHED_LABELS,
];
const freeName = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/).filter((n) => !NOT_FREE.includes(n));
const labelName = text(
  fc.oneof(freeName, fc.constant('severity')),
  [...NO_LABEL_NAME, 'alertname', 'level', 'component'],
  LABEL_NAME,
);
const annotationName = text(freeName, NO_LABEL_NAME, LABEL_NAME);
const dotted = { at: (key: string) => `.${key}` };

/** Expressions that ask nothing that an installation could lack. */
const expr = text(
  fc.constantFrom('up == 0', 'vector(1)', 'sum by (job) (up) < 1', 'absent(up{job="vault"})', 'time() > 0'),
  ['', ' '],
);
const fields: Fields<AlertOverride> = {
  level: word('P0', 'P1', 'P2', 'P3'),
  for: zeroOrDuration,
  keepFiringFor: zeroOrDuration,
  expr,
  labels: map(labelName, prose, dotted),
  annotations: map(annotationName, anyText, dotted),
  summary: prose,
  description: prose,
  runbookUrl: webUrl,
};
const unknownField = {
  name: 'unknown field',
  broken: fc.constantFrom('severity', 'expression', 'FOR').map((f) => ({ value: { [f]: 'x' }, property: `.${f}` })),
};
const override = alsoBroken(record<AlertOverride>(fields), unknownField);
const { expr: _, ...shared } = fields;
/** For several tasks at once no expression can be right. */
const sharedOverride = alsoBroken(record<Omit<AlertOverride, 'expr'>>(shared), unknownField) as Kind<AlertOverride>;

const unknownAlert = {
  name: 'unknown alert',
  broken: fc.constantFrom('Nothing', 'apidown', 'toString').map((n) => ({ value: { [n]: false }, property: `.${n}` })),
};
const byName = <N extends string>(names: readonly N[], kind: Kind<AlertOverride>) => {
  const entry = either(kind, constant(false));
  const valid = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), entry.valid), { maxLength: 4, selector: ([n]) => n })
    .map((e) => Object.fromEntries(e));
  const faults = entry.faults.map((f) => ({
    name: `entry: ${f.name}`,
    broken: fc
      .tuple(valid, fc.constantFrom(...names), f.broken)
      .map(([v, n, b]) => ({ value: { ...v, [n]: b.value }, property: `.${n}${b.property}`, fault: b.fault })),
  }));
  return alsoBroken(
    { valid, faults } as unknown as Kind<Partial<Record<N, false | AlertOverride>>>,
    unknownAlert,
    oneOf('no object', null, 'text', 7, true, [], ['a']),
  );
};
/** Changes to a set of alerts with these names. */
export const overridesOf = <N extends string>(names: readonly N[]) => byName(names, override);
export const alertOverrides: Kind<AlertOverrides> = overridesOf(ALERT_NAMES);
export const taskAlertOverrides: Kind<TaskAlertOverrides> = byName(TASK_ALERT_NAMES, override);
/** The expression follows from the objective. */
export const sloAlertOverrides = byName(SLO_ALERT_NAMES, sharedOverride);
export const backupAlertOverrides: Kind<BackupAlertOverrides> = byName(BACKUP_ALERT_NAMES, sharedOverride);
export const sharedTaskAlertOverrides: Kind<TaskAlertOverrides> = byName(TASK_ALERT_NAMES, sharedOverride);

const SHARES = [
  'apiErrorRatio',
  'authFailureRatio',
  'policyErrorRatio',
  'databaseConnectionRatio',
  'databaseConnectionExhaustion',
  'notificationFailureRatio',
  'volumeShareLow',
  'volumeShareAlmostFull',
  'volumeForecastShare',
];
const figure = (name: string) =>
  number(
    SHARES.includes(name) || name.endsWith('P95')
      ? fc.double({ min: 1e-6, max: 0.999, noNaN: true })
      : fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 1e-6, max: 1e6, noNaN: true })),
    [0, -1, ...(SHARES.includes(name) ? [1, 1.5] : []), ...(name.endsWith('P95') ? [11] : []), Number.MAX_VALUE],
  );
const words = list(text(fc.stringMatching(/^[\w.:-]{1,12}$/), ['', 'a b', 'a|b', '"', 'ä']), { min: 1 });
export const thresholds: Kind<Partial<AlertThresholds>> = alsoBroken(
  corrected(
    record<Partial<AlertThresholds>>(
      Object.fromEntries(
        Object.entries(THRESHOLDS).map(([name, value]) => [name, Array.isArray(value) ? asWhole(words) : figure(name)]),
      ) as never,
    ),
    // What is less urgent comes first: a node is late before it is lost.
    ({
      heartbeatLate,
      heartbeatLost,
      databaseConnectionRatio,
      databaseConnectionExhaustion,
      volumeShareLow,
      volumeShareAlmostFull,
      ...rest
    }) => ({
      ...rest,
      ...(heartbeatLate && heartbeatLost && { heartbeatLate, heartbeatLost: heartbeatLate + heartbeatLost }),
      ...(databaseConnectionRatio &&
        databaseConnectionExhaustion && {
          databaseConnectionExhaustion,
          databaseConnectionRatio: databaseConnectionRatio * databaseConnectionExhaustion,
        }),
      ...(volumeShareLow &&
        volumeShareAlmostFull && { volumeShareLow, volumeShareAlmostFull: volumeShareAlmostFull * volumeShareLow }),
    }),
  ),
  { name: 'unknown threshold', broken: fc.constant({ value: { apiErrors: 1 }, property: '.apiErrors' }) },
  {
    name: 'lost before it is late',
    broken: fc
      .constantFrom({ heartbeatLost: 60 }, { heartbeatLate: 300 }, { heartbeatLate: 9, heartbeatLost: 8 })
      .map((value) => ({ value, property: '.heartbeatLost' })),
  },
);

export const alertLabels = map(labelName, prose, dotted);
const options: Fields<AlertOptions> = {
  alerts: alertOverrides,
  thresholds,
  runbookBaseUrl: baseUrl,
  grafanaUrl: baseUrl,
  alertLabels,
};

export const alertsProps: Kind<SovraAlertsProps> = corrected(
  alsoBroken(
    record<SovraAlertsProps>({ ...options, sovra, prometheus: prometheusRef, namespace: dnsLabel, labels }, ['sovra']),
    {
      name: 'where its Prometheus does not look',
      broken: fc.tuple(sovra.valid, prometheusRef.valid).map(([s, ref]) => ({
        value: { sovra: s, prometheus: { ...ref, namespaces: ['a', 'b'] }, namespace: 'c' },
        property: '.namespace',
      })),
    },
  ),
  (p) => ({ ...p, ...(p.prometheus && p.namespace && { prometheus: lookingIn(p.prometheus, [p.namespace]) }) }),
);
