/** The guide's service level objectives ("Metrics & SLOs"), in base units. */
export const OBJECTIVES = {
  /** Share of API requests that do not fail. */
  availability: 0.999,
  /** Seconds within which 95 % of API requests are answered. */
  apiLatencyP95: 0.1,
  /** Seconds since the last heartbeat of an edge node. */
  edgeHeartbeat: 60,
  /** Seconds until an audit event is delivered. */
  auditDelivery: 300,
} as const;

/** How far the objectives look back; the metrics must be kept longer than this. */
export const OBJECTIVE_WINDOW = '30d';
