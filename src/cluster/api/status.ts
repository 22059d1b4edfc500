import { own, ownString } from '../../wiring/json.ts';

/** The two fields of a Kubernetes Status object that podway uses; `code` is 0 if it has none. */
export interface Status {
  readonly code: number;
  readonly message: string | undefined;
}

/** Reads a Status object, or anything else in its place. */
export function readStatus(status: unknown): Status {
  const code = own(status, 'code');
  return { code: typeof code === 'number' ? code : 0, message: ownString(status, 'message') || undefined };
}

/** Parsed JSON, or undefined. The parser's message quotes its input, so podway drops it. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
