import type { AlertDefinition } from '../rules/alert';
import type { SovraInstallation } from '../sovra/installation';
import { sovraNamespaces } from './namespaces';

/** The alerts that read the log itself, evaluated by Loki. */
export const LOG_RULE_NAMES = ['LogErrorBurst', 'LogAuthenticationFailures', 'LogAuditGap'] as const;
export type LogRuleName = (typeof LOG_RULE_NAMES)[number];

/** An alert in LogQL: its missing data is answered by an alert of Loki itself, or by its own. */
export type LogRule = Omit<AlertDefinition<LogRuleName | 'LogStoreDown' | 'LogAgentsDown'>, 'metrics' | 'expr'> & {
  readonly expr: () => string;
};

/** Lines with an error within five minutes, by service, that are a burst. */
const ERRORS = 50;
/** Refused requests within five minutes that are no longer typing errors. */
const REFUSED = 50;

/** Under which of the names that are kept a release may write the status of an answer, and the path of a request. */
const STATUS = ['status', 'status_code', 'http_response_status_code'];
const PATH = ['path', 'route', 'http_route'];
const anyOf = (names: readonly string[], test: string): string => names.map((n) => `${n}${test}`).join(' or ');

/** A selector of the log of these namespaces. */
function logOf(namespaces: readonly string[]): string {
  return namespaces.length === 1
    ? `{k8s_namespace_name="${namespaces[0]}"}`
    : `{k8s_namespace_name=~"${namespaces.join('|')}"}`;
}

/**
 * The rules on the log of an installation; those of the control plane only where it is.
 *
 * @param namespaces whose log is read
 */
export function logRules(
  sovra: SovraInstallation,
  namespaces: readonly string[] = sovraNamespaces(sovra),
): Partial<Readonly<Record<LogRuleName, LogRule>>> {
  const api = sovra.controlPlane;
  return {
    LogErrorBurst: {
      level: 'P3',
      component: 'monitoring',
      expr: () =>
        `sum by (service_name) (count_over_time(${logOf(namespaces)} | detected_level=~"error|fatal|critical" [5m])) > ${ERRORS}`,
      for: '5m',
      summary: '{{ $labels.service_name }} logs errors: {{ $value }} in five minutes',
      description:
        'The log of {{ $labels.service_name }} holds {{ $value }} lines with errors within five minutes. Metrics may look well: not every error ends a request.',
      missingData: {
        coveredBy: 'LogAgentsDown',
        because: 'a service that logs nothing at all is seen by its metrics; a log that is not collected by that alert',
      },
      source: 'Guide, Logging; Troubleshooting starts with the log.',
    },
    ...(api &&
      ({
        LogAuthenticationFailures: {
          level: 'P2',
          component: 'control-plane',
          expr: () =>
            `sum(count_over_time({k8s_namespace_name="${api.namespace}"} | ${anyOf(STATUS, '=~"401|403"')} [5m])) > ${REFUSED}`,
          for: '5m',
          summary: '{{ $value }} requests were refused for want of a right in five minutes',
          description:
            'The log of the control plane holds {{ $value }} answers with 401 or 403 within five minutes. Somebody tries credentials, or a client lost the ones that it had.',
          missingData: { coveredBy: 'LogAgentsDown', because: 'refusals are seen in no other way than in the log' },
          source: 'Guide, Incident Response: what looks like an attack is looked at the same day.',
        },
        LogAuditGap: {
          level: 'P2',
          component: 'audit',
          // Requests happen (only their lines have a path), so there has to be an audit line.
          expr: () =>
            `absent_over_time({k8s_namespace_name="${api.namespace}", stream="audit"}[30m])\n` +
            `and on () sum(count_over_time({k8s_namespace_name="${api.namespace}", stream="application"} | ${anyOf(PATH, '!=""')} [30m])) > 0`,
          for: '10m',
          summary: 'Sovra takes requests, but writes no audit log',
          description:
            'For half an hour the log of the control plane has held lines about requests and none of the audit log. What is done now can be neither reviewed nor proven.',
          missingData: {
            coveredBy: 'LogAgentsDown',
            because:
              'without any line nothing says that there are requests; a log that is not collected is told by that alert',
          },
          source: 'Guide, Service Level Objectives: audit log delivery; a gap in the audit log is a finding by itself.',
        },
      } satisfies Partial<Record<LogRuleName, LogRule>>)),
  };
}
