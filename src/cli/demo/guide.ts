import { DEMO_KEY } from './manifests.ts';

export interface GuideFacts {
  readonly port: number;
  readonly adminPort: number;
  readonly folder: string;
  /** `web-1` and the address it listens on, for each pod. */
  readonly pods: readonly { readonly name: string; readonly address: string; readonly port: number }[];
}

/** What to try, as text for a terminal of 80 columns (a long folder name may stretch its lines). */
export function guide(facts: GuideFacts): string {
  const { port, adminPort, folder } = facts;
  const router = `localhost:${port}`;
  const pods = facts.pods.map(({ name, address, port: at }) => `  ${name} (${address}:${at})`).join('\n');
  return `
Three pods run
${pods}
Their manifests: ${folder}

Round robin: web-1 and web-2 take turns
  curl ${router}/ ${router}/ ${router}/

By host; a host that no pod asks for gets no answer at all
  curl -H 'Host: demo.localhost' ${router}/
  curl -H 'Host: unknown' ${router}/

By path, guarded by the key of its namespace: 403, then 200
  curl -i ${router}/vault
  curl -i -H 'X-ROUTING-API-KEY: ${DEMO_KEY}' ${router}/vault
  curl -i -H 'Host: vault.localhost' ${router}/vault/x

What a pod sees of a request
  curl -d hello '${router}/echo?a=1&b=2'

Server-sent events, one a second, each at once (Ctrl-C ends curl)
  curl -N ${router}/sse

A WebSocket
  npx node -e '
    const socket = new WebSocket("ws://${router}/ws");
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => { console.log(data); socket.close(); };'

Edit a manifest and see it live: web-1 moves from / to /blue
  sed -i.bak 's|:/$|:/blue|' ${folder}/web-1.yaml
  curl ${router}/blue ${router}/ ${router}/

The router's view of the cluster, and its figures
  curl localhost:${adminPort}/routes
  curl localhost:${adminPort}/metrics

Ctrl-C ends the router and its pods.
`;
}
