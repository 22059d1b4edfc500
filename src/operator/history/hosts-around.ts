import { requestHost } from '../../wiring/host.ts';

/** A host or wildcard, with all wildcards that may serve it; undefined: malformed. */
export function hostsAround(text: string): ReadonlySet<string> | undefined {
  const isWildcard = text.startsWith('*.');
  const host = requestHost(isWildcard ? text.slice(2) : text);
  if (host === undefined) return undefined;
  const name = isWildcard ? `*.${host}` : host;
  const around = [name];
  for (let dot = name.indexOf('.', 1); dot > 0; dot = name.indexOf('.', dot + 1))
    around.push(`*${name.slice(dot)}`);
  return new Set(around);
}
