/** The rules of RFC 9113 and RFC 7541 for servers: each row has the frames of a client and the allowed outcomes. */
import { checkConformance } from '../../fixtures/http2/conformance.ts';
import { FRAME_ROWS } from './client-frame-rows.ts';
import { HPACK_ROWS } from './client-hpack-rows.ts';
import { ENDING_ROWS, OPENING_ROWS, WIDE_ROW } from './client-opening-rows.ts';
import { FLOW_ROWS } from './client-flow-rows.ts';
import { CROWD_ROWS, REQUEST_ROWS } from './client-request-rows.ts';
import { SETTINGS_ROWS } from './client-settings-rows.ts';
import { STREAM_ROWS } from './client-stream-rows.ts';
import { STRING_ROWS } from './client-string-rows.ts';
import { TYPE_ROWS } from './client-type-rows.ts';

await checkConformance('frames of clients', [...OPENING_ROWS, ...FRAME_ROWS, WIDE_ROW]);
await checkConformance('clients that end or reset TCP', ENDING_ROWS);
await checkConformance('streams of clients', STREAM_ROWS);
await checkConformance('types of frames of clients', TYPE_ROWS);
await checkConformance('SETTINGS of clients', SETTINGS_ROWS);
await checkConformance('flow control with clients', FLOW_ROWS);
await checkConformance('messages of clients', REQUEST_ROWS);
await checkConformance('the number of streams of a client', CROWD_ROWS, { http2Streams: 4 });
await checkConformance('header compression of clients', [...HPACK_ROWS, ...STRING_ROWS]);
