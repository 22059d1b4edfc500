/**
 * What podway says it forwards (`Allow`), and the label values of methods: clients choose methods, never label values, so
 * what is not here counts as OTHER.
 */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
const FACTOR = 1_000;

/** Method and status code in one number. */
export function requestKey(method: string, code: number): number {
  const index = METHODS.indexOf(method);
  return (index < 0 ? METHODS.length : index) * FACTOR + code;
}

export function methodAndCode(key: number): { method: string; code: number } {
  return { method: METHODS[Math.floor(key / FACTOR)] ?? 'OTHER', code: key % FACTOR };
}
