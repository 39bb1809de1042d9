import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { contentHash } from '../kube/content-hash';
import { Exporter } from '../kube/exporter';
import { commonLabels, selectorLabels } from '../kube/labels';
import { type ClusterNetworkProps, toDns } from '../kube/network';
import { kubeObject } from '../kube/object';
import { hardenedContainer, type Resources, resources } from '../kube/pod';
import { type PrometheusRef, ruleNamespace, SOVRA_PROMETHEUS } from '../kube/prometheus-ref';
import { serviceMonitor } from '../monitoring/monitors';
import { openOwnStack, prometheusPods } from '../monitoring/own-stack';
import { besidePrometheus } from '../operations/task-set';
import type { SovraInstallation } from '../sovra/installation';
import { EVIDENCE_JOB, EVIDENCE_PERIOD, READ_SCRIPT, REPORT_PROGRAM } from './evidence';
import type { RepositoryAccess } from './repository';
import { installationTag } from './restic';

/** Name of the Deployment, its Service and its NetworkPolicy. */
export const BACKUP_EVIDENCE = 'sovra-backup-evidence';
const GATEWAY_PORT = 9091;
const FOLDER = '/etc/evidence';

export interface BackupEvidenceProps {
  readonly sovra: SovraInstallation;
  readonly namespace: string;
  readonly access: RepositoryAccess;
  /** `restic --host` of the Vaults without which a database point cannot be restored. */
  readonly vaultHosts: readonly string[];
  readonly prometheus?: PrometheusRef;
  readonly network?: ClusterNetworkProps;
  /** Of the set. @default none */
  readonly suffix?: string;
  /** Of the container that reads the repository. @default 50m and 128Mi requested, 500m and 512Mi allowed */
  readonly resources?: Resources;
}

const READER: Resources = { cpu: '50m', memory: '128Mi', cpuLimit: '500m', memoryLimit: '512Mi' };
const GATEWAY: Resources = { cpu: '10m', memory: '32Mi', cpuLimit: '100m', memoryLimit: '64Mi' };

/**
 * One pod that looks into the repository, and the gateway from which Prometheus gets what it found. It has the credentials
 * of the backups and asks for snapshots without a lock: it stands in nobody's way, not even in the pruner's.
 */
export class BackupEvidence extends Construct {
  readonly config: ApiObject;
  readonly exporter: Exporter;
  readonly monitor: ApiObject;

  constructor(scope: Construct, id: string, props: BackupEvidenceProps) {
    super(scope, id);
    const { sovra, namespace, access, prometheus = SOVRA_PROMETHEUS } = props;
    const data = { 'read.sh': READ_SCRIPT, 'report.jq': REPORT_PROGRAM };
    this.config = kubeObject<ConfigMap>(
      this,
      'config',
      'v1',
      'ConfigMap',
      { name: BACKUP_EVIDENCE, namespace, labels: commonLabels(BACKUP_EVIDENCE, 'backup') },
      { data },
    );
    this.exporter = new Exporter(this, 'exporter', {
      name: BACKUP_EVIDENCE,
      namespace,
      component: 'backup',
      image: sovra.image('pushgateway'),
      images: sovra.images,
      replicas: 1,
      port: GATEWAY_PORT,
      args: [`--web.listen-address=:${GATEWAY_PORT}`],
      healthPath: '/-/ready',
      configHash: contentHash(this, Object.values(data).join('\n')),
      resources: GATEWAY,
      scrapedBy: [prometheusPods(prometheus)],
      egress: [toDns(props.network ?? {}), ...access.egress],
      volumes: [...access.volumes, { name: 'evidence', configMap: { name: BACKUP_EVIDENCE } }],
      beside: [reader(props)],
    });
    const pods = { namespace, podLabels: selectorLabels(BACKUP_EVIDENCE) };
    openOwnStack(
      this,
      'prometheus-to-backup-evidence',
      prometheus,
      prometheusPods(prometheus),
      {
        egress: [{ peers: [pods], ports: [GATEWAY_PORT] }],
      },
      besidePrometheus('prometheus-to-backup-evidence', props),
    );
    this.monitor = serviceMonitor(
      this,
      'monitor',
      besidePrometheus(BACKUP_EVIDENCE, props),
      { ...prometheus, namespace: ruleNamespace(prometheus) },
      {
        job: EVIDENCE_JOB,
        namespace,
        labels: selectorLabels(BACKUP_EVIDENCE),
        portName: 'http',
        honorLabels: true,
      },
    );
  }
}

function reader({ sovra, access, vaultHosts, resources: given }: BackupEvidenceProps) {
  return hardenedContainer({
    name: 'reader',
    image: sovra.image('restic'),
    command: ['/bin/sh', `${FOLDER}/read.sh`],
    env: [
      ...access.env,
      { name: 'INSTALLATION', value: installationTag(sovra) },
      { name: 'VAULTS', value: JSON.stringify(vaultHosts) },
      { name: 'GATEWAY', value: `http://localhost:${GATEWAY_PORT}/metrics/job/${EVIDENCE_JOB}` },
      { name: 'PERIOD', value: String(EVIDENCE_PERIOD) },
    ],
    volumeMounts: [...access.mounts, { name: 'evidence', mountPath: FOLDER, readOnly: true }],
    resources: resources(given ?? READER),
  });
}
