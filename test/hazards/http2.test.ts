/** Clients that speak HTTP/2: bad frames, the way to HTTP/1.1, bounds, and how responses come back. */
import { checkHttp2 } from '../fixtures/http2/check-http2.ts';
import { FLOW_ROWS } from './http2-flow-rows.ts';
import { LIMIT_ROWS } from './http2-limit-rows.ts';
import { REQUEST_ROWS } from './http2-request-rows.ts';
import { RESPONSE_ROWS } from './http2-response-rows.ts';
import { TUNNEL_ROWS } from './http2-tunnel-rows.ts';

await checkHttp2('requests of HTTP/2 as a pod gets them', REQUEST_ROWS);
await checkHttp2('responses as clients of HTTP/2 get them', RESPONSE_ROWS);
await checkHttp2('what a client of HTTP/2 may do, and what ends its connection', LIMIT_ROWS);
await checkHttp2('windows, uploads, and how connections and streams end', FLOW_ROWS);
await checkHttp2('WebSockets over HTTP/2', TUNNEL_ROWS);
