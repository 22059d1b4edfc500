/**
 * Names a route of this instance on the way of a request (see http1/hops.ts): `<instance>/<FNV-1a of host and path>`.
 * It is neither a secret nor a proof.
 */
export function hopOf(instance: string, host: string, path: string): string {
  const name = host + path;
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  const hop = `${instance}/${(hash >>> 0).toString(16).padStart(8, '0')}`;
  // One flat string, because it is written with every request of the route.
  return Buffer.from(hop, 'latin1').toString('latin1');
}
