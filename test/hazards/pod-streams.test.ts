import { checkRefusals, checkStreams } from './pod-stream.ts';
import { ENDS, HANDSHAKES, LIVES, MESSAGES, SIZES } from './pod-stream-rows.ts';

await checkRefusals('handshakes that open no stream', HANDSHAKES);
await checkStreams('messages of a server that mean nothing, or something else', MESSAGES);
await checkStreams('how a command ends', ENDS);
await checkStreams('streams that live long', LIVES);
await checkStreams('sizes of terminals', SIZES);
