import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { LoopTurn } from '../../src/proxy/bytes/loop-turn.ts';
import { SocketWriter } from '../../src/proxy/bytes/socket-writer.ts';
import { MAX_JOINED_BYTES } from '../../src/proxy/bytes/write-parts.ts';

function recorded() {
  const writes: string[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      writes.push(chunk.toString('latin1'));
      done();
    },
    writev: (chunks, done) => {
      writes.push(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)).toString('latin1'));
      done();
    },
  });
  return { writes, stream, writer: new SocketWriter(stream, new LoopTurn()) };
}

const part = (text: string) => ({ text, buf: Buffer.from('<body>'), start: 1, end: 5, tail: '.' });

test('the parts of one turn of the loop are sent in one write, in order, at its end', async () => {
  const { writes, writer } = recorded();
  writer.writeText('head ');
  writer.write(part('a'));
  writer.write(part('\xe9'));
  assert.deepEqual(writes, []);
  assert.equal(writer.waiting, 'head abody.\xe9body.'.length);
  await turnEnds();
  assert.deepEqual(writes, ['head abody.\xe9body.']);
  assert.equal(writer.waiting, 0);
  writer.writeText('next');
  await turnEnds();
  assert.deepEqual(writes.slice(1), ['next']);
});

test('the size of a waiting piece is bounded', () => {
  const { writes, writer } = recorded();
  writer.writeText('x'.repeat(MAX_JOINED_BYTES - 1));
  writer.writeText('yy');
  assert.deepEqual(writes, ['x'.repeat(MAX_JOINED_BYTES - 1)]);
  assert.equal(writer.waiting, 2);
});

test('a large part is sent immediately, together with the parts that waited before it', async () => {
  const { writes, writer } = recorded();
  const buf = Buffer.alloc(MAX_JOINED_BYTES + 1, 'z');
  writer.writeText('head ');
  writer.write({ text: 'size ', buf, start: 0, end: buf.length, tail: '!' });
  assert.deepEqual(writes, [`head size ${buf.toString()}!`]);
  await turnEnds();
  assert.equal(writes.length, 1);
});

test('a stream in memory may keep the chunks it gets, so it gets copies', () => {
  const kept: Buffer[] = [];
  const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    kept.push(chunk);
    done();
  };
  const writer = new SocketWriter(new Duplex({ read: () => undefined, write }), new LoopTurn());
  const buf = Buffer.alloc(MAX_JOINED_BYTES + 1, 'z');
  assert.equal(writer.write({ text: '', buf, start: 0, end: buf.length, tail: '' }), false);
  buf.fill('?');
  assert.equal(Buffer.concat(kept).toString(), 'z'.repeat(MAX_JOINED_BYTES + 1));
});

test('an end is sent after the waiting parts; a destroyed stream gets no more bytes', async () => {
  const ended = recorded();
  ended.writer.writeText('last');
  await new Promise<void>((resolve) => ended.writer.end(resolve));
  assert.deepEqual(ended.writes, ['last']);

  const gone = recorded();
  gone.writer.writeText('never');
  gone.stream.destroy();
  await turnEnds();
  assert.deepEqual(gone.writes, []);
});
