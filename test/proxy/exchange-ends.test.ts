/**
 * An exchange between two ends without HTTP and without sockets (test/fixtures/fakes/). All that it requires of a client and of a
 * pod is in src/proxy/exchange/ends.ts, so another protocol (HTTP/2, say) can be added without a change in src/proxy/exchange/. These
 * tests prove that, since they use nothing else. The other parts are real: the table, the counts, overload, memory. Each case states
 * all calls at each end, in words, and the only record.
 */
import assert from 'node:assert/strict';
import {
  checkExchanges,
  COLLECT_REQUEST,
  type ExchangeCase,
  POST_EXPECT_CONTINUE,
  LARGE_BODY,
  POST,
  SENT_POST,
} from '../fixtures/fakes/check-exchange.ts';

const RESPONSES: readonly ExchangeCase[] = [
  {
    name: 'a request, and a response in pieces',
    request: { target: '/a?b=c' },
    run: ({ pod }) => {
      pod().opens();
      pod().responds(200, 'length');
      pod().sends('ab');
      pod().sends('c', '');
    },
    client: ['respond 200 length', 'write ab', 'write c and end', 'finish'],
    tries: [['send GET /a?b=c']],
    record: { status: 200, reason: '', bytesSent: 3, bytesReceived: 0, attempts: 1, pod: 'a', errors: [''] },
    counts: { upstream_retries: 0 },
  },
  {
    name: 'a response without a body, after interim responses',
    run: ({ pod }) => {
      pod().opens();
      pod().interim(102);
      pod().interim(103);
      pod().answers(304);
    },
    client: ['interim 102', 'interim 103', 'respond 304 none', 'write  and end', 'finish'],
    tries: [['send GET /']],
    record: { status: 304, reason: '', bytesSent: 0 },
  },
  {
    name: 'trailers are sent with the last piece',
    run: ({ pod }) => {
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends('abc');
      pod().sends('', 'X-T: v\r\n');
    },
    client: ['respond 200 chunked', 'write abc', 'write  and end X-T: v', 'finish'],
    tries: [['send GET /']],
    record: { status: 200, reason: '', bytesSent: 3 },
  },
  {
    name: 'a pod is not read while its client takes no more',
    settings: { proxyBufferSize: 0 },
    run: ({ client, pod, worker }) => {
      client.stopsReading();
      pod().opens();
      pod().responds(200, 'length');
      pod().sends(LARGE_BODY);
      pod().sends('end', '');
      assert.ok(pod().isHeldBack);
      assert.equal(worker.counts.scalars.buffer_pauses, 1);
      client.takes();
      assert.ok(!pod().isHeldBack);
      client.takes();
      assert.equal(client.sendQueue.taken, `${LARGE_BODY}end`);
    },
    client: ['respond 200 length', 'write 20000 bytes', 'write end and end', 'finish'],
    tries: [['send GET /', 'resume']],
    record: { status: 200, reason: '', bytesSent: 20_003 },
  },
  {
    name: 'a pod is read again when so little is queued that its client would not report an empty queue',
    settings: { proxyBufferSize: 0 },
    run: ({ client, pod }) => {
      client.stopsReading();
      pod().opens();
      pod().responds(200, 'length');
      for (let pieces = 0; pieces < 2; pieces += 1) pod().sends(LARGE_BODY.slice(10_000));
      pod().sends('end', '');
      assert.ok(pod().isHeldBack);
      client.takes(10_000);
      assert.ok(!pod().isHeldBack);
      client.takes();
    },
    client: ['respond 200 length', 'write 10000 bytes', 'write 10000 bytes', 'write end and end', 'finish'],
    tries: [['send GET /', 'resume']],
    record: { status: 200, reason: '', bytesSent: 20_003 },
    counts: { buffer_pauses: 1 },
  },
  {
    name: 'the exchange lasts until a slow client has taken its response: the record waits for that',
    run: ({ client, pod, worker }) => {
      client.stopsReading();
      pod().opens();
      pod().answers(200, 'abc');
      assert.deepEqual(worker.records, []);
      assert.equal(worker.counts.gauges.exchanges_in_flight, 0);
      client.takes();
    },
    client: ['respond 200 length', 'write abc and end', 'finish'],
    tries: [['send GET /']],
    record: { status: 200, reason: '' },
  },
  {
    name: 'a client that disconnects before it takes the last bytes has not received the whole response',
    settings: { proxyBufferSize: 0 },
    run: ({ client, pod }) => {
      client.stopsReading();
      pod().opens();
      pod().answers(200, LARGE_BODY);
    },
    client: ['respond 200 length', 'write 20000 bytes and end', 'finish'],
    tries: [['send GET /']],
    record: { status: 200, reason: 'client-left' },
    // After the last piece there is no reason to pause the pod.
    counts: { buffer_pauses: 0 },
  },
];

const BODIES: readonly ExchangeCase[] = [
  {
    name: 'a body is forwarded as it arrives, including bytes from before the connection to its pod',
    request: POST,
    before: (client) => client.sends('ab'),
    run: ({ client, pod }) => {
      assert.equal(client.unread, 3);
      pod().opens();
      client.sends('c');
      client.sends('d', 'last');
      pod().answers(200);
      assert.equal(pod().received, 'abcd');
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [[SENT_POST, 'write ab', 'write c', 'write d and end']],
    record: { status: 200, bytesReceived: 4 },
  },
  {
    name: 'a client is not read while its pod takes no more',
    request: POST,
    run: ({ client, pod }) => {
      pod().opens();
      pod().stopsReading();
      client.sends(LARGE_BODY);
      client.sends('end', 'last');
      assert.equal(client.exchange.pending, 20_000);
      assert.equal(client.unread, 4);
      pod().takes();
      assert.equal(client.unread, 0);
      pod().takes();
      assert.equal(pod().received, `${LARGE_BODY}end`);
      pod().answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [[SENT_POST, 'write 20000 bytes', 'write end and end']],
    record: { status: 200, bytesReceived: 20_003 },
  },
  {
    name: 'podway requests the body of a client that waits for 100, and tries no pod before its first byte',
    request: POST_EXPECT_CONTINUE,
    run: ({ client, pod, worker }) => {
      assert.equal(worker.upstreams.tries.length, 0);
      client.sends('abc', 'last');
      pod().opens();
      pod().answers(201);
    },
    client: ['ask for the body', 'respond 201 none', 'write  and end', 'finish'],
    tries: [[SENT_POST, 'write abc and end']],
    record: { status: 201, bytesReceived: 3 },
  },
  {
    name: 'podway requests no body of a client that did not wait for 100',
    request: POST_EXPECT_CONTINUE,
    before: (client) => client.sends('abc', 'last'),
    run: ({ pod }) => {
      pod().opens();
      pod().answers(201);
    },
    client: ['respond 201 none', 'write  and end', 'finish'],
    tries: [[SENT_POST, 'write abc and end']],
    record: { status: 201 },
  },
  {
    name: 'a body is collected, and its pod gets its length',
    request: POST,
    settings: COLLECT_REQUEST,
    run: ({ client, pod, worker }) => {
      client.sends('abcd');
      client.sends('efgh');
      assert.equal(worker.upstreams.tries.length, 0);
      assert.ok(client.exchange.pending >= 8);
      client.sends('', 'last');
      assert.deepEqual([pod().head.framing, pod().head.contentLength], ['length', 8]);
      pod().opens();
      pod().answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [[SENT_POST, 'write abcdefgh and end']],
    record: { status: 200, bytesReceived: 8 },
  },
  {
    name: 'a body that is longer than the collected size is forwarded as it arrives',
    request: POST,
    settings: COLLECT_REQUEST,
    run: ({ client, pod }) => {
      client.sends('abcdef');
      client.sends('ghi');
      assert.equal(pod().head.framing, 'chunked');
      pod().opens();
      client.sends('jkl', 'last');
      pod().answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [[SENT_POST, 'write abcdefghi', 'write jkl and end']],
    record: { status: 200, bytesReceived: 12 },
  },
  {
    name: 'a pod may answer before it has the whole body: podway does not request the rest',
    request: POST,
    run: ({ client, pod }) => {
      pod().opens();
      client.sends('abc');
      pod().answers(413, 'no');
      client.sends('def', 'last');
    },
    client: ['respond 413 length', 'write no and end', 'finish'],
    tries: [[SENT_POST, 'write abc']],
    record: { status: 413, reason: '', bytesReceived: 3, bytesSent: 2 },
  },
  {
    name: 'a body continues after its response has begun',
    request: POST,
    run: ({ client, pod }) => {
      pod().opens();
      client.sends('abc');
      pod().responds(200, 'chunked');
      pod().sends('x');
      client.sends('def', 'last');
      pod().sends('y', '');
    },
    client: ['respond 200 chunked', 'write x', 'write y and end', 'finish'],
    tries: [[SENT_POST, 'write abc', 'write def and end']],
    record: { status: 200, bytesReceived: 6 },
  },
  {
    name: 'a body of length 0 is complete from the start',
    request: { method: 'POST', framing: 'length' },
    run: ({ client, pod }) => {
      assert.ok(!client.exchange.shed());
      pod().opens();
      assert.equal(client.exchange.stage, 'waiting');
      pod().answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [[SENT_POST]],
    record: { status: 200, bytesReceived: 0 },
  },
  {
    name: 'a body is not collected further if its client has used up the memory',
    request: POST,
    settings: { ...COLLECT_REQUEST, requestMemory: 1_000 },
    run: ({ client, worker }) => {
      client.sends('abc');
      worker.spendMemory(client.peer.address);
      client.sends('def');
    },
    client: ['answer 503 overload-memory', 'finish'],
    tries: [],
    record: { status: 503, reason: 'overload-memory', bytesReceived: 6 },
  },
  {
    name: 'a body that is too large',
    request: POST,
    settings: { clientMaxBodySize: 5 },
    run: ({ client, pod }) => {
      pod().opens();
      client.sends('abcde');
      assert.ok(!client.isOver);
      client.sends('f');
    },
    client: ['answer 413 body-too-large and close', 'finish'],
    tries: [[SENT_POST, 'write abcde', 'abandon']],
    record: { status: 413, reason: 'body-too-large', errors: ['body-too-large'] },
  },
  {
    name: 'a body that breaks its rules',
    request: POST,
    run: ({ client, pod }) => {
      pod().opens();
      client.sendsMalformedChunk();
    },
    client: ['answer 400 bad-chunk and close', 'finish'],
    tries: [[SENT_POST, 'abandon']],
    record: { status: 400, reason: 'bad-chunk' },
  },
  {
    name: 'a body that is truncated after the connection to its pod',
    request: POST,
    before: (client) => {
      client.sends('abc');
      client.halfCloses();
    },
    run: ({ pod }) => pod().opens(),
    client: ['answer 400 body-cut and close', 'finish'],
    tries: [[SENT_POST, 'write abc', 'abandon']],
    record: { status: 400, reason: 'body-cut', bytesReceived: 3 },
  },
  {
    name: 'a body that ends before its first byte',
    request: POST,
    before: (client) => client.halfCloses(),
    run: () => undefined,
    client: ['answer 400 body-cut and close', 'finish'],
    tries: [],
    record: { status: 400, reason: 'body-cut', attempts: 0 },
  },
  {
    name: 'a request whose bytes no pod has may be ended to free memory',
    request: POST,
    settings: COLLECT_REQUEST,
    run: ({ client }) => {
      client.sends('abc');
      assert.ok(client.exchange.shed());
    },
    client: ['answer 503 overload-memory', 'finish'],
    tries: [],
    record: { status: 503, reason: 'overload-memory' },
  },
  {
    name: 'a request for a tunnel may be ended to free memory: no pod has the bytes behind it yet',
    request: { upgrade: 'websocket', websocketKeys: 1 },
    run: ({ client }) => {
      assert.ok(client.exchange.shed());
    },
    client: ['answer 503 overload-memory', 'finish'],
    tries: [['abandon']],
    record: { status: 503, reason: 'overload-memory' },
  },
  {
    name: 'a request that its pod has is not ended to free memory',
    request: { method: 'POST', framing: 'length', contentLength: 3 },
    run: ({ client, pod }) => {
      client.sends('abc', 'last');
      pod().opens();
      assert.ok(!client.exchange.shed());
      pod().answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [[SENT_POST, 'write abc and end']],
    record: { status: 200, reason: '' },
  },
];

const WITHOUT_A_POD: readonly ExchangeCase[] = [
  {
    name: 'a host that is not routed',
    request: { host: 'other.local' },
    run: () => undefined,
    client: ['hang up'],
    tries: [],
    record: { status: 0, reason: 'unknown-host', attempts: 0 },
  },
  {
    name: 'a path that leaves its root',
    request: { target: '/%2e%2e/a' },
    run: () => undefined,
    client: ['answer 400 bad-path and close', 'finish'],
    tries: [],
    record: { status: 400, reason: 'bad-path' },
  },
  {
    name: 'a route without a ready pod',
    pods: [{ pod: 'a', condition: 'unready' }],
    run: () => undefined,
    client: ['answer 503 no-ready-pod', 'finish'],
    tries: [],
    record: { status: 503, reason: 'no-ready-pod' },
  },
  {
    name: 'a route whose last pod leaves while podway requests the body',
    request: POST_EXPECT_CONTINUE,
    run: ({ client, worker }) => {
      worker.setPods([]);
      client.sends('a');
    },
    client: ['ask for the body', 'answer 503 no-ready-pod', 'finish'],
    tries: [],
    record: { status: 503, reason: 'no-ready-pod', route: 't.local/' },
  },
  {
    name: 'an answer of the router is recorded when the client has received it',
    pods: [{ pod: 'a', condition: 'unready' }],
    before: (client) => client.stopsReading(),
    run: ({ client, worker }) => {
      assert.deepEqual(worker.records, []);
      client.takes();
      assert.equal(worker.records.length, 1);
    },
    client: ['answer 503 no-ready-pod', 'finish'],
    tries: [],
    record: { status: 503, reason: 'no-ready-pod' },
  },
  {
    name: 'an overloaded worker',
    settings: { maxInFlight: 0 },
    run: () => undefined,
    client: ['answer 503 overload-in-flight', 'finish'],
    tries: [],
    record: { status: 503, reason: 'overload-in-flight' },
  },
];

for (const cases of [RESPONSES, BODIES, WITHOUT_A_POD]) checkExchanges(cases);
