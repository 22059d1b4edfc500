/** The wildcards that cover a host or another wildcard, the longest first. */
export function* hostsAround(host: string): Generator<string, void> {
  const from = host.startsWith('*.') ? 2 : 1;
  for (let dot = host.indexOf('.', from); dot > 0; dot = host.indexOf('.', dot + 1))
    yield `*${host.slice(dot)}`;
}

/** True when one of these wildcards covers the host. */
export function isBelow(host: string, wildcards: ReadonlySet<string>): boolean {
  for (const wildcard of hostsAround(host)) if (wildcards.has(wildcard)) return true;
  return false;
}
