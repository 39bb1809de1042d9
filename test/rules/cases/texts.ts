import type { AlertName } from '../../../lib/rules/catalogue';

/**
 * What a person reads when the first case of each alert fires: the templates, filled in by Prometheus. Kept as it is
 * read, so that a review of a text sees the text.
 */
export const TEXTS: Readonly<Record<AlertName, { readonly summary: string; readonly description: string }>> = {
  SovraApiDown: {
    summary: 'The Sovra API is down: no replica answers',
    description:
      'Prometheus has not reached a single healthy replica of the API gateway for a minute. Nobody can manage keys, policies or federation; edge nodes go on with what they have.',
  },
  SovraApiProbeFailed: {
    summary: 'The health endpoint of the Sovra API does not answer as it should',
    description:
      'Asked from inside the cluster through its Service, the API does not report healthy. Where its pods still serve metrics, one of its dependencies (database, Vault) or the way to it is broken.',
  },
  SovraApiDegraded: {
    summary: 'The Sovra API runs on 1 healthy replica(s) only',
    description:
      '1 replica(s) of the API gateway answer, fewer than there should be. Requests are served, but the next failure is an outage.',
  },
  SovraApiErrorRateHigh: {
    summary: '5.1% of the Sovra API requests fail',
    description:
      '5.1% of the requests of the last five minutes were answered with a 5xx status. The error budget does not last at this rate.',
  },
  SovraApiLatencyHigh: {
    summary: 'The Sovra API is slow: p95 102.9ms',
    description:
      'One request in twenty takes 102.9ms or longer, over the last five minutes. Users wait, and clients with short time-outs begin to retry.',
  },
  SovraMetricsMissing: {
    summary: 'The Sovra API is up but does not export sovra_api_gateway_http_active_requests',
    description:
      'Alerts and objectives that read sovra_api_gateway_http_active_requests are blind. Most likely the installed release uses the other metric names: compare `dialect` in the description of the installation with what /metrics serves.',
  },
  PolicyEvaluationSlow: {
    summary: 'Policy evaluation is slow: p95 50.98ms',
    description:
      'One policy evaluation in twenty takes 50.98ms or longer. Every request waits for its evaluation, so the API cannot keep its latency objective.',
  },
  PolicyEvaluationErrors: {
    summary: '1.01% of the policy evaluations end in an error',
    description:
      '1.01% of the policy evaluations of the last five minutes neither allowed nor denied: they failed. What cannot be evaluated is refused, so users are locked out of keys that they own.',
  },
  PolicyAgentDown: {
    summary: 'No policy agent of edge node edge-1 answers',
    description:
      'None of the OPA pods of edge node edge-1 can be reached. Operations there that need a decision are refused.',
  },
  AuditDeliveryLate: {
    summary: 'Audit events are delivered 5m 1s late',
    description:
      'The oldest audit event that is not yet delivered has waited for 5m 1s. What happens now can be neither reviewed nor proven until the delivery catches up.',
  },
  AuditQueueGrowing: {
    summary: '1062 audit events wait for delivery, and more each minute',
    description:
      'The queue holds 1062 audit events and grows. Nothing is late yet; if it goes on, the delivery objective of five minutes falls next.',
  },
  FederationLinkDown: {
    summary: '1 federation link(s) are degraded',
    description:
      '1 link(s) to partner organisations have the status "degraded". Keys that are shared with these partners cannot be used across the link; a link has to be back within two hours.',
  },
  FederationLinkMissing: {
    summary: 'Only 1 of the federation links are healthy',
    description:
      '1 healthy federation link(s), fewer than there are partners in the description of this installation. Somebody who should be reachable is not, or is no longer known to the control plane.',
  },
  FederationErrors: {
    summary: 'Federation fails with "timeout" 0.05 times a second',
    description:
      'Over a quarter of an hour, federation requests failed with "timeout" 0.05 times a second. Operations on keys that are shared with partners fail now and then.',
  },
  EdgeHeartbeatLate: {
    summary: 'Edge node edge-1 was last heard from 1m 1s ago',
    description:
      'The last heartbeat of edge node edge-1 is 1m 1s old. It may still serve its users, but policies and keys that change now do not reach it.',
  },
  EdgeHeartbeatLost: {
    summary: 'Edge node edge-1 is lost: no heartbeat for 5m 1s',
    description:
      'Nothing was heard from edge node edge-1 for 5m 1s. Treat it as lost until somebody has seen it: it has to be back within 30 minutes of the failure.',
  },
  EdgeNodesSilentTogether: {
    summary: '26 edge nodes are silent at once',
    description:
      'The control plane has not heard from 26 edge nodes for longer than the objective, or does not know them any more. So many do not fail by themselves: look for what they share, which is the network, the ingress, a certificate authority, the time, or the control plane itself. The alerts of single nodes are held back meanwhile.',
  },
  EdgeNodeMissing: {
    summary: 'The control plane knows nothing of edge node edge-3',
    description:
      'Edge node edge-3 is in the description of this installation, but the control plane exports no heartbeat for it: it never registered, was removed, or is known under another id. Nobody would notice its failure.',
  },
  VaultsDownTogether: {
    summary: 'The Vaults of 26 edge nodes are sealed, down or out of sight at once',
    description:
      'In 26 edge nodes some Vault is sealed, down, without an active one beside it, or not probed any more. So many do not fail by themselves: look for what they share, which is the network, a certificate authority, the seal, a release, or the probes and their exporter. The alerts of single Vaults are held back meanwhile.',
  },
  VaultLeaderless: {
    summary: 'Edge node edge-1 has no active Vault',
    description:
      'None of the Vault nodes of edge node edge-1 is active: all are sealed, down or without a leader. Its users cannot use a single key. It has to be back within 30 minutes.',
  },
  VaultSealed: {
    summary: 'Vault vault-0 of edge node edge-1 is sealed',
    description:
      'The health endpoint answers 503: this Vault holds its data but cannot read it until enough key holders unseal it. A node that nobody restarted seals itself only for a reason; find it.',
  },
  VaultNotInitialised: {
    summary: 'Vault vault-0 of edge node edge-1 is not initialised',
    description:
      'The health endpoint answers 501: this Vault has no data. In a running edge node that means that it lost its volume or never joined the raft cluster. Do not initialise it: join it.',
  },
  VaultDown: {
    summary: 'Vault vault-0 of edge node edge-1 does not answer',
    description:
      'The health endpoint gives no answer that makes sense: the process is gone, its certificate is not accepted, or the network is closed. The others of its raft cluster carry the load while there is a majority.',
  },
  VaultPeerLost: {
    summary: 'Edge node edge-1 runs on 2 unsealed Vault node(s)',
    description:
      'For ten minutes, only 2 Vault node(s) of edge node edge-1 have been unsealed and well. Its raft cluster has no reserve: with the next loss nobody there can use a key.',
  },
  VaultTargetMissing: {
    summary: 'Prometheus sees 2 Vault target(s) of edge node edge-1, fewer than it should',
    description:
      'Job vault-health has 2 target(s) for edge node edge-1, fewer than the description of the installation says. Either pods are gone, or a monitor no longer selects them and a sealed Vault would go unseen.',
  },
  VaultMetricsMissing: {
    summary: 'Vault vault-1 of edge node edge-1 is well but exports no metrics',
    description:
      'The health endpoint of this Vault answers, /v1/sys/metrics does not: a network policy, the certificate or its telemetry settings are in the way. Users notice nothing; its memory is not watched.',
  },
  VaultMemoryGrowing: {
    summary: 'Vault vault-0 of edge node edge-1 uses 581.7MiB, far more than a day ago',
    description:
      'This Vault has 581.7MiB allocated, averaged over an hour, and had far less at this time yesterday. If it goes on, the kernel kills it at its limit and it comes back sealed.',
  },
  EdgeCertificateExpires30d: {
    summary: 'The certificate of edge node edge-1 ends in 29d 23h 59m 59s',
    description:
      'The certificate with which edge node edge-1 talks to the control plane ends in 29d 23h 59m 59s. Rotation should have renewed it by now; there is time to find out why it did not.',
  },
  EdgeCertificateExpires7d: {
    summary: 'The certificate of edge node edge-1 ends in 6d 23h 59m 59s',
    description:
      'The certificate with which edge node edge-1 talks to the control plane ends in 6d 23h 59m 59s. Rotation has failed more than once. Renew it before the week is over.',
  },
  EdgeCertificateExpires1d: {
    summary: 'The certificate of edge node edge-1 ends in 23h 59m 59s',
    description:
      'The certificate with which edge node edge-1 talks to the control plane ends in 23h 59m 59s. Renew it now: once it has ended, no connection to it is accepted.',
  },
  EdgeCertificateUnknown: {
    summary: 'Nobody knows when the certificate of edge node edge-2 ends',
    description:
      'The control plane hears from edge node edge-2 but exports no end of the certificate. It would end without a warning.',
  },
  ServerCertificateExpires30d: {
    summary: 'The certificate of Vault vault-0 of edge node edge-1 ends in 29d 23h 44m 59s',
    description:
      'The certificate that this Vault presents, or one of its issuers, ends in 29d 23h 44m 59s. Rotation should have renewed it by now; there is time to find out why it did not.',
  },
  ServerCertificateExpires7d: {
    summary: 'The certificate of Vault vault-0 of edge node edge-1 ends in 6d 23h 44m 59s',
    description:
      'The certificate that this Vault presents, or one of its issuers, ends in 6d 23h 44m 59s. Rotation has failed more than once. Renew it before the week is over.',
  },
  ServerCertificateExpires1d: {
    summary: 'The certificate of Vault vault-0 of edge node edge-1 ends in 23h 54m 59s',
    description:
      'The certificate that this Vault presents, or one of its issuers, ends in 23h 54m 59s. Renew it now: once it has ended, no connection to it is accepted.',
  },
  DatabaseDown: {
    summary: 'PostgreSQL of the control plane does not answer',
    description:
      'The exporter runs but has not been able to query PostgreSQL for a minute. The API cannot serve without it. The control plane has to be back within one hour, with at most 15 minutes of data lost.',
  },
  DatabaseExporterDown: {
    summary: 'Nobody watches PostgreSQL: its exporter is gone',
    description:
      'Prometheus gets no answer from the PostgreSQL exporter. The database may be well; if it is not, only the API would show it.',
  },
  DatabaseConnectionsHigh: {
    summary: '81% of the PostgreSQL connections are in use',
    description:
      '81% of the connections that PostgreSQL allows are taken. When none is left, the API fails although the database is up, and so do backups.',
  },
  DatabaseSlow: {
    summary: 'The database is slow: p95 102.9ms',
    description:
      'One query in twenty takes 102.9ms or longer, as the API measures it. A request that needs such a query cannot meet the latency objective.',
  },
  MonitoringTargetDown: {
    summary: '1 target(s) of job opa cannot be scraped',
    description:
      'Prometheus cannot read 1 target(s) of job opa. What they measure is not watched, or only by the replicas that are left.',
  },
  MonitoringTargetMissing: {
    summary: 'Prometheus has no target of job sovra-api-probe',
    description:
      'Job sovra-api-probe should have a target and has none: its monitor is gone or is not selected by this Prometheus. Alerts on its series cannot fire.',
  },
  PrometheusRuleFailures: {
    summary: 'Prometheus cannot evaluate rules of g',
    description:
      '20 evaluations of rules in g failed within five minutes. The alerts in that group may not fire when they should.',
  },
  PrometheusConfigReloadFailed: {
    summary: 'Prometheus prometheus-0 refuses its configuration',
    description:
      'The last reload failed, so Prometheus goes on with the configuration from before. New monitors and rules do not count; after a restart it may not start at all.',
  },
  PrometheusNotConnectedToAlertmanager: {
    summary: 'Prometheus prometheus-0 knows no Alertmanager',
    description:
      'No alert of this replica reaches anybody. If you read this, another replica delivered it; if all are cut off, only the missing Watchdog tells.',
  },
  AlertmanagerDown: {
    summary: 'No Alertmanager can be scraped',
    description:
      'Prometheus reaches no healthy Alertmanager. Alerts that fire now reach nobody unless it still takes them; only the missing Watchdog raises the alarm from outside.',
  },
  AlertmanagerNotificationsFailing: {
    summary: 'Alertmanager cannot deliver 10.1% of its notifications by webhook',
    description:
      '10.1% of the notifications by webhook fail. Whoever is on call there is not told; this message took another way, or a lucky try.',
  },
  AlertmanagerConfigReloadFailed: {
    summary: 'Alertmanager alertmanager-0 refuses its configuration',
    description:
      'The last reload failed, so Alertmanager routes by the configuration from before: changes of receivers and levels do not count, and after a restart it may not start at all.',
  },
  KubeStateMetricsDown: {
    summary: 'kube-state-metrics is down: nobody watches the scheduled tasks',
    description:
      'Prometheus reads no state of CronJobs and Jobs. A backup or a certificate rotation that fails now is not reported.',
  },
  BlackboxExporterDown: {
    summary: 'The blackbox exporter is down: a sealed Vault would go unseen',
    description:
      'Nothing probes the API and the Vaults from outside. A Vault that seals itself now is not reported, since it exports no metrics of its own.',
  },
  Watchdog: {
    summary: 'Alerting works',
    description:
      'This alert always fires, on purpose. Send it to a service outside the cluster that raises the alarm when it stops: that is how a dead Prometheus or Alertmanager is noticed.',
  },
  EdgeCertificatesExpireTogether30d: {
    summary: 'The certificates of 26 edge nodes end within 30 days',
    description:
      '26 edge nodes talk to the control plane with certificates that end within 30 days, or have ended. So many do not miss their rotation by themselves: look at the task that rotates them, and at their issuer. The alerts of single nodes are held back meanwhile. Rotation should have renewed it by now; there is time to find out why it did not.',
  },
  ServerCertificatesExpireTogether30d: {
    summary: 'The Vaults of 26 edge nodes present certificates that end within 30 days',
    description:
      'Vaults of 26 edge nodes present a certificate, or have an issuer, that ends within 30 days or has ended. So many have one cause: most likely the authority that they share. The alerts of single Vaults are held back meanwhile. Rotation should have renewed it by now; there is time to find out why it did not.',
  },
  EdgeCertificatesExpireTogether7d: {
    summary: 'The certificates of 26 edge nodes end within 7 days',
    description:
      '26 edge nodes talk to the control plane with certificates that end within 7 days, or have ended. So many do not miss their rotation by themselves: look at the task that rotates them, and at their issuer. The alerts of single nodes are held back meanwhile. Rotation has failed more than once. Renew it before the week is over.',
  },
  ServerCertificatesExpireTogether7d: {
    summary: 'The Vaults of 26 edge nodes present certificates that end within 7 days',
    description:
      'Vaults of 26 edge nodes present a certificate, or have an issuer, that ends within 7 days or has ended. So many have one cause: most likely the authority that they share. The alerts of single Vaults are held back meanwhile. Rotation has failed more than once. Renew it before the week is over.',
  },
  EdgeCertificatesExpireTogether1d: {
    summary: 'The certificates of 26 edge nodes end within a day',
    description:
      '26 edge nodes talk to the control plane with certificates that end within a day, or have ended. So many do not miss their rotation by themselves: look at the task that rotates them, and at their issuer. The alerts of single nodes are held back meanwhile. Renew it now: once it has ended, no connection to it is accepted.',
  },
  ServerCertificatesExpireTogether1d: {
    summary: 'The Vaults of 26 edge nodes present certificates that end within a day',
    description:
      'Vaults of 26 edge nodes present a certificate, or have an issuer, that ends within a day or has ended. So many have one cause: most likely the authority that they share. The alerts of single Vaults are held back meanwhile. Renew it now: once it has ended, no connection to it is accepted.',
  },
  AuthenticationFailing: {
    summary: '20.1% of the attempts to sign in to Sovra fail',
    description:
      '20.1% of the attempts to sign in over the last five minutes were refused. Either users are locked out (an issuer of tokens, its keys, a certificate that ended), or somebody tries what is not his.',
  },
  AuthenticationFailuresSpike: {
    summary: 'Attempts to sign in to Sovra fail 1.0 times a second, far more than before',
    description:
      'Attempts to sign in fail 1.0 times a second, many times as often as on the day before. That is how guessing of credentials looks, or a client that lost its own and tries on and on. What goes on for eight hours has become usual, and this alert ends.',
  },
  DatabaseConnectionsExhausted: {
    summary: '96% of the PostgreSQL connections are in use: hardly any is left',
    description:
      '96% of the connections that PostgreSQL allows are taken; what is left is mostly kept for its administrator. The API begins to fail although the database is up, and the next backup does too.',
  },
  VolumeAlmostFull: {
    summary: 'Volume sovra/data-postgres-0 is almost full: 4.9% left',
    description:
      "4.9% of the volume of claim sovra/data-postgres-0 is left. On a full volume PostgreSQL stops, Vault's raft refuses writes, and Prometheus sees nothing any more.",
  },
  VolumeSpaceLow: {
    summary: 'Volume sovra/data-postgres-0 runs out of space: 9.9% left',
    description:
      '9.9% of the volume of claim sovra/data-postgres-0 is left. It does not have to grow fast to be full before somebody looks again.',
  },
  VolumeFullSoon: {
    summary: 'Volume sovra/data-postgres-0 will soon be full: 38.13% left',
    description:
      '38.13% of the volume of claim sovra/data-postgres-0 is left, and if it goes on as in the last six hours, nothing will be left soon.',
  },
  VolumeMetricsMissing: {
    summary: 'Nobody knows how full the volumes are',
    description:
      'No kubelet reports a volume of the namespaces that are watched: kubelets are not scraped, or not any more. A volume that fills now is noticed when it is full.',
  },
};
