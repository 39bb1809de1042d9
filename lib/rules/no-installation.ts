import { METRICS, type MetricId } from '../sovra/metrics';
import type { RuleContext } from './alert';

/** The name of a metric that is called the same in every dialect: what Sovra itself does not export. */
export const commonName = (id: MetricId): string => METRICS[id].name.guide ?? id;

/** For definitions whose expressions are the same for every installation. */
export const NO_INSTALLATION: RuleContext = {
  get sovra(): never {
    throw new Error('these alerts do not depend on the installation');
  },
  metric: commonName,
};
