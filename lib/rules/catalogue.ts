import type { AlertDefinition } from './alert';
import { AUDIT_ALERTS } from './alerts/audit';
import { CERTIFICATE_ALERTS } from './alerts/certificates';
import { CONTROL_PLANE_ALERTS } from './alerts/control-plane';
import { DATABASE_ALERTS } from './alerts/database';
import { EDGE_ALERTS } from './alerts/edge';
import { FEDERATION_ALERTS } from './alerts/federation';
import { MONITORING_ALERTS } from './alerts/monitoring';
import { POLICY_ALERTS } from './alerts/policy';
import { VAULT_ALERTS } from './alerts/vault';
import { VOLUME_ALERTS } from './alerts/volumes';
import type { AlertContext, CatalogueEntry } from './context';

/** Every alert of `SovraAlerts` by name. Plain data: what is measured, when it fires, and what if the data is missing. */
export const ALERTS = {
  ...CONTROL_PLANE_ALERTS,
  ...POLICY_ALERTS,
  ...AUDIT_ALERTS,
  ...FEDERATION_ALERTS,
  ...EDGE_ALERTS,
  ...VAULT_ALERTS,
  ...CERTIFICATE_ALERTS,
  ...DATABASE_ALERTS,
  ...VOLUME_ALERTS,
  ...MONITORING_ALERTS,
} satisfies Record<string, CatalogueEntry>;

export type AlertName = keyof typeof ALERTS;

/** An alert of the catalogue, whose cover for missing data is another alert of the catalogue. */
export type CatalogueAlert = AlertDefinition<AlertName, AlertContext>;

/** The catalogue by its common type. This assignment does not compile if `coveredBy` names an alert that is not there. */
export const CATALOGUE: Readonly<Record<AlertName, CatalogueAlert>> = ALERTS;

export const ALERT_NAMES = Object.keys(ALERTS) as AlertName[];
