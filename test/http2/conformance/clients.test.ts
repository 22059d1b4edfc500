/** What RFC 9113 and RFC 7541 require of a server, row by row: frames that a client sends, and what is right then. */
import { checkConformance } from '../../fixtures/http2/conformance.ts';
import { FRAME_ROWS } from './client-frame-rows.ts';
import { OPENING_ROWS } from './client-opening-rows.ts';
import { STREAM_ROWS } from './client-stream-rows.ts';

await checkConformance('frames of clients', [...OPENING_ROWS, ...FRAME_ROWS]);
await checkConformance('streams of clients', STREAM_ROWS);
