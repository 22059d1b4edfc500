/** Clients that use HTTP/2: malformed frames, the translation to HTTP/1.1, limits, and responses. */
import { checkHttp2 } from '../fixtures/http2/check-http2.ts';
import { FLOW_ROWS } from './http2-flow-rows.ts';
import { GOAWAY_ROWS } from './http2-goaway-rows.ts';
import { LIMIT_ROWS } from './http2-limit-rows.ts';
import { REQUEST_ROWS } from './http2-request-rows.ts';
import { RESPONSE_ROWS } from './http2-response-rows.ts';
import { TUNNEL_ROWS } from './http2-tunnel-rows.ts';
import { everyNth } from '../fixtures/wide.ts';

await checkHttp2('requests over HTTP/2 as pods get them', everyNth(2, REQUEST_ROWS));
await checkHttp2('responses as HTTP/2 clients get them', everyNth(2, RESPONSE_ROWS));
await checkHttp2('limits of HTTP/2 clients, and errors that end a connection', everyNth(2, LIMIT_ROWS));
await checkHttp2('windows, uploads, and the ends of connections and streams', everyNth(2, FLOW_ROWS));
await checkHttp2('GOAWAY of podway and of its clients', everyNth(2, GOAWAY_ROWS));
await checkHttp2('WebSockets over HTTP/2', everyNth(2, TUNNEL_ROWS));
