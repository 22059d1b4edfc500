/** SETTINGS of pods, and their maximum number of open streams (RFC 9113 sections 5.1.2 and 6.5). */
import assert from 'node:assert/strict';
import { FLAG, FRAME, frame, SETTING, settings } from '../../fixtures/http2/frames.ts';
import { OK, OPEN } from '../../fixtures/http2/pod-answers.ts';
import type { PodRow } from '../../fixtures/http2/pod-conformance.ts';
import type { PodConnection, RawHttp2Pod } from '../../fixtures/http2/raw-http2-pod.ts';

const streams = (count: number) => settings([[SETTING.maxStreams, count]]);
const acknowledged = (connection: PodConnection) =>
  connection.frame('an acknowledgement', ({ type, flags }) => type === FRAME.settings && flags === FLAG.ack);

const connectionsAre = (count: number) => (pod: RawHttp2Pod) => assert.equal(pod.connections.length, count);

const STREAMS: readonly PodRow[] = [
  {
    name: '5.1.2: a maximum of one stream: the second request uses another connection',
    opening: [streams(1)],
    play: (request) => {
      assert.equal(request.connection.index, 1);
      request.answer('ok');
    },
    answers: OK,
    ends: OPEN,
    after: connectionsAre(2),
  },
  {
    name: '5.1.2: a maximum of 0 streams at first: requests wait until it is raised',
    opening: [streams(0)],
    begins: async (connection) => {
      await acknowledged(connection);
      connection.send(streams(10));
    },
    play: (request) => request.answer('ok'),
    answers: OK,
    ends: OPEN,
    after: connectionsAre(1),
  },
  {
    name: '5.1.2: a maximum below the number of open streams: these continue',
    play: async (request) => {
      request.connection.send(streams(1));
      await request.connection.roundTrip();
      request.answer('ok');
    },
    answers: OK,
    ends: OPEN,
  },
  {
    name: '5.1.2: a maximum lowered to 0: open streams continue, and the next request uses another connection',
    play: async (request) => {
      request.connection.send(streams(0));
      await request.connection.roundTrip();
      request.answer('ok');
    },
    answers: OK,
    ends: OPEN,
    after: connectionsAre(2),
  },
];

const SETTINGS: readonly PodRow[] = [
  {
    name: '6.7: PING is acknowledged with its octets',
    play: async (request) => {
      const { connection } = request;
      connection.send(frame(FRAME.ping, 0, 0, Buffer.from('12345678')));
      const { flags, payload } = await connection.frame('an answer', ({ type }) => type === FRAME.ping);
      assert.equal(`${flags} ${payload.toString()}`, `${FLAG.ack} 12345678`);
      request.answer('ok');
    },
    answers: OK,
    ends: OPEN,
  },
  {
    name: '6.5.3: SETTINGS are acknowledged, each once',
    play: async (request) => {
      const { connection } = request;
      const acks = () =>
        connection.frames.filter(({ type, flags }) => type === FRAME.settings && flags === FLAG.ack).length;
      const before = acks();
      connection.send(settings([]), settings([[SETTING.initialWindow, 1_000]]), settings([]));
      await connection.until('3 acknowledgements', () => acks() === before + 3 || undefined);
      request.answer('ok');
    },
    answers: OK,
    ends: OPEN,
  },
  {
    name: '4.3.1: the next block announces a smaller header table, and uses it',
    play: async (request) => {
      const { connection } = request;
      const acks = () =>
        connection.frames.filter(({ type, flags }) => type === FRAME.settings && flags === FLAG.ack).length;
      const before = acks();
      connection.send(settings([[SETTING.headerTableSize, 0]]));
      await connection.until('an acknowledgement', () => acks() > before || undefined);
      connection.decoder.limit = 0;
      request.answer('ok');
    },
    answers: OK,
    ends: OPEN,
    after: ({ connections }) => {
      const last = connections[0]?.frames.findLast(({ type }) => type === FRAME.headers);
      assert.equal(last?.payload[0], 0x20, 'a table size update of 0');
    },
  },
  {
    name: '6.5.2: MAX_HEADER_LIST_SIZE is advice',
    opening: [settings([[SETTING.maxHeaderList, 1]])],
    play: (request) => request.answer('ok'),
    answers: OK,
    ends: OPEN,
  },
];

export const POD_SETTINGS_ROWS: readonly PodRow[] = [...STREAMS, ...SETTINGS];
