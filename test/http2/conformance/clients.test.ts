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
import { everyNth } from '../../fixtures/wide.ts';

await checkConformance('frames of clients', everyNth(3, [...OPENING_ROWS, ...FRAME_ROWS, WIDE_ROW]));
await checkConformance('clients that end or reset TCP', everyNth(3, ENDING_ROWS));
await checkConformance('streams of clients', everyNth(3, STREAM_ROWS));
await checkConformance('types of frames of clients', everyNth(3, TYPE_ROWS));
await checkConformance('SETTINGS of clients', everyNth(3, SETTINGS_ROWS));
await checkConformance('flow control with clients', everyNth(3, FLOW_ROWS));
await checkConformance('messages of clients', everyNth(3, REQUEST_ROWS));
await checkConformance('the number of streams of a client', everyNth(3, CROWD_ROWS), { http2Streams: 4 });
await checkConformance('header compression of clients', everyNth(3, [...HPACK_ROWS, ...STRING_ROWS]));
