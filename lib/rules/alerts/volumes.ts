import { type AlertContext, type CatalogueEntry, hasVolumes, ofVolumes } from '../context';

/** What tells one volume from another. */
const ONE = 'namespace, persistentvolumeclaim';

/** Share that is left. A claim that is mounted on two nodes is reported by both kubelets. */
function shareLeft(c: AlertContext): string {
  const of = `{${ofVolumes(c.sovra)}}`;
  return (
    `min by (${ONE}) (${c.metric('volumeAvailable')}${of})\n` +
    `/ on (${ONE}) max by (${ONE}) (${c.metric('volumeCapacity')}${of})`
  );
}

const CLAIM = '{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }}';
const COVERED = {
  coveredBy: 'VolumeMetricsMissing',
  because:
    'a kubelet reports the volumes of all pods on its node, so none of them is reported when kubelets are not scraped',
} as const;

export const VOLUME_ALERTS = {
  VolumeAlmostFull: {
    level: 'P1',
    component: 'volumes',
    metrics: ['volumeAvailable', 'volumeCapacity'],
    appliesTo: hasVolumes,
    expr: (c) => `${shareLeft(c)} < ${c.thresholds.volumeShareAlmostFull}`,
    for: '5m',
    summary: `Volume ${CLAIM} is almost full: {{ $value | humanizePercentage }} left`,
    description: `{{ $value | humanizePercentage }} of the volume of claim ${CLAIM} is left. On a full volume PostgreSQL stops, Vault's raft refuses writes, and Prometheus sees nothing any more.`,
    missingData: COVERED,
    source: 'Guide, Capacity Planning; level P1: what stops when the volume is full is an outage.',
  },
  VolumeSpaceLow: {
    level: 'P2',
    component: 'volumes',
    metrics: ['volumeAvailable', 'volumeCapacity'],
    appliesTo: hasVolumes,
    expr: (c) => `${shareLeft(c)} < ${c.thresholds.volumeShareLow}`,
    for: '15m',
    summary: `Volume ${CLAIM} runs out of space: {{ $value | humanizePercentage }} left`,
    description: `{{ $value | humanizePercentage }} of the volume of claim ${CLAIM} is left. It does not have to grow fast to be full before somebody looks again.`,
    missingData: COVERED,
    source: 'Guide, Capacity Planning: database growth, size of the audit log.',
  },
  VolumeFullSoon: {
    level: 'P2',
    component: 'volumes',
    metrics: ['volumeAvailable', 'volumeCapacity'],
    appliesTo: hasVolumes,
    // Six hours: a backup or a compaction that comes and goes does not bend the line down to nothing.
    expr: (c) =>
      `${shareLeft(c)} < ${c.thresholds.volumeForecastShare}\n` +
      `and on (${ONE}) min by (${ONE}) (predict_linear(${c.metric('volumeAvailable')}{${ofVolumes(c.sovra)}}[6h], ${c.thresholds.volumeForecast})) < 0`,
    for: '1h',
    summary: `Volume ${CLAIM} will soon be full: {{ $value | humanizePercentage }} left`,
    description: `{{ $value | humanizePercentage }} of the volume of claim ${CLAIM} is left, and if it goes on as in the last six hours, nothing will be left soon.`,
    missingData: COVERED,
    source: 'Guide, Capacity Planning: what fills within a day is seen before it is full.',
  },
  VolumeMetricsMissing: {
    level: 'P2',
    component: 'volumes',
    metrics: ['volumeAvailable'],
    appliesTo: hasVolumes,
    expr: (c) => `absent(${c.metric('volumeAvailable')}{${ofVolumes(c.sovra)}})`,
    for: '30m',
    summary: 'Nobody knows how full the volumes are',
    description:
      'No kubelet reports a volume of the namespaces that are watched: kubelets are not scraped, or not any more. A volume that fills now is noticed when it is full.',
    missingData: 'fires',
    source: 'A missing series looks healthy; the description of the installation says that kubelets are scraped.',
  },
} as const satisfies Record<string, CatalogueEntry>;
