import { seconds } from '../schedule/duration';

/** What may be lost, and how long it may take to be back. Durations such as '15m'. */
export interface RecoveryObjective {
  /** Recovery point: at most so much of the newest data is lost. */
  readonly rpo: string;
  /** Recovery time: at most so long until it works again. */
  readonly rto: string;
}

export type RecoveryComponent = 'controlPlane' | 'edgeNode' | 'federation' | 'configuration';

/** Changes to the objectives; what is not named stays. */
export type RecoveryProps = Partial<Readonly<Record<RecoveryComponent, Partial<RecoveryObjective>>>>;

/**
 * The objectives of recovery. Source: Sovra's disaster-recovery page, to which the operations guide refers under
 * "Maintenance"; `configuration` (the objects in Kubernetes) is ours, since that page states none.
 */
export const RECOVERY: Readonly<Record<RecoveryComponent, RecoveryObjective>> = {
  controlPlane: { rpo: '15m', rto: '1h' },
  edgeNode: { rpo: '5m', rto: '30m' },
  federation: { rpo: '1h', rto: '2h' },
  configuration: { rpo: '1h', rto: '1h' },
};
export const RECOVERY_COMPONENTS = Object.keys(RECOVERY) as readonly RecoveryComponent[];

/** In seconds. */
export interface RecoveryTimes {
  readonly rpoSeconds: number;
  readonly rtoSeconds: number;
}

/** The objectives with the changes of a user that were validated before. @throws {Error} if they were not */
export function recoveryTimes(changes: RecoveryProps = {}): Readonly<Record<RecoveryComponent, RecoveryTimes>> {
  const times = (component: RecoveryComponent): RecoveryTimes => ({
    rpoSeconds: seconds(changes[component]?.rpo ?? RECOVERY[component].rpo),
    rtoSeconds: seconds(changes[component]?.rto ?? RECOVERY[component].rto),
  });
  return {
    controlPlane: times('controlPlane'),
    edgeNode: times('edgeNode'),
    federation: times('federation'),
    configuration: times('configuration'),
  };
}
