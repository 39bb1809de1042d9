import { checkPeers } from '../kube/check-network';
import { checkResources } from '../kube/check-resources';
import { checkSecret } from '../sovra/check-installation';
import { type Checker, dnsLabel, dnsSubdomain, known, port, quantity, type Rule, secretKey } from '../validate';
import type { GatewayCertificate, SftpRepositoryProps } from './repository';

const KINDS = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa'];

/** A public key says its own kind, in the bytes too: a line that was cut or mixed up is seen here and not at night. */
const hostKey: Rule = known((v) => {
  const [kind = '', data = '', ...more] = v.split(' ');
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(data) ? Buffer.from(data, 'base64') : Buffer.alloc(0);
  const fields = fieldsOf(bytes);
  return KINDS.includes(kind) && more.length === 0 && fields !== undefined && fields[0] === kind
    ? undefined
    : {
        allowed: `a public key of the server, kind and base64 only: ${KINDS.join(', ')}`,
        remedy:
          'Run `ssh-keyscan HOST`, leave out what stands before the kind, and compare it with the owner of the server.',
      };
});

/** The length-prefixed fields of a public key; undefined where it is no such thing, or was cut. */
function fieldsOf(bytes: Buffer): string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at);
    fields.push(bytes.toString('latin1', at + 4, end));
    at = end;
  }
  return at === bytes.length && fields.length > 1 ? fields : undefined;
}

const account: Rule = (v) =>
  /^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/.test(v)
    ? undefined
    : {
        allowed: 'the name of an account: letters, digits, "_", ".", "@" and "-"',
        remedy: 'Take the name with which the server is logged into.',
      };
const folder: Rule = (v) =>
  /^\/?[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(v) && !v.split('/').some((s) => s === '.' || s === '..')
    ? undefined
    : {
        allowed: 'a folder: letters, digits, ".", "_", "-" and "/" between, without "." or ".." as a part',
        remedy: 'Drop the slash at the end; the repository needs a folder of its own.',
      };

/** Holds what is given of it against what can work; what is missing has been told already. */
export function checkSftp(c: Checker, at: string, sftp: SftpRepositoryProps): void {
  c.value(`${at}.host`, sftp.host, dnsSubdomain)
    .value(`${at}.port`, sftp.port, known(port))
    .value(`${at}.user`, sftp.user, account)
    .value(`${at}.path`, sftp.path, folder)
    .value(`${at}.cacheSize`, sftp.cacheSize, known(quantity))
    .each(`${at}.hostKeys`, sftp.hostKeys, hostKey)
    .require(!Array.isArray(sftp.hostKeys) || sftp.hostKeys.length > 0, {
      property: `${at}.hostKeys`,
      given: [],
      allowed: 'at least one key: a server that proves nothing could be anybody',
      remedy: 'Run `ssh-keyscan HOST`, and compare what it prints with the owner of the server.',
    });
  if (typeof sftp.privateKey === 'string') {
    c.add({
      property: `${at}.privateKey`,
      given: '(not shown)',
      allowed: 'a reference to the Secret that holds the key',
      remedy:
        'Name the Secret and the key: { secret: "sovra-backup-sftp", key: "id_ed25519" }. Never write the key itself.',
    });
  } else checkSecret(c, `${at}.privateKey`, sftp.privateKey);
  checkSecret(c, `${at}.certificateAuthority`, sftp.certificateAuthority);
  checkCertificate(c, `${at}.tls`, sftp.tls);
  checkPeers(c, `${at}.peers`, sftp.peers);
  const gateway = c.part(`${at}.gateway`, sftp.gateway);
  c.value(`${at}.gateway.namespace`, gateway?.namespace, known(dnsLabel));
  checkResources(c, `${at}.gateway.resources`, gateway?.resources);
}

function checkCertificate(c: Checker, at: string, given: GatewayCertificate | undefined): void {
  const tls = c.part(at, given);
  if (tls === undefined) return;
  c.item(`${at}.secret`, tls.secret, dnsSubdomain)
    .value(`${at}.certificateKey`, tls.certificateKey, secretKey)
    .value(`${at}.privateKeyKey`, tls.privateKeyKey, secretKey);
}
