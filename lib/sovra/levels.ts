/** The guide's incident levels ("Incident Response, Severity Levels"): how soon somebody has to answer. */
export type Level = 'P0' | 'P1' | 'P2' | 'P3';
export const LEVELS: readonly Level[] = ['P0', 'P1', 'P2', 'P3'];

/** The word that Prometheus users route by: a page wakes somebody, a ticket waits for the day. */
export type Severity = 'critical' | 'warning' | 'info';

export interface LevelPolicy {
  readonly description: string;
  /** Time to the first human answer, as the guide prints it. */
  readonly responseTime: string;
  readonly severity: Severity;
  /** How long Alertmanager waits before it repeats a notification that is still firing. */
  readonly repeatInterval: string;
}

export const LEVEL_POLICIES: Readonly<Record<Level, LevelPolicy>> = {
  P0: { description: 'Complete outage', responseTime: '15 minutes', severity: 'critical', repeatInterval: '15m' },
  P1: { description: 'Major degradation', responseTime: '1 hour', severity: 'critical', repeatInterval: '1h' },
  P2: { description: 'Minor degradation', responseTime: '4 hours', severity: 'warning', repeatInterval: '4h' },
  P3: { description: 'No impact', responseTime: '1 business day', severity: 'info', repeatInterval: '24h' },
};
