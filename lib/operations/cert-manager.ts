import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { commonLabels } from '../kube/labels';
import { slug } from '../kube/names';
import { kubeObject } from '../kube/object';
import { formatDuration, seconds } from '../schedule/duration';
import type { SovraInstallation, Vault } from '../sovra/installation';
import { type Checker, dnsLabel, dnsSubdomain, duration, known, text } from '../validate';
import type { Command } from './sovra-cli';
import type { TaskTuning } from './task-set';

/**
 * The rotation is left to cert-manager, which has to be in the cluster. It renews certificates of servers, in Secrets; those
 * that Sovra issues itself, to edge nodes and to the federation, it does not know: while there are any, keep the `task` too.
 */
export interface CertManagerRotation {
  readonly certManager: CertManagerProps;
  /** `sovra-cli cert rotate --all` beside it. @default false, there is none */
  readonly task?: CertificateRotationProps | false;
}

/** The rotation as a task. */
export interface CertificateRotationProps extends TaskTuning {
  /** @default sovra-cli cert rotate --all (guide: "Certificate Status") */
  readonly command?: Command;
}

export interface CertManagerProps {
  /** Who signs; it has to be there already. */
  readonly issuer: {
    readonly name: string;
    /** A ClusterIssuer serves every namespace; an Issuer has to be in each namespace of the certificates. @default 'Issuer' */
    readonly kind?: 'Issuer' | 'ClusterIssuer';
    /** Of an issuer that is not cert-manager's own. @default 'cert-manager.io' */
    readonly group?: string;
  };
  /** Life of a certificate, as a duration of 1h at least. @default '90d' */
  readonly duration?: string;
  /**
   * How long before its end it is renewed; 5m at least, and less than `duration`. Longer than the first alert is early, so that
   * the alert means that the renewal did not happen. @default '40d', ten days before the alert at 30 days; a third of a shorter `duration`
   */
  readonly renewBefore?: string;
  /** Others than those of Vault. @default none */
  readonly more?: readonly ServerCertificate[];
}

/** A server certificate in a Secret. */
export interface ServerCertificate {
  /** Secret that receives `tls.crt`, `tls.key` and `ca.crt`; the Certificate is called the same. */
  readonly secret: string;
  readonly namespace: string;
  readonly dnsNames: readonly string[];
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const SHORTEST_LIFE = HOUR;
const SHORTEST_RENEWAL = 300;

/** As the API takes them. Source: the documentation of cert-manager's `Certificate`, version v1. */
interface CertificateSpec {
  readonly secretName: string;
  readonly duration: string;
  readonly renewBefore: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly usages: readonly string[];
  readonly privateKey: { readonly algorithm: 'ECDSA'; readonly size: 256; readonly rotationPolicy: 'Always' };
  readonly issuerRef: { readonly name: string; readonly kind: string; readonly group: string };
}

/**
 * A `Certificate` for the Vault of each edge node in this cluster, and for whatever else is named. cert-manager renews it and
 * writes the Secret; that a server uses the new one is its own affair: Vault reads its certificate at start and on SIGHUP.
 * `ServerCertificateExpires30d` and its like look at what the server shows, so they notice both a renewal that did not
 * happen and one that nobody loaded.
 */
export function certificateObjects(scope: Construct, sovra: SovraInstallation, props: CertManagerProps): ApiObject[] {
  const vaults = sovra.localEdgeNodes.map(({ vault }) => ({ ...vaultCertificate(vault), local: true }));
  const more = (props.more ?? []).map((certificate) => ({ ...certificate, local: false }));
  return [...vaults, ...more].map(({ secret, namespace, dnsNames, local }) => {
    const { life, renewal } = times(props);
    const spec: CertificateSpec = {
      secretName: secret,
      duration: goDuration(life),
      renewBefore: goDuration(renewal),
      dnsNames,
      // `vault` on the pod itself, and its probes.
      ...(local && { ipAddresses: ['127.0.0.1'] }),
      usages: ['server auth', 'client auth'],
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      issuerRef: {
        name: props.issuer.name,
        kind: props.issuer.kind ?? 'Issuer',
        group: props.issuer.group ?? 'cert-manager.io',
      },
    };
    const metadata = { name: secret, namespace, labels: commonLabels(slug(secret, 63), 'certificates') };
    return kubeObject(
      scope,
      `certificate-${slug(`${namespace}-${secret}`)}`,
      'cert-manager.io/v1',
      'Certificate',
      metadata,
      {
        spec,
      },
    );
  });
}

/** Every name under which the shipped manifests call a Vault: its Services, and each of its nodes, by which they join. */
function vaultCertificate({ name, namespace, activeService, replicas, tls }: Vault): ServerCertificate {
  const services = [...new Set([name, activeService])];
  const nodes = Array.from({ length: replicas }, (_, i) => `${name}-${i}.${name}`);
  const dnsNames = [
    tls.serverName,
    ...services.flatMap((s) => [
      s,
      `${s}.${namespace}`,
      `${s}.${namespace}.svc`,
      `${s}.${namespace}.svc.cluster.local`,
    ]),
    ...nodes.flatMap((n) => [n, `${n}.${namespace}.svc`, `${n}.${namespace}.svc.cluster.local`]),
  ];
  return { secret: tls.secret, namespace, dnsNames: [...new Set(dnsNames)] };
}

function times(props: CertManagerProps): { life: number; renewal: number } {
  const life = seconds(props.duration ?? '90d');
  const usual = life >= 90 * DAY ? 40 * DAY : Math.floor(life / 3);
  return { life, renewal: props.renewBefore === undefined ? usual : seconds(props.renewBefore) };
}

/** As Go writes it, which knows no days. */
function goDuration(s: number): string {
  const [hours, minutes, rest] = [Math.floor(s / HOUR), Math.floor((s % HOUR) / 60), s % 60];
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${rest > 0 ? `${rest}s` : ''}`;
}

/** Holds what was said about cert-manager against what it takes. */
export function checkCertManager(
  c: Checker,
  at: string,
  given: CertManagerProps | undefined,
  sovra: SovraInstallation | undefined,
): void {
  const props = c.part(at, given ?? null);
  if (props === undefined) return;
  const issuer = c.part(`${at}.issuer`, props.issuer ?? null);
  if (issuer) {
    c.item(`${at}.issuer.name`, issuer.name, dnsSubdomain).value(`${at}.issuer.group`, issuer.group, dnsSubdomain);
    c.require(issuer.kind === undefined || ['Issuer', 'ClusterIssuer'].includes(issuer.kind), {
      property: `${at}.issuer.kind`,
      given: issuer.kind,
      allowed: 'Issuer or ClusterIssuer',
      remedy: 'Write one of them; an issuer of another kind has a `group`, and one of these kinds stands in for it.',
    });
  }
  c.value(`${at}.duration`, props.duration, duration).value(`${at}.renewBefore`, props.renewBefore, duration);
  checkTimes(c, at, props);
  const more = c.parts(`${at}.more`, props.more);
  for (const { at: place, entry } of more) {
    c.item(`${place}.secret`, entry.secret, known(dnsSubdomain))
      .item(`${place}.namespace`, entry.namespace, known(dnsLabel))
      .each(`${place}.dnsNames`, entry.dnsNames ?? null, text)
      .require(entry.dnsNames?.length !== 0, {
        property: `${place}.dnsNames`,
        given: [],
        allowed: 'at least one name',
        remedy: 'Write the names under which the server is called.',
      });
  }
  const vaults = (sovra?.localEdgeNodes ?? []).map(({ vault }) => `${vault.namespace}/${vault.tls.secret}`);
  c.distinct([
    ...[...new Set(vaults)].map((key) => ({ at: 'the Secret of a Vault', key })),
    ...more.map(({ at: place, entry }) => ({ at: `${place}.secret`, key: `${entry.namespace}/${entry.secret}` })),
  ]);
  c.require(vaults.length + more.length > 0, {
    property: `${at}.more`,
    given: props.more,
    allowed: 'at least one certificate: no Vault of the installation runs in this cluster',
    remedy: 'Name a certificate, or describe an edge node with its `vault`.',
  });
}

function checkTimes(c: Checker, at: string, props: CertManagerProps): void {
  const wellFormed = [props.duration, props.renewBefore].every(
    (v) => v === undefined || (typeof v === 'string' && duration(v) === undefined),
  );
  if (!wellFormed) return;
  const { life, renewal } = times(props);
  c.require(life >= SHORTEST_LIFE && Number.isInteger(life), {
    property: `${at}.duration`,
    given: props.duration,
    allowed: 'whole seconds, 1h at least',
    remedy: 'cert-manager takes nothing shorter.',
  });
  if (life < SHORTEST_LIFE || props.renewBefore === undefined) return;
  c.require(renewal >= SHORTEST_RENEWAL && renewal < life && Number.isInteger(renewal), {
    property: `${at}.renewBefore`,
    given: props.renewBefore,
    allowed: `whole seconds, 5m at least, and less than ${formatDuration(life)}, the life of a certificate`,
    remedy: 'A renewal that is due before the certificate begins would never end.',
  });
}
