const UNITS: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const QUANTITY = /^[+]?(\d+(?:\.\d*)?|\.\d+)(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d+))?$/;

/** The amount of a Kubernetes quantity, or undefined if it is none. Exact enough to compare by. */
export function amountOf(quantity: unknown): number | undefined {
  const match = typeof quantity === 'string' ? QUANTITY.exec(quantity) : null;
  if (!match) return undefined;
  const [, digits, binary, decimal, exponent] = match;
  const factor = binary
    ? 1024 ** (BINARY.indexOf(binary) + 1)
    : 10 ** (exponent ? Number(exponent) : (UNITS[decimal ?? ''] ?? 0));
  return Number(digits) * factor;
}
