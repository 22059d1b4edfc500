import { checkRefusals, checkStreams } from './pod-stream.ts';
import { ENDS, HANDSHAKES, LIVES, MESSAGES, SIZES } from './pod-stream-rows.ts';

await checkRefusals('handshakes that open no stream', HANDSHAKES);
await checkStreams('invalid and unusual messages of a server', MESSAGES);
await checkStreams('how a command ends', ENDS);
await checkStreams('long-lived streams', LIVES);
await checkStreams('sizes of terminals', SIZES);
