import { type CatalogueEntry, hasControlPlane } from '../context';

export const AUDIT_ALERTS = {
  AuditDeliveryLate: {
    level: 'P2',
    component: 'audit',
    metrics: ['auditLag'],
    appliesTo: hasControlPlane,
    // The slowest replica counts: its events are as binding as those of the others.
    expr: (c) => `max(${c.metric('auditLag')}{job="sovra-api"}) > ${c.thresholds.auditLag}`,
    for: '5m',
    summary: 'Audit events are delivered {{ $value | humanizeDuration }} late',
    description:
      'The oldest audit event that is not yet delivered has waited for {{ $value | humanizeDuration }}. What happens now can be neither reviewed nor proven until the delivery catches up.',
    missingData: {
      coveredBy: 'SovraMetricsMissing',
      because: 'the gauge has no labels: a running API exports it from its start',
    },
    source: 'Guide, Service Level Objectives: audit log delivery within 5 minutes.',
  },
  AuditQueueGrowing: {
    level: 'P3',
    component: 'audit',
    metrics: ['auditQueue'],
    appliesTo: hasControlPlane,
    expr: (c) => {
      const queue = `${c.metric('auditQueue')}{job="sovra-api"}`;
      return `max(${queue}) > ${c.thresholds.auditQueue} and max(deriv(${queue}[15m])) > 0`;
    },
    for: '15m',
    summary: '{{ printf "%.0f" $value }} audit events wait for delivery, and more each minute',
    description:
      'The queue holds {{ printf "%.0f" $value }} audit events and grows. Nothing is late yet; if it goes on, the delivery objective of five minutes falls next.',
    missingData: {
      coveredBy: 'SovraMetricsMissing',
      because: 'the gauge has no labels: a running API of this dialect exports it from its start',
    },
    source: 'A queue that grows is seen before its lag breaks the objective for audit log delivery.',
  },
} as const satisfies Record<string, CatalogueEntry>;
