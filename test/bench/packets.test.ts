import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forwardingTimes } from '../../bench/load/forwarding-times.ts';
import { segments } from '../../bench/load/packets.ts';

const PROXY = 8080;
const ORIGIN = 20_000;

/** Microseconds, source and destination port, data. */
type Sent = readonly [number, number, number, string];

function packet([time, from, to, data]: Sent): Buffer {
  const bytes = Buffer.alloc(16 + 14 + 20 + 32 + data.length);
  const ip = 16 + 14;
  const tcp = ip + 20;
  bytes.writeUInt32LE(Math.floor(time / 1e6), 0);
  bytes.writeUInt32LE(Math.round((time % 1e6) * 1e3), 4);
  bytes.writeUInt32LE(bytes.length - 16, 8);
  bytes.writeUInt32LE(bytes.length - 16, 12);
  bytes.writeUInt16BE(0x0800, 16 + 12);
  bytes.writeUInt8(0x45, ip);
  bytes.writeUInt16BE(bytes.length - ip, ip + 2);
  bytes.writeUInt8(6, ip + 9);
  bytes.writeUInt16BE(from, tcp);
  bytes.writeUInt16BE(to, tcp + 2);
  bytes.writeUInt8(0x80, tcp + 12);
  bytes.write(data, tcp + 32, 'latin1');
  return bytes;
}

function capture(...sent: readonly Sent[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b23c4d, 0);
  header.writeUInt32LE(1, 20);
  return Buffer.concat([header, ...sent.map(packet)]);
}

const get = (number: number): string => `GET /small?${number} HTTP/1.1\r\nHost: a\r\n\r\n`;
const OK = 'HTTP/1.1 200 OK\r\n\r\n';

test('segments with data are read with their time and ports; an acknowledgement is left out', () => {
  const file = capture([1_700_000_000_000_000, 40_000, PROXY, get(1)], [5, PROXY, 40_000, '']);
  const [first, ...rest] = segments(file);
  assert.deepEqual(
    [first?.time, first?.from, first?.to, first?.head.slice(0, 12)],
    [1_700_000_000_000_000, 40_000, PROXY, 'GET /small?1'],
  );
  assert.deepEqual(rest, []);
});

test('a packet that tcpdump wrote only in part is left out', () => {
  const file = capture([1, 40_000, PROXY, get(1)], [2, 40_000, PROXY, get(2)]);
  assert.equal([...segments(file.subarray(0, -1))].length, 1);
});

test('a file in another format is refused', () => {
  for (const file of [Buffer.alloc(0), Buffer.alloc(24), capture().fill(7, 20, 21)])
    assert.throws(() => [...segments(file)], /expected a capture/);
});

test('only the time inside the proxy counts, in both directions', () => {
  const exchange: Sent[] = [
    [100, 40_000, PROXY, get(1)],
    [130, 50_000, ORIGIN, get(1)],
    [9_130, ORIGIN, 50_000, OK],
    [9_135, PROXY, 40_000, OK],
  ];
  assert.deepEqual(forwardingTimes(segments(capture(...exchange)), PROXY, ORIGIN).at(0.5), [35]);
});

test('concurrent exchanges, and exchanges that follow each other on one connection, are distinguished', () => {
  const sent: Sent[] = [
    [100, 40_000, PROXY, get(1)],
    [101, 40_001, PROXY, get(2)],
    [110, 50_000, ORIGIN, get(2)],
    [120, 50_001, ORIGIN, get(1)],
    [200, ORIGIN, 50_000, OK],
    [202, PROXY, 40_001, OK],
    [300, 40_002, PROXY, get(3)],
    [303, 50_000, ORIGIN, get(3)],
    [400, ORIGIN, 50_001, OK],
    [404, PROXY, 40_000, OK],
    [500, ORIGIN, 50_000, OK],
    [505, PROXY, 40_002, OK],
  ];
  const times = forwardingTimes(segments(capture(...sent)), PROXY, ORIGIN);
  assert.equal(times.count, 3);
  assert.deepEqual(times.at(0, 0.5, 1), [8, 11, 24]);
});

test('a client of the proxy and the proxy itself may use the same port number', () => {
  const sent: Sent[] = [
    [100, 40_000, PROXY, get(1)],
    [101, 40_001, PROXY, get(2)],
    [110, 40_001, ORIGIN, get(1)],
    [120, 40_000, ORIGIN, get(2)],
    [200, ORIGIN, 40_001, OK],
    [205, PROXY, 40_000, OK],
    [300, ORIGIN, 40_000, OK],
    [301, PROXY, 40_001, OK],
  ];
  assert.deepEqual(forwardingTimes(segments(capture(...sent)), PROXY, ORIGIN).at(0, 1), [15, 20]);
});

test('an exchange without an answer is not counted', () => {
  const sent: Sent[] = [
    [100, 40_000, PROXY, get(1)],
    [110, 50_000, ORIGIN, get(1)],
  ];
  assert.equal(forwardingTimes(segments(capture(...sent)), PROXY, ORIGIN).count, 0);
});
