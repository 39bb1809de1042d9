/** Every image in a value of any shape: the string under each key `image`. */
function imagesIn(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const v of value) imagesIn(v, found);
  else if (value !== null && typeof value === 'object') {
    for (const [key, v] of Object.entries(value)) {
      if (key === 'image' && typeof v === 'string') found.add(v);
      else imagesIn(v, found);
    }
  }
}

/** The images of Kubernetes objects, sorted. */
export function imagesOfObjects(objects: readonly unknown[]): string[] {
  const found = new Set<string>();
  for (const object of objects) {
    // A ConfigMap may hold a dashboard or a rule with a key of that name; it starts nothing.
    if ((object as { kind?: string } | null)?.kind !== 'ConfigMap') imagesIn(object, found);
  }
  return [...found].sort();
}
