import { describe, type Finding, type ObjectSet } from './model';

/** Two objects of one name would overwrite each other in the cluster, the last one winning. */
export function checkDuplicates(set: ObjectSet): Finding[] {
  const seen = new Set<string>();
  return set.objects.flatMap((o) => {
    const key = `${o.apiVersion.split('/')[0]}/${describe(o)}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      {
        object: describe(o),
        subject: o,
        property: 'metadata.name',
        given: o.metadata.name,
        allowed: 'a name that no other object of this kind has in this namespace',
        remedy: 'Make the construct once, or give the second one another name or namespace.',
      },
    ];
  });
}
