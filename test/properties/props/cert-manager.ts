/** A rotation that is left to cert-manager. */

import type {
  CertificateRotationProps,
  CertManagerProps,
  CertManagerRotation,
  ServerCertificate,
} from '../../../lib/operations/cert-manager';
import fc from '../../support/fast-check';
import { type Kind, list, only, record, text, without, word } from '../kinds';
import { dnsLabel, dnsSubdomain } from '../leaves';

const certificate = record<ServerCertificate>(
  {
    secret: dnsSubdomain,
    // No Vault of a valid installation is in such a namespace.
    namespace: { ...dnsLabel, valid: dnsLabel.valid.map((name) => `c-${name.slice(0, 50)}`.replace(/-+$/, '')) },
    dnsNames: list(only(fc.constantFrom('a.example.org', 'b.example.org')), { min: 1 }),
  },
  ['secret', 'namespace', 'dnsNames'],
);
const life = text(fc.constantFrom('1h', '90d', '36h30m', '1y'), ['', '1', '59m', 'long', '1.5h', '3600001ms']);
const renewal = text(fc.constantFrom('5m', '59m', '30m30s'), ['', '4m', '2y', 'soon', '300001ms']);
/** @param task the rotation as a task, or none */
export function certManagerRotation(task: Kind<CertificateRotationProps | false>): Kind<CertManagerRotation> {
  const issuer = record<CertManagerProps['issuer']>(
    { name: dnsSubdomain, kind: word('Issuer', 'ClusterIssuer'), group: dnsSubdomain },
    ['name'],
  );
  const more = list(certificate, { min: 1, max: 2, unique: (e: ServerCertificate) => `${e.namespace}/${e.secret}` });
  const certManager = record<CertManagerProps>({ issuer, duration: life, renewBefore: renewal, more }, [
    'issuer',
    'more',
  ]);
  // No certificate of one's own is fine where a Vault runs in the cluster.
  const refused = without(certManager, 'more: left out', 'more: empty');
  return record<CertManagerRotation>({ certManager: refused, task }, ['certManager']);
}
