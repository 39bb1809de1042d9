import { createHash } from 'node:crypto';
import type { Construct } from 'constructs';
import { derived } from '../markers';

/** What tells whether a configuration changed: as an annotation of pods, it restarts them when it did. */
export function contentHash(construct: Construct, content: string): string {
  return derived(construct, content, (text) => createHash('sha256').update(text).digest('hex').slice(0, 16));
}
