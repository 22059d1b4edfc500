import { shellWord } from './listen-address.ts';
import { DEMO_KEY } from './manifests.ts';

export interface GuideFacts {
  /** `host:port` of the router, and of its admin pages, as in a URL. */
  readonly router: string;
  readonly admin: string;
  /** The same of its operator listener; undefined: there is none. */
  readonly operator: string | undefined;
  readonly folder: string;
  /** `host:port` by TLS, and the certificate that vouches for it; undefined: somebody else's is served. */
  readonly secure: { readonly at: string; readonly certificate: string | undefined };
  /** `web-1` and the address it listens on, for each pod. */
  readonly pods: readonly { readonly name: string; readonly address: string; readonly port: number }[];
}

/** What to try, as text for a terminal of 80 columns (a long folder name or address may stretch its lines). */
export function guide(facts: GuideFacts): string {
  const { router, admin, operator, folder, secure } = facts;
  const trust = secure.certificate === undefined ? '-k' : `--cacert ${shellWord(secure.certificate)}`;
  const at = (path: string): string => shellWord(`${router}${path}`);
  const pods = facts.pods.map(({ name, address, port: at }) => `  ${name} (${address}:${at})`).join('\n');
  return `
Four pods run
${pods}
Their manifests: ${folder}

Round robin: web-1 and web-2 take turns
  curl ${at('/')} ${at('/')} ${at('/')}

By host; a host that no pod asks for gets no answer at all
  curl -H 'Host: demo.localhost' ${at('/')}
  curl -H 'Host: unknown' ${at('/')}

By TLS${secure.certificate === undefined ? '' : ', with a certificate that it made itself'}
  curl ${trust} ${shellWord(`https://${secure.at}/`)}

A call of gRPC, by HTTP/2 to a pod that speaks h2c: grpc-status 0
  printf '\\0\\0\\0\\0\\0' | curl ${trust} -D - -o /dev/null \\
    -H 'content-type: application/grpc' -H 'te: trailers' --data-binary @- \\
    ${shellWord(`https://${secure.at}/grpc.health.v1.Health/Check`)}

By path, guarded by the key of its namespace: 403, then 200
  curl -i ${at('/vault')}
  curl -i -H 'X-ROUTING-API-KEY: ${DEMO_KEY}' ${at('/vault')}
  curl -i -H 'Host: vault.localhost' ${at('/vault/x')}

What a pod sees of a request
  curl -d hello ${at('/echo?a=1&b=2')}

Server-sent events, one a second, each at once (Ctrl-C ends curl)
  curl -N ${at('/sse')}

A WebSocket
  npx node -e '
    const socket = new WebSocket("ws://${router}/ws");
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => { console.log(data); socket.close(); };'

Edit a manifest and see it live: web-1 moves from / to /blue
  sed -i.bak 's|:/$|:/blue|' ${folder}/web-1.yaml
  curl ${at('/blue')} ${at('/')} ${at('/')}

The router's view of the cluster, and its figures
  curl ${shellWord(`${admin}/routes`)}
  curl ${shellWord(`${admin}/metrics`)}${operator === undefined ? '' : `\n\nWhat it does and why, in your browser\n  http://${operator}/`}

Ctrl-C ends the router and its pods.
`;
}
