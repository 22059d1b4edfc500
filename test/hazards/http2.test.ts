/** Clients that speak HTTP/2: bad frames, the way to HTTP/1.1, limits, and how responses come back. */
import { checkHttp2 } from '../fixtures/http2/check-http2.ts';
import { REQUEST_ROWS } from './http2-request-rows.ts';
import { RESPONSE_ROWS } from './http2-response-rows.ts';

await checkHttp2('requests of HTTP/2 as a pod gets them', REQUEST_ROWS);
await checkHttp2('responses as clients of HTTP/2 get them', RESPONSE_ROWS);
