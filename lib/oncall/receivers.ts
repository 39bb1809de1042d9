import type { AlertmanagerConfigSpec } from '../kube/crds/alertmanager-config';
import type { SecretKeyRef } from '../sovra/installation';
import { AFFECTED, BODY, OPSGENIE_PRIORITY, PAGERDUTY_SEVERITY, RUNBOOK, SLACK_COLOR, TITLE } from './messages';
import type { EmailReceiver, OpsgenieReceiver, PagerDutyReceiver, Receiver, SlackReceiver } from './on-call';

type ReceiverSpec = NonNullable<AlertmanagerConfigSpec['receivers']>[number];

const from = (ref: SecretKeyRef) => ({ name: ref.secret, key: ref.key });

export function receiverSpec(name: string, r: Receiver): ReceiverSpec {
  return {
    name,
    ...(r.pagerduty && { pagerdutyConfigs: [pagerduty(r.pagerduty)] }),
    ...(r.opsgenie && { opsgenieConfigs: [opsgenie(r.opsgenie)] }),
    ...(r.slack && { slackConfigs: [slack(r.slack)] }),
    ...(r.teams && {
      msteamsv2Configs: [{ webhookURL: from(r.teams.webhookUrl), sendResolved: true, title: TITLE, text: BODY }],
    }),
    ...(r.email && { emailConfigs: [email(r.email)] }),
    ...(r.webhook && { webhookConfigs: [webhook(r.webhook.url)] }),
  };
}

export const webhook = (url: SecretKeyRef) => ({ urlSecret: from(url), sendResolved: true });

const pagerduty = (p: PagerDutyReceiver) => ({
  routingKey: from(p.routingKey),
  ...(p.url !== undefined && { url: p.url }),
  sendResolved: true,
  description: TITLE,
  severity: PAGERDUTY_SEVERITY,
  source: AFFECTED,
  class: '{{ .CommonLabels.alertname }}',
  component: '{{ .CommonLabels.component }}',
  group: '{{ .CommonLabels.cluster }}',
  // In place of all alerts as JSON, which nobody reads at night.
  details: [
    { key: 'firing', value: BODY },
    { key: 'resolved', value: '{{ len .Alerts.Resolved }}' },
  ],
  pagerDutyLinkConfigs: [{ href: RUNBOOK, alt: 'Runbook' }],
});

const opsgenie = (o: OpsgenieReceiver) => ({
  apiKey: from(o.apiKey),
  ...(o.apiUrl !== undefined && { apiURL: o.apiUrl }),
  sendResolved: true,
  message: TITLE,
  description: BODY,
  priority: OPSGENIE_PRIORITY,
  entity: AFFECTED,
  tags: '{{ .CommonLabels.level }},{{ .CommonLabels.component }}',
  details: [{ key: 'runbook', value: RUNBOOK }],
});

const slack = (s: SlackReceiver) => ({
  apiURL: from(s.webhookUrl),
  ...(s.channel !== undefined && { channel: s.channel }),
  sendResolved: true,
  color: SLACK_COLOR,
  title: TITLE,
  titleLink: RUNBOOK,
  fallback: TITLE,
  text: BODY,
});

const email = (e: EmailReceiver) => ({
  to: typeof e.to === 'string' ? e.to : e.to.join(', '),
  from: e.from,
  smarthost: e.smarthost,
  ...(e.username !== undefined && { authUsername: e.username }),
  ...(e.password !== undefined && { authPassword: from(e.password) }),
  requireTLS: e.requireTls ?? true,
  sendResolved: true,
  headers: [{ key: 'Subject', value: TITLE }],
  text: BODY,
  // Left out, Alertmanager would add a page of its own, which mail programs show first.
  html: '',
});
