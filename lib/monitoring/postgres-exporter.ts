import { Construct } from 'constructs';
import { checkResources } from '../kube/check-resources';
import { Exporter } from '../kube/exporter';
import { ANYWHERE, type ClusterNetworkProps, type Peer, toDns } from '../kube/network';
import type { Resources } from '../kube/pod';
import { checkSecret } from '../sovra/check-installation';
import type { Database, SecretKeyRef, SovraInstallation } from '../sovra/installation';
import { Checker } from '../validate';

export interface PostgresExporterProps {
  /**
   * A role that may only read statistics (`GRANT pg_monitor`), in the control plane's namespace.
   * @default the control plane's own credentials, since they are there
   */
  readonly credentials?: { readonly username: SecretKeyRef; readonly password: SecretKeyRef };
  /** @default 20m and 32Mi requested, 200m and 128Mi allowed */
  readonly resources?: Resources;
}

export interface SovraPostgresExporterProps extends PostgresExporterProps {
  readonly sovra: SovraInstallation;
  readonly database: Database;
  readonly network: ClusterNetworkProps;
  readonly prometheus: Peer;
}

export const POSTGRES_EXPORTER = 'postgres-exporter';
export const POSTGRES_EXPORTER_PORT = 9187;

/** Runs beside the control plane, because a Secret cannot be read from another namespace. */
export class SovraPostgresExporter extends Construct {
  readonly exporter: Exporter;

  constructor(scope: Construct, id: string, props: SovraPostgresExporterProps) {
    super(scope, id);
    checkPostgresExporter(new Checker(this.node.path), '', props).done();
    const { database: db, sovra } = props;
    const { username, password } = props.credentials ?? db;
    const file = (name: string, ref: SecretKeyRef) => ({
      secret: { name: ref.secret, items: [{ key: ref.key, path: name }] },
    });
    this.exporter = new Exporter(this, 'exporter', {
      name: POSTGRES_EXPORTER,
      namespace: db.namespace,
      component: 'monitoring',
      image: sovra.image('postgresExporter'),
      images: sovra.images,
      replicas: 1,
      port: POSTGRES_EXPORTER_PORT,
      args: [],
      env: [
        { name: 'DATA_SOURCE_URI', value: `${db.host}:${db.port}/${encodeURIComponent(db.name)}?${sslParameters(db)}` },
        { name: 'DATA_SOURCE_USER_FILE', value: '/etc/postgres-exporter/username' },
        { name: 'DATA_SOURCE_PASS_FILE', value: '/etc/postgres-exporter/password' },
      ],
      volumes: [
        {
          name: 'credentials',
          projected: { defaultMode: 0o440, sources: [file('username', username), file('password', password)] },
        },
        ...(db.caSecret
          ? [
              {
                name: 'ca',
                secret: { secretName: db.caSecret.secret, items: [{ key: db.caSecret.key, path: 'ca.crt' }] },
              },
            ]
          : []),
      ],
      mounts: [
        { name: 'credentials', mountPath: '/etc/postgres-exporter', readOnly: true },
        ...(db.caSecret ? [{ name: 'ca', mountPath: '/etc/postgres-ca', readOnly: true }] : []),
      ],
      healthPath: '/',
      resources: props.resources ?? { cpu: '20m', memory: '32Mi', cpuLimit: '200m', memoryLimit: '128Mi' },
      scrapedBy: [props.prometheus],
      egress: [
        toDns(props.network),
        {
          peers: [db.podLabels ? { namespace: db.namespace, podLabels: db.podLabels } : { cidrs: ANYWHERE }],
          ports: [db.port],
        },
      ],
    });
  }
}

export function checkPostgresExporter(c: Checker, at: string, p: PostgresExporterProps): Checker {
  const credentials = c.part(`${at}credentials`, p.credentials);
  if (credentials) {
    checkSecret(c, `${at}credentials.username`, credentials.username ?? null);
    checkSecret(c, `${at}credentials.password`, credentials.password ?? null);
  }
  checkResources(c, `${at}resources`, p.resources);
  return c;
}

function sslParameters(db: Database): string {
  return `sslmode=${db.sslMode}${db.caSecret ? '&sslrootcert=/etc/postgres-ca/ca.crt' : ''}`;
}
