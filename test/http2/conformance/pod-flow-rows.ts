/** Flow control with pods, in both directions (RFC 9113 sections 5.2, 6.1 and 6.9). */
import assert from 'node:assert/strict';
import { get, post } from '../../fixtures/check.ts';
import { data, FLAG, FRAME, frame, SETTING, settings, windowUpdate } from '../../fixtures/http2/frames.ts';
import { HEAD, OK, OPEN } from '../../fixtures/http2/pod-answers.ts';
import { type PodRow, wasReset } from '../../fixtures/http2/pod-conformance.ts';
import type { PodConnection, PodRequest } from '../../fixtures/http2/raw-http2-pod.ts';
import { headers } from '../../fixtures/http2/raw-http2-client.ts';
import { Upload } from '../../fixtures/http2/upload.ts';

const INITIAL = 65_535;
const initial = (size: number) => settings([[SETTING.initialWindow, size]]);
const times = (count: number, make: (at: number) => Buffer) =>
  Array.from({ length: count }, (_, at) => make(at));

/** Number of octets of the request's body that have arrived. */
const sizeOf = ({ connection, id }: PodRequest) =>
  connection.frames
    .filter((it) => it.id === id && it.type === FRAME.data)
    .reduce((sum, { payload }) => sum + payload.length, 0);

/** Waits until this many octets of the body have arrived, and asserts that no more arrive. */
async function stands(request: PodRequest, size: number): Promise<void> {
  await request.connection.until(`${size} octets`, () => sizeOf(request) >= size || undefined);
  await request.connection.roundTrip();
  assert.equal(sizeOf(request), size);
}

async function answerAtEnd(request: PodRequest): Promise<void> {
  const { connection, id } = request;
  await connection.ending(id);
  request.answer(`${sizeOf(request)}`);
}

const UPLOADS: readonly PodRow[] = [
  {
    name: '6.9.2: an initial window of 0, then raised octet by octet',
    opening: [initial(0)],
    request: post('/row', 'x'.repeat(5)),
    play: async (request) => {
      for (let size = 0; size < 5; size += 1) {
        await stands(request, size);
        request.connection.send(windowUpdate(request.id, 1));
      }
      await answerAtEnd(request);
    },
    answers: ['200 5'],
    ends: OPEN,
  },
  {
    name: '6.9.2: DATA waits while a window is below 0',
    opening: [initial(100)],
    request: post('/row', 'x'.repeat(300)),
    play: async (request) => {
      const { connection, id } = request;
      await stands(request, 100);
      connection.send(initial(10));
      await stands(request, 100);
      connection.send(windowUpdate(id, 90));
      await stands(request, 100);
      connection.send(windowUpdate(id, 1));
      await stands(request, 101);
      connection.send(initial(20));
      await stands(request, 111);
      connection.send(initial(2 ** 31 - 1));
      await answerAtEnd(request);
    },
    answers: ['200 300'],
    ends: OPEN,
  },
  {
    name: '5.2.1: the window of the connection applies to all streams',
    opening: [initial(2 ** 31 - 1)],
    request: post('/row', 'x'.repeat(200_000)),
    play: async (request) => {
      await stands(request, INITIAL);
      request.connection.send(windowUpdate(request.id, 1_000), windowUpdate(0, 5));
      await stands(request, INITIAL + 5);
      request.connection.send(windowUpdate(0, 200_000));
      await answerAtEnd(request);
    },
    answers: ['200 200000'],
    ends: OPEN,
  },
  {
    name: '6.9: a window that stays 0, and an early answer',
    opening: [initial(0)],
    request: post('/row', 'x'.repeat(1_000)),
    play: (request) => request.answer('ok'),
    answers: OK,
    ends: [...OPEN, 'RST cancel', 'RST noError'],
  },
  {
    name: '6.5.2: DATA in frames of at most 16,384 octets, with any MAX_FRAME_SIZE of the pod',
    opening: [
      settings([
        [SETTING.maxFrame, 2 ** 24 - 1],
        [SETTING.initialWindow, 2 ** 20],
      ]),
    ],
    request: post('/row', 'x'.repeat(50_000)),
    play: answerAtEnd,
    answers: ['200 50000'],
    ends: OPEN,
  },
];

const padded = (id: number) =>
  frame(FRAME.data, FLAG.padded, id, Buffer.concat([Buffer.of(254), Buffer.alloc(255)]));

const DOWNLOADS: readonly PodRow[] = [
  {
    name: '6.9: the router raises its windows as clients read',
    play: async ({ connection, id }) => {
      connection.send(headers(id, [...HEAD, ['content-length', '1638400']], 'more'));
      await new Upload(connection).send(
        id,
        times(100, (at) => data(id, Buffer.alloc(16_384, 'x'), at === 99 ? 'end' : 'more')),
      );
    },
    answers: [`200 ${'x'.repeat(1_638_400)}`],
    ends: OPEN,
  },
  {
    name: '6.1: padding counts, and the router gives it back',
    play: async ({ connection, id }) => {
      connection.send(headers(id, HEAD, 'more'));
      const upload = new Upload(connection);
      await upload.send(
        id,
        times(4_500, () => padded(id)),
      );
      await upload.send(id, [data(id, 'ok', 'end')]);
    },
    answers: [`200 ${'\0'.repeat(4_500)}ok`],
    ends: OPEN,
  },
  {
    name: '6.9: the router gives back DATA of streams that clients have left',
    does: async ({ pod, client, to }) => {
      for (let at = 0; at < 25; at += 1) {
        using left = await client();
        void left.send(to(get('/left')));
        await left.head();
        left.reset();
        const connection = pod.connections[0] as PodConnection;
        const resets = () => connection.frames.filter(({ type }) => type === FRAME.reset).length;
        await connection.until('a reset', () => resets() > at || undefined);
      }
    },
    play: leftOrWhole(),
    answers: [`200 ${'x'.repeat(1_638_400)}`],
    ends: ['RST cancel'],
  },
];

/** KiB of DATA: more than all windows, and more than the kernel queues for a client that does not read. */
const FLOOD = 24 * 1024;

/** A pod exceeds its windows while the client does not read: the router resets the stream and does not hold the bytes. */
const OVERRUN: PodRow = {
  name: '6.9.1: DATA above every window, for a client that does not read',
  does: async ({ client, pod, to }) => {
    using slow = await client();
    slow.socket.pause();
    void slow.send(to(get('/flood')));
    const [connection] = pod.connections as [PodConnection];
    const isOver = () => connection.frames.some(({ type }) => type === FRAME.reset || type === FRAME.goaway);
    await connection.until('the end of the stream', () => isOver() || connection.ended || undefined);
  },
  play: ({ connection, id, path, answer }) => {
    if (path !== '/flood') return answer('ok');
    connection.send(headers(id, HEAD, 'more'), ...times(FLOOD / 16, () => data(id, Buffer.alloc(16_384))));
  },
  answers: OK,
  ends: wasReset('flowControlError'),
};

/** Answers /left with nearly one window of DATA; other requests with more than the connection's window, which the router must give back. */
function leftOrWhole(): PodRow['play'] {
  const uploads = new WeakMap<PodConnection, Upload>();
  return async ({ connection, id, path }) => {
    const upload = uploads.get(connection) ?? new Upload(connection);
    uploads.set(connection, upload);
    connection.send(headers(id, HEAD, 'more'));
    const count = path === '/left' ? 4 : 100;
    const size = path === '/left' ? 16_000 : 16_384;
    await upload.send(
      id,
      times(count, (at) => data(id, Buffer.alloc(size, 'x'), at === 99 ? 'end' : 'more')),
    );
  };
}

export const POD_FLOW_ROWS: readonly PodRow[] = [...UPLOADS, ...DOWNLOADS, OVERRUN];
