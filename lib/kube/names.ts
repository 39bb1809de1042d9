import { createHash } from 'node:crypto';

/**
 * A DNS-1123 label made of an identifier that may hold other characters (`Edge_EU.1`). Identifiers that are valid names
 * stay as they are; others get a short hash, so that two of them never share a name.
 */
export function slug(id: string, maxLength = 40): string {
  if (id.length <= maxLength && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(id)) return id;
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 6);
  const readable = id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxLength - 7)
    .replace(/^-+|-+$/g, '');
  return readable === '' ? `n-${hash}` : `${readable}-${hash}`;
}
