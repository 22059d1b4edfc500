/** The rules of RFC 9113 and RFC 7541 for clients: each row has the frames of a pod and the allowed outcomes. */
import { checkPods } from '../../fixtures/http2/pod-conformance.ts';
import { POD_CONNECTION_ROWS } from './pod-connection-rows.ts';
import { POD_ENDING_ROWS } from './pod-ending-rows.ts';
import { POD_FLOW_ROWS } from './pod-flow-rows.ts';
import { POD_FRAME_ROWS } from './pod-frame-rows.ts';
import { POD_LEGAL_ROWS } from './pod-legal-rows.ts';
import { POD_MESSAGE_ROWS } from './pod-message-rows.ts';
import { POD_OPENING_ROWS } from './pod-opening-rows.ts';
import { POD_SETTINGS_ROWS } from './pod-settings-rows.ts';
import { everyNth } from '../../fixtures/wide.ts';

await checkPods('frames of pods', everyNth(3, [...POD_FRAME_ROWS, ...POD_LEGAL_ROWS]));
await checkPods('messages of pods', everyNth(3, [...POD_MESSAGE_ROWS, ...POD_ENDING_ROWS]));
await checkPods('pods that end a connection', everyNth(3, POD_CONNECTION_ROWS));
await checkPods('settings of pods', everyNth(3, POD_SETTINGS_ROWS));
await checkPods('flow control with pods', everyNth(3, POD_FLOW_ROWS));
await checkPods('how pods open a connection', everyNth(3, POD_OPENING_ROWS));
