import { LEVEL_POLICIES, type Level } from '../sovra/levels';
import type { Component } from './alert';
import { dashboardUrl, type View, viewOf } from './dashboard-url';
import type { AlertOverride } from './overrides';
import type { Rule } from './render';
import { runbookUrl } from './runbook-url';

/** An alert as it is before anybody changes it. */
export interface AlertParts {
  readonly name: string;
  readonly expr: string;
  readonly level: Level;
  readonly component: Component;
  /** Labels by which it is told from others of its name. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** @default at once */
  readonly for?: string;
  /** @default no longer than the expression holds */
  readonly keepFiringFor?: string;
  readonly summary: string;
  readonly description: string;
  /** Where it is seen. @default its place in the list of `dashboard-url.ts` */
  readonly view?: View;
}

/** What holds for every alert of a set. */
interface Common {
  readonly alertLabels?: Readonly<Record<string, string>>;
  readonly runbookBaseUrl?: string;
  /** @default not known: no link to a dashboard */
  readonly grafanaUrl?: string;
}

/** The rule of an alert with a user's changes. Pure. */
export function alertRule(alert: AlertParts, override: AlertOverride, common: Common): Rule {
  const level = override.level ?? alert.level;
  return {
    alert: alert.name,
    expr: override.expr ?? alert.expr,
    ...duration('for', override.for ?? alert.for),
    ...duration('keep_firing_for', override.keepFiringFor ?? alert.keepFiringFor),
    labels: {
      ...common.alertLabels,
      severity: LEVEL_POLICIES[level].severity,
      level,
      component: alert.component,
      ...alert.labels,
      ...override.labels,
    },
    annotations: {
      ...(common.grafanaUrl !== undefined && {
        dashboard_url: dashboardUrl(alert.view ?? viewOf(alert.name, alert.component), common.grafanaUrl),
      }),
      ...override.annotations,
      summary: override.summary ?? alert.summary,
      description: override.description ?? alert.description,
      runbook_url: override.runbookUrl ?? runbookUrl(alert.name, common.runbookBaseUrl),
      response_time: LEVEL_POLICIES[level].responseTime,
    },
  };
}

function duration(key: 'for' | 'keep_firing_for', value = '0s'): Partial<Rule> {
  return value === '0s' ? {} : { [key]: value };
}

/** Free text inside a template of Prometheus. */
export const literal = (text: string): string => text.replace(/\{\{/g, '{{ "{{" }}');
