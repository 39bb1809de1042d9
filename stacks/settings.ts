import type {
  SovraAlertsProps,
  SovraBackupScheduleProps,
  SovraInstallationProps,
  SovraLoggingProps,
  SovraMonitoringProps,
  SovraReviewsProps,
  SovraScheduledTasksProps,
  SovraSlosProps,
  SovraTracingProps,
} from '../lib';

/** What the stacks say themselves, the same to all constructs. */
type Shared = 'sovra' | 'prometheus' | 'timeZone' | 'network' | 'apartFrom';

/** What differs between installations. Edit this file, or call the stacks from a program of your own. */
export interface Settings {
  readonly installation: SovraInstallationProps;
  readonly monitoring?: Omit<SovraMonitoringProps, 'sovra'>;
  readonly alerts?: Omit<SovraAlertsProps, Shared>;
  readonly objectives?: Omit<SovraSlosProps, Shared>;
  readonly tasks?: Omit<SovraScheduledTasksProps, Shared>;
  readonly reviews?: Omit<SovraReviewsProps, Shared>;
  readonly backup: Omit<SovraBackupScheduleProps, Shared>;
  /**
   * Logs and traces, beside the metrics; `{ logging: {}, tracing: {} }` for the defaults of both. What they need of the
   * monitoring is switched on with them. @default neither
   */
  readonly telemetry?: {
    readonly logging?: Omit<SovraLoggingProps, Shared>;
    readonly tracing?: Omit<SovraTracingProps, Shared>;
  };
  /** IANA zone of the scheduled tasks. @default 'Etc/UTC' */
  readonly timeZone?: string;
}

/** A store at a place of your own; the names of Secrets are those that the README asks you to make. */
const backup: Settings['backup'] = {
  repository: {
    s3: {
      endpoint: 'https://s3.example.org',
      bucket: 'sovra-backup',
      prefix: 'prod',
      credentials: { secret: 'sovra-backup-s3' },
    },
  },
  password: { secret: 'sovra-backup', key: 'password' },
  pruner: { credentials: { secret: 'sovra-backup-s3-pruner' } },
};

/** The cluster of the control plane, with one edge node in it and one elsewhere. */
export const controlPlaneSettings: Settings = {
  installation: {
    edgeNodes: [
      { id: 'edge-1', vault: {} },
      { id: 'edge-2', healthUrls: ['https://edge-2.example.org:8200/v1/sys/health'] },
    ],
    federationPartners: [{ id: 'partner-1' }],
  },
  backup,
};

/** A cluster that holds an edge node and nothing else of Sovra. */
export const edgeSettings: Settings = {
  installation: { name: 'edge-2', controlPlane: false, edgeNodes: [{ id: 'edge-2', vault: {} }] },
  backup,
};
