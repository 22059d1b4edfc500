/**
 * The methods that podway lists in `Allow`, and the label values for methods. Clients choose methods, but never label
 * values: any other method counts as OTHER.
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
