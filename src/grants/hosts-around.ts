/** The wildcards around a host, or around another wildcard: the longest first. */
export function* hostsAround(host: string): Generator<string, void> {
  const from = host.startsWith('*.') ? 2 : 1;
  for (let dot = host.indexOf('.', from); dot > 0; dot = host.indexOf('.', dot + 1))
    yield `*${host.slice(dot)}`;
}

/** One of the wildcards around the host is among these. */
export function isBelow(host: string, wildcards: ReadonlySet<string>): boolean {
  for (const wildcard of hostsAround(host)) if (wildcards.has(wildcard)) return true;
  return false;
}
