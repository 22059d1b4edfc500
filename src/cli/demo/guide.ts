import process from 'node:process';
import { shellWord } from './listen-address.ts';
import { DEMO_KEY } from './manifests.ts';

export interface GuideFacts {
  /** `host:port` of the router and of its admin listener, in the form of URLs. */
  readonly router: string;
  readonly admin: string;
  /** `host:port` of the operator listener; undefined: none. */
  readonly operator: string | undefined;
  /** The folder of manifests. */
  readonly folder: string;
  /** `host:port` for TLS, and the file of the certificate to verify it with; undefined: the user chose the certificates. */
  readonly secure: { readonly at: string; readonly certificate: string | undefined };
  /** Shell scripts for the commands that are too long for one line. */
  readonly scripts: { readonly webSocket: string; readonly grpc: string };
}

/**
 * The guide, as text for a terminal of 80 columns and 24 lines (long addresses and folder names may make it longer). Users
 * can paste all of it into a shell: lines that are not commands are comments without characters that shells interpret.
 */
export function guide(facts: GuideFacts): string {
  const { router, admin, operator, folder, secure, scripts } = facts;
  const at = (path: string): string => shellWord(`${router}${path}`);
  const own = secure.certificate === undefined ? '' : ' with a certificate of its own';
  const dashboard = operator === undefined ? '' : `Dashboard: http://${operator}/   `;
  return `
# Four pods run and a router in front of them. In another terminal, paste this:
# web-1 and web-2 take turns, also by the name of their host
curl ${at('/')} ${at('/')} ${at('/')}
curl -H 'Host: demo.localhost' ${at('/')}
# /vault needs the key of its namespace: 403, then 200
curl -i ${at('/vault')}
curl -i -H 'X-ROUTING-API-KEY: ${DEMO_KEY}' ${at('/vault')}
# What a pod gets, three seconds of server-sent events, a WebSocket
curl -d hello ${at('/echo?a=1&b=2')}
curl -sNm3 ${at('/sse')}
sh ${shellWord(scripts.webSocket)}
# TLS${own}, and gRPC: grpc-status 0
curl ${trust(secure.certificate)} ${shellWord(`https://${secure.at}/`)}
sh ${shellWord(scripts.grpc)}
# A manifest is edited, and web-1 moves from / to /blue
sed -i.bak 's|:/$|:/blue|' ${shellWord(`${folder}/web-1.yaml`)}; sleep 1
curl ${at('/blue')} ${at('/')} ${at('/')}
# What is routed, and the figures
curl -s ${shellWord(`${admin}/routes`)} | head -n 40
curl -s ${shellWord(`${admin}/metrics`)} | head

${dashboard}Ctrl-C ends the router and its pods.
`;
}

function trust(certificate: string | undefined): string {
  return certificate === undefined ? '-k' : `--cacert ${shellWord(certificate)}`;
}

/** A script with a WebSocket client, which works in every shell and with every folder name. */
export function webSocketScript(router: string): string {
  return `exec ${shellWord(process.execPath)} -e '
  const socket = new WebSocket("ws://${router}/ws");
  socket.onopen = () => socket.send("hello");
  socket.onmessage = ({ data }) => { console.log(data); socket.close(); };
  socket.onerror = () => console.error("no WebSocket at ws://${router}/ws");'
`;
}

/** A script that makes a gRPC call with an empty message, through TLS and HTTP/2, to a pod that speaks h2c. */
export function grpcScript(secure: GuideFacts['secure']): string {
  return `printf '\\0\\0\\0\\0\\0' | curl -s ${trust(secure.certificate)} -D - -o /dev/null \\
  -H 'content-type: application/grpc' -H 'te: trailers' --data-binary @- \\
  ${shellWord(`https://${secure.at}/grpc.health.v1.Health/Check`)}
`;
}
