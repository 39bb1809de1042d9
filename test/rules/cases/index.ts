import type { AlertName } from '../../../lib/rules/catalogue';
import { CONTROL_PLANE_CASES } from './control-plane';
import { DATABASE_CASES, MONITORING_CASES } from './database-monitoring';
import { CERTIFICATE_CASES, EDGE_CASES } from './edge-certificates';
import { AUDIT_CASES, FEDERATION_CASES, POLICY_CASES } from './policy-audit-federation';
import type { AlertCases } from './types';
import { VAULT_CASES } from './vault';
import { VOLUME_CASES } from './volumes';

/** An alert without cases does not compile. */
export const CASES = {
  ...CONTROL_PLANE_CASES,
  ...POLICY_CASES,
  ...AUDIT_CASES,
  ...FEDERATION_CASES,
  ...EDGE_CASES,
  ...VAULT_CASES,
  ...CERTIFICATE_CASES,
  ...DATABASE_CASES,
  ...VOLUME_CASES,
  ...MONITORING_CASES,
} satisfies Record<AlertName, AlertCases>;
