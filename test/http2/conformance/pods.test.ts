/** What RFC 9113 and RFC 7541 require of a client, row by row: frames that a pod sends, and what becomes of requests then. */
import { checkPods } from '../../fixtures/http2/pod-conformance.ts';
import { POD_ENDING_ROWS } from './pod-ending-rows.ts';
import { POD_FRAME_ROWS } from './pod-frame-rows.ts';
import { POD_LEGAL_ROWS } from './pod-legal-rows.ts';
import { POD_MESSAGE_ROWS } from './pod-message-rows.ts';

await checkPods('frames of pods', [...POD_FRAME_ROWS, ...POD_LEGAL_ROWS]);
await checkPods('messages of pods', [...POD_MESSAGE_ROWS, ...POD_ENDING_ROWS]);
