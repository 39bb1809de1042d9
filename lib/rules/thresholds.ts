import { OBJECTIVES } from '../sovra/objectives';

/** The figures at which alerts fire, in base units, so that a dashboard can draw the same lines. */
export interface AlertThresholds {
  /** API replicas below which it counts as degraded (the shipped manifests run two). @default 2 */
  readonly apiReplicas: number;
  /** Share of API requests answered with 5xx. @default 0.05 */
  readonly apiErrorRatio: number;
  /** Requests (or policy evaluations) per second below which no ratio or quantile is judged. @default 0.1 */
  readonly minimumRate: number;
  /** Seconds (p95). @default 0.1, the guide's objective */
  readonly apiLatencyP95: number;
  /** Share of attempts to sign in that fail. @default 0.2 */
  readonly authFailureRatio: number;
  /** Failed attempts to sign in per second below which a rise does not matter. @default 1 */
  readonly authFailureFloor: number;
  /** How many times the mean of failed attempts of a day, the one that ended six hours ago, is a rise. @default 10 */
  readonly authFailureGrowth: number;
  /** Seconds (p95); half of what the API may take, since every request waits for it. @default 0.05 */
  readonly policyLatencyP95: number;
  /** Share of policy evaluations that end in an error. @default 0.01 */
  readonly policyErrorRatio: number;
  /** Seconds until an audit event is delivered. @default 300, the guide's objective */
  readonly auditLag: number;
  /** Audit events that wait for delivery. @default 1000 */
  readonly auditQueue: number;
  /** Federation errors per second. @default 0.05 (three a minute) */
  readonly federationErrorRate: number;
  /** Seconds since the last heartbeat. @default 60, the guide's objective */
  readonly heartbeatLate: number;
  /** Seconds since the last heartbeat, five times the objective. @default 300 */
  readonly heartbeatLost: number;
  /** Edge nodes with the same trouble beyond which one alert speaks for all of them. @default 25 */
  readonly edgeNodesTogether: number;
  /** How many times the memory of the day before a Vault may use. @default 2 */
  readonly vaultMemoryGrowth: number;
  /** Bytes below which growth of a Vault's memory does not matter. @default 536870912 (512 MiB) */
  readonly vaultMemoryFloor: number;
  /** Share of the connections that PostgreSQL allows. @default 0.8 */
  readonly databaseConnectionRatio: number;
  /** The same, where hardly any is left; more than `databaseConnectionRatio`. @default 0.95 */
  readonly databaseConnectionExhaustion: number;
  /** Seconds (p95); at the API's own objective no request can meet it any more. @default 0.1 */
  readonly databaseLatencyP95: number;
  /** Share of a volume that is left; the Prometheus of the stack fills its own until 15 % are. @default 0.1 */
  readonly volumeShareLow: number;
  /** The same, where hardly anything is left; less than `volumeShareLow`. @default 0.05 */
  readonly volumeShareAlmostFull: number;
  /** Seconds within which a volume would be full if it goes on as in the last six hours. @default 86400 (a day) */
  readonly volumeForecast: number;
  /** Share of a volume that has to be left for its forecast not to matter. @default 0.4 */
  readonly volumeForecastShare: number;
  /** Share of notifications that Alertmanager cannot deliver. @default 0.1 */
  readonly notificationFailureRatio: number;
  /**
   * Values of the label `status` of a federation link that is well. The exporter's documentation shows "healthy" only, so
   * the other words that mean the same are taken for well too; whatever else appears counts as a link that is down.
   * @default ['healthy', 'active', 'connected']
   */
  readonly federationHealthyStatuses: readonly string[];
  /** Values of the label `result` of a policy evaluation that failed, as opposed to one that denied. @default ['error'] */
  readonly policyErrorResults: readonly string[];
  /** Values of the label `result` of an attempt to sign in that succeeded; whatever else appears failed. @default ['success'] */
  readonly authSuccessResults: readonly string[];
}

export const THRESHOLDS: AlertThresholds = {
  apiReplicas: 2,
  apiErrorRatio: 0.05,
  minimumRate: 0.1,
  apiLatencyP95: OBJECTIVES.apiLatencyP95,
  authFailureRatio: 0.2,
  authFailureFloor: 1,
  authFailureGrowth: 10,
  policyLatencyP95: 0.05,
  policyErrorRatio: 0.01,
  auditLag: OBJECTIVES.auditDelivery,
  auditQueue: 1000,
  federationErrorRate: 0.05,
  heartbeatLate: OBJECTIVES.edgeHeartbeat,
  heartbeatLost: 5 * OBJECTIVES.edgeHeartbeat,
  edgeNodesTogether: 25,
  vaultMemoryGrowth: 2,
  vaultMemoryFloor: 512 * 1024 * 1024,
  databaseConnectionRatio: 0.8,
  databaseConnectionExhaustion: 0.95,
  databaseLatencyP95: 0.1,
  volumeShareLow: 0.1,
  volumeShareAlmostFull: 0.05,
  volumeForecast: 86_400,
  volumeForecastShare: 0.4,
  notificationFailureRatio: 0.1,
  federationHealthyStatuses: ['healthy', 'active', 'connected'],
  policyErrorResults: ['error'],
  authSuccessResults: ['success'],
};

/** Every figure: those that were given, and the defaults of the others. A value of `undefined` is not given. */
export function thresholdsOf(given: Partial<AlertThresholds> = {}): AlertThresholds {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...THRESHOLDS, ...Object.fromEntries(set) };
}

/** Days before the end of a certificate at which an alert fires, and its level; part of the alerts' names. */
export const CERTIFICATE_DAYS = { P3: 30, P2: 7, P1: 1 } as const;

export const DAY_SECONDS = 86_400;
