import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aborted, Listener, TOKEN, TokenFile } from './listener.ts';

test('a request is reported after its answer, and the report contains no secret', async () => {
  await using file = await TokenFile.write();
  await using listener = await Listener.start({ access: { token: file.token } });
  const authorization = `Bearer ${TOKEN}`;
  await listener.request('/data?host=a.example.com&path=/p%3Fcard%3D1&header=Cookie:%20secret&x=secret', {
    authorization,
    cookie: 'secret',
    'x-team-key': 'secret',
  });
  await listener.request('/data', { host: 'evil.example' });
  await listener.request('/data', {}, 'DELETE');
  await listener.request('/secret?host=a', { authorization });
  assert.deepEqual(
    listener.asked.map(({ stage, peer, method, path, about, status }) => [
      stage,
      peer,
      method,
      path,
      about,
      status,
    ]),
    [
      ['answered', '127.0.0.1', 'GET', '/data', { host: 'a.example.com', path: '/p' }, 200],
      ['answered', '127.0.0.1', 'GET', '/data', {}, 403],
      ['answered', '127.0.0.1', 'DELETE', '/data', {}, 401],
      ['answered', '127.0.0.1', 'GET', '', { host: 'a' }, 404],
    ],
  );
  assert.doesNotMatch(JSON.stringify(listener.asked), /secret|card/);
});

test('a stream is reported when it begins and when it has ended', async () => {
  await using listener = await Listener.start();
  const { socket } = await listener.stream();
  assert.deepEqual(
    listener.asked.map(({ stage, status }) => [stage, status]),
    [['began', 200]],
  );
  socket.destroy();
  await aborted(listener.streams[0]?.signal);
  assert.deepEqual(
    listener.asked.map(({ stage }) => stage),
    ['began', 'ended'],
  );
});

test('a report is short, even for a long request', async () => {
  await using listener = await Listener.start();
  await listener.request(`/data?host=${'x'.repeat(50_000)}&id=${'y'.repeat(10_000)}`);
  const about = listener.asked[0]?.about;
  assert.deepEqual([about?.['host']?.length, about?.['id']?.length], [256, 256]);
});
