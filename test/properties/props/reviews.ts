/** Props of `SovraReviews` and `SovraUpgradeGate`. */

import type { CapacityReportProps } from '../../../lib/operations/capacity-report';
import type { CveScanProps } from '../../../lib/operations/cve-scan';
import type { ReviewProps } from '../../../lib/operations/reviews';
import type { Command } from '../../../lib/operations/sovra-cli';
import type { SovraReviewsProps } from '../../../lib/operations/sovra-reviews';
import type { GateTask, SovraUpgradeGateProps } from '../../../lib/operations/sovra-upgrade-gate';
import fc from '../../support/fast-check';
import {
  alsoBroken,
  clash,
  constant,
  corrected,
  either,
  flag,
  type Kind,
  list,
  map,
  only,
  record,
  text,
  without,
  word,
} from '../kinds';
import { cronJobName, dnsLabel, image, positiveInteger, prose, quantity, secretRef, shortLabel } from '../leaves';
import { sovra, sovraWithApi } from './installation';
import { network, opening } from './network';
import { daily, deadlines, setFields, tuning, wholeCommand } from './tasks';

const findings = word('log', 'fail');
const orFalse = <T>(kind: Kind<T>) => either(kind, constant(false)) as Kind<T | false>;

/** Each at minutes of its own: what two of them share, they never want at once. */
const review = (minute: number, usual: string): Kind<ReviewProps | false> =>
  orFalse(deadlines(record<ReviewProps>({ ...tuning(daily([minute])), command: wholeCommand, findings }), usual));

const capacity = deadlines(
  record<CapacityReportProps>({
    ...tuning(daily([40])),
    commands: map(
      corrected(shortLabel, (name) => (name === 'forecast' ? 'other' : name)),
      wholeCommand as Kind<Command>,
    ),
    questions: map(only(prose.valid), prose),
  }),
  '30 8 1 * *',
);

const databaseImage = text(
  fc.constantFrom('r.example/aquasecurity/trivy-db:2', 'mirror.example:5000/x/db:2', 'localhost:5000/db'),
  ['', 'trivy-db:2', 'https://r.example/db:2', 'r.example/db:2 ', 'r.example/'],
  /^[a-z0-9.-]+(:\d+)?\/[^/]/,
);
const cve = deadlines(
  record<CveScanProps>({
    ...tuning(daily([50])),
    moreImages: list(image),
    severities: list(word('UNKNOWN', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'), { min: 1 }),
    onlyFixed: flag,
    findings,
    databaseImage,
    javaDatabaseImage: databaseImage,
    offline: flag,
    credentials: record<NonNullable<CveScanProps['credentials']>>({ username: secretRef, password: secretRef }, [
      'username',
      'password',
    ]),
    caSecret: secretRef,
    registries: only(opening.valid),
    cacheSize: quantity,
  }),
  '30 2 1 * *',
);

export const reviewsProps: Kind<SovraReviewsProps> = alsoBroken(
  record<SovraReviewsProps>(
    {
      ...setFields,
      sovra: sovraWithApi,
      failedOperations: review(0, '0 7 * * *'),
      policyViolations: review(10, '15 7 * * *'),
      certificateStatus: review(20, '30 7 * * *'),
      securityReview: review(30, '45 7 * * 1'),
      policyValidation: review(35, '0 8 * * 1'),
      versionCheck: review(45, '15 8 1 * *'),
      capacityReport: orFalse(capacity),
      cveScan: orFalse(cve),
      since: word('words', 'rfc3339'),
    },
    ['sovra'],
  ),
  {
    name: 'two reviews at one time that read one log',
    broken: sovraWithApi.valid.map((sovra) => ({
      value: {
        sovra,
        failedOperations: { schedule: '0 7 * * *' },
        securityReview: { schedule: '0 7 * * *' },
      },
      property: '.schedule of sovra-security-review',
    })),
  },
);

const gateTask = record<GateTask>(
  { name: cronJobName, namespace: without(dnsLabel), activeDeadlineSeconds: positiveInteger },
  ['name', 'namespace', 'activeDeadlineSeconds'],
);

const task = { name: 'a', namespace: 'b', activeDeadlineSeconds: 1 };
export const upgradeGateProps: Kind<SovraUpgradeGateProps> = (
  [
    ['one task twice', { run: [task, { ...task, activeDeadlineSeconds: 2 }] }, '.run[1]'],
    ['one task twice, with others between', { run: [task, { ...task, name: 'c' }, task] }, '.run[2]'],
    ['a task that has no time', { run: [{ ...task, activeDeadlineSeconds: 0 }] }, '.run[0].activeDeadlineSeconds'],
    ['a task of all namespaces', { run: [{ ...task, namespace: '*' }] }, '.run[0].namespace'],
    ['an API server nowhere', { network: { apiServer: { cidrs: [] } } }, '.network.apiServer.cidrs'],
  ] as const
).reduce(
  (kind, [name, change, property]) => clash(kind, name, change, property),
  record<SovraUpgradeGateProps>(
    {
      sovra,
      run: list(gateTask, { min: 1, unique: (t: GateTask) => `${t.namespace}/${t.name}` }),
      name: cronJobName,
      namespace: dnsLabel,
      startedBy: word('manual', 'argo-cd', 'helm'),
      network,
    },
    ['sovra', 'run'],
  ),
);
