import { above, type DashboardContext, type PanelSpec, using } from './model';
import { REPOSITORY } from './promql';

const COPY = 'source, host';
const COPY_COLUMNS = [
  { field: 'source', title: 'Source' },
  { field: 'host', title: 'Of' },
];

/** What the repository itself says of the backups; the rows above say what the jobs think of themselves. */
export function backups(c: DashboardContext): PanelSpec[] {
  return [...copies(c), ...recoverable(c), ...drills(c), ...ages(c), ...sizes(c)];
}

function copies(c: DashboardContext): PanelSpec[] {
  const needed = ['backupSnapshotTime', 'backupSnapshotSize', 'backupSnapshots', 'backupVerifiedSnapshots'] as const;
  return using(c, needed, (m): PanelSpec => {
    const of = (name: string) => `max by (${COPY}) (${name}{${REPOSITORY}})`;
    return {
      id: 401,
      kind: 'table',
      title: 'In the repository',
      description: 'One row for each source that is backed up, as the repository lists it.',
      unit: 'none',
      queries: [
        { expr: `time() - ${of(m.backupSnapshotTime)}` },
        { expr: of(m.backupSnapshotSize) },
        { expr: of(m.backupSnapshots) },
        { expr: of(m.backupVerifiedSnapshots) },
      ],
      columns: [
        ...COPY_COLUMNS,
        { field: 'Value #A', title: 'Newest', unit: 's' },
        { field: 'Value #B', title: 'Size', unit: 'bytes' },
        { field: 'Value #C', title: 'Snapshots' },
        { field: 'Value #D', title: 'Read back' },
      ],
      sortBy: { title: 'Newest', descending: true },
    };
  });
}

function recoverable(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['backupRecoverySetTime'],
      ({ backupRecoverySetTime }): PanelSpec => ({
        id: 402,
        kind: 'stat',
        title: 'Recoverable to',
        description: 'Age of the newest database point for which every Vault has a newer snapshot.',
        unit: 's',
        queries: [{ expr: `time() - max(${backupRecoverySetTime}{${REPOSITORY}})` }],
      }),
    ),
    ...using(
      c,
      ['backupVerificationTime'],
      ({ backupVerificationTime }): PanelSpec => ({
        id: 403,
        kind: 'stat',
        title: 'Verified',
        description: 'Time since the repository was last read and found good.',
        unit: 's',
        queries: [{ expr: `time() - max(${backupVerificationTime}{${REPOSITORY}})` }],
        steps: above([8 * 86_400, 'orange']),
      }),
    ),
    ...using(
      c,
      ['backupEvidenceTime'],
      ({ backupEvidenceTime }): PanelSpec => ({
        id: 407,
        kind: 'stat',
        title: 'Looked into',
        description: 'Time since the repository was last looked into. Everything else here is as old as that.',
        unit: 's',
        queries: [{ expr: `time() - max(${backupEvidenceTime}{${REPOSITORY}})` }],
        steps: above([600, 'orange']),
      }),
    ),
  ];
}

function drills(c: DashboardContext): PanelSpec[] {
  return using(c, ['restoreDrillTime', 'restoreDrillDuration', 'restoreDrillSize'], (m): PanelSpec => {
    const of = (name: string) => `max by (source) (${name}{${REPOSITORY}})`;
    return {
      id: 404,
      kind: 'table',
      title: 'Restored for trial',
      description: 'The last restore of each source that brought back exactly what was stored.',
      unit: 'none',
      queries: [
        { expr: `time() - ${of(m.restoreDrillTime)}` },
        { expr: of(m.restoreDrillDuration) },
        { expr: of(m.restoreDrillSize) },
      ],
      columns: [
        { field: 'source', title: 'Source' },
        { field: 'Value #A', title: 'When', unit: 's' },
        { field: 'Value #B', title: 'Took', unit: 's' },
        { field: 'Value #C', title: 'Size', unit: 'bytes' },
      ],
      sortBy: { title: 'When', descending: true },
    };
  });
}

function ages(c: DashboardContext): PanelSpec[] {
  return using(
    c,
    ['backupSnapshotTime'],
    ({ backupSnapshotTime }): PanelSpec => ({
      id: 405,
      kind: 'graph',
      title: 'Age of the newest snapshot',
      description: 'A saw-tooth for each source, the ten oldest. What a tooth reaches is what could be lost.',
      unit: 's',
      queries: [
        {
          expr: `topk(10, time() - max by (${COPY}) (${backupSnapshotTime}{${REPOSITORY}}))`,
          legend: '{{source}} {{host}}',
        },
      ],
    }),
  );
}

function sizes(c: DashboardContext): PanelSpec[] {
  return using(
    c,
    ['backupSnapshotSize'],
    ({ backupSnapshotSize }): PanelSpec => ({
      id: 406,
      kind: 'graph',
      title: 'Size of the newest snapshot',
      description:
        'Before deduplication, the ten largest. A step down is data that is gone, or a backup that lost sight of it.',
      unit: 'bytes',
      queries: [
        { expr: `topk(10, max by (${COPY}) (${backupSnapshotSize}{${REPOSITORY}}))`, legend: '{{source}} {{host}}' },
      ],
    }),
  );
}
