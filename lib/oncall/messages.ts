/**
 * What a notification says, in Alertmanager's template language, the same everywhere: how bad, what, how many; then what
 * it means, how soon somebody has to answer, the runbook, where to look, and what is affected. A person who was asleep reads the first line.
 */

/** While something of a group fires, only that is told of; `.Alerts` would also hold what is over. */
const ALERTS = '{{ $alerts := .Alerts.Firing }}{{ if eq .Status "resolved" }}{{ $alerts = .Alerts.Resolved }}{{ end }}';

/** One line: `[P1] Vault vault-1 of edge node edge-1 is sealed (2 in all)`. */
export const TITLE = [
  ALERTS,
  '{{ with .CommonLabels.level }}[{{ . }}] {{ end }}{{ if eq .Status "resolved" }}Over: {{ end }}',
  '{{ with index $alerts 0 }}{{ or .Annotations.summary .Labels.alertname }}{{ end }}',
  '{{ if gt (len $alerts) 1 }} ({{ len $alerts }} in all){{ end }}',
].join('');

/** Routing has used these labels, or they say how the scrape was made: they do not help to find what is broken. */
const NOISE = ['alertname', 'level', 'severity', 'component', 'prometheus', 'endpoint', 'container', 'service'];
/** Chat and pagers cut or refuse what is longer than they show. */
const SHOWN = 10;

/** Blank lines between the parts, since Teams takes a single line break for a space. */
export const BODY = [
  ALERTS,
  '{{ with (index $alerts 0).Annotations.description }}{{ . }}\n\n{{ end }}',
  // What is over needs no answer any more.
  '{{ if ne .Status "resolved" }}{{ with .CommonAnnotations.response_time }}Answer within: {{ . }}\n\n{{ end }}{{ end }}',
  '{{ with .CommonAnnotations.runbook_url }}Runbook: {{ . }}\n\n{{ end }}',
  // Of the first one: each alert of a group may have a place of its own.
  '{{ with (index $alerts 0).Annotations.dashboard_url }}Dashboard: {{ . }}\n\n{{ end }}',
  `Affected{{ if gt (len $alerts) ${SHOWN} }}, the first ${SHOWN} of {{ len $alerts }}{{ end }}:\n`,
  `{{ range $i, $alert := $alerts }}{{ if lt $i ${SHOWN} }}\n- `,
  `{{ range $j, $label := ($alert.Labels.Remove (stringSlice ${NOISE.map((n) => JSON.stringify(n)).join(' ')})).SortedPairs }}`,
  '{{ if $j }}, {{ end }}{{ $label.Name }} {{ $label.Value }}',
  '{{ else }}the installation as a whole{{ end }}',
  ', since {{ $alert.StartsAt.UTC.Format "2006-01-02 15:04 UTC" }}{{ end }}{{ end }}\n',
].join('');

export const RUNBOOK = '{{ .CommonAnnotations.runbook_url }}';

/** The thing that is broken, as far as all alerts of the group agree on it. */
export const AFFECTED =
  '{{ or .CommonLabels.edge_node .CommonLabels.node_id .CommonLabels.pod .CommonLabels.instance .CommonLabels.cluster "sovra" }}';

const byLevel = (p0: string, p1: string, p3: string, other: string): string =>
  `{{ if eq .CommonLabels.level "P0" }}${p0}{{ else if eq .CommonLabels.level "P1" }}${p1}{{ else if eq .CommonLabels.level "P3" }}${p3}{{ else }}${other}{{ end }}`;

/** PagerDuty's words: the two first are of high urgency there, the others of low. */
export const PAGERDUTY_SEVERITY = byLevel('critical', 'error', 'info', 'warning');
/** Opsgenie counts from 1. */
export const OPSGENIE_PRIORITY = byLevel('P1', 'P2', 'P4', 'P3');
export const SLACK_COLOR = `{{ if eq .Status "resolved" }}good{{ else }}${byLevel('danger', 'danger', '#439FE0', 'warning')}{{ end }}`;
