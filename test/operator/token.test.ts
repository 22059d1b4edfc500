import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Listener, TOKEN, TokenFile } from './listener.ts';

async function statusOf(listener: Listener, path: string, authorization?: string): Promise<number> {
  const reply = await listener.request(path, authorization === undefined ? {} : { authorization });
  return reply.status;
}

test('with a token, every request needs it, except those for files of the page', async () => {
  await using file = await TokenFile.write();
  await using listener = await Listener.start({ access: { token: file.token } });
  assert.equal(await statusOf(listener, '/'), 200);
  assert.equal(await statusOf(listener, '/data', `Bearer ${TOKEN}`), 200);
  assert.equal(await statusOf(listener, '/data', `bearer  ${TOKEN}`), 200);
  for (const path of ['/data', '/events', '/nothing', '/throws'])
    assert.equal(await statusOf(listener, path), 401);
  assert.equal(listener.errors.length, 0, 'no page ran');
  const { headers, body } = await listener.request('/data');
  assert.equal(headers['www-authenticate'], 'Bearer');
  assert.equal(headers.connection, 'close');
  assert.equal(body.includes(TOKEN), false);
});

const WRONG: readonly string[] = [
  `Bearer ${TOKEN.slice(1)}`,
  `Bearer ${TOKEN}x`,
  `Bearer ${TOKEN.toUpperCase()}`,
  `Bearer ${TOKEN} ${TOKEN}`,
  `Bearer x, Bearer ${TOKEN}`,
  `Basic ${TOKEN}`,
  `Basic ${Buffer.from(`:${TOKEN}`).toString('base64')}`,
  TOKEN,
  'Bearer ',
  '',
];

for (const authorization of WRONG) {
  test(`no token: ${JSON.stringify(authorization)}`, async () => {
    await using file = await TokenFile.write();
    await using listener = await Listener.start({ access: { token: file.token } });
    assert.equal(await statusOf(listener, '/data', authorization), 401);
  });
}

test('a request with two Authorization fields is refused', async () => {
  await using file = await TokenFile.write();
  await using listener = await Listener.start({ access: { token: file.token } });
  const line = `Authorization: Bearer ${TOKEN}\r\n`;
  const { reader } = await listener.raw(`GET /data HTTP/1.1\r\nHost: localhost\r\n${line}${line}\r\n`);
  assert.match((await reader.readHead())?.start ?? '', / 401 /);
});

for (const name of ['token', 'access_token', 'authorization']) {
  test(`a token in the query, which histories and logs would store, is refused: ${name}`, async () => {
    await using file = await TokenFile.write();
    await using listener = await Listener.start({ access: { token: file.token } });
    for (const path of ['/', '/data', '/events']) {
      const reply = await listener.request(`${path}?${name}=${TOKEN}`, { authorization: `Bearer ${TOKEN}` });
      assert.equal(reply.status, 400);
      assert.equal(reply.body.includes(TOKEN), false);
    }
    assert.equal(JSON.stringify(listener.asked).includes(TOKEN), false);
  });
}

test('a changed file takes effect immediately, regardless of how it is replaced', async () => {
  await using file = await TokenFile.write();
  await using listener = await Listener.start({ access: { token: file.token } });
  const other = 'another-token-of-32-characters--';
  await writeFile(file.path, other);
  assert.equal(await statusOf(listener, '/data', `Bearer ${TOKEN}`), 401);
  assert.equal(await statusOf(listener, '/data', `Bearer ${other}`), 200);
  // The kubelet renews a mounted Secret in this way: a new link replaces the old one.
  await writeFile(`${file.path}.1`, `${TOKEN}\r\n`);
  await symlink(`${file.path}.1`, `${file.path}.new`);
  await rename(`${file.path}.new`, file.path);
  assert.equal(await statusOf(listener, '/data', `Bearer ${TOKEN}`), 200);
});

const UNUSABLE: Readonly<Record<string, string>> = {
  empty: '',
  'one line feed': '\n',
  short: 'short',
  'of several words': 'two words of a token',
  'of two lines': `${TOKEN}\n${TOKEN}\n`,
  'with a space at its end': `${TOKEN} `,
  'not of ASCII': `${TOKEN}é`,
  'with NUL': `${TOKEN}\0`,
  'that is too long': 'x'.repeat(4_097),
};

for (const [name, text] of Object.entries(UNUSABLE)) {
  test(`with an unusable file no request is admitted: ${name}`, async () => {
    await using file = await TokenFile.write(text);
    await using listener = await Listener.start({ access: { token: file.token } });
    const printable = text.replaceAll(/[^\x20-\x7e]/g, '').trim();
    for (const given of [printable, TOKEN, ''])
      assert.equal(await statusOf(listener, '/data', `Bearer ${given}`), 503);
    assert.match((await file.token.problem()) ?? '', /^OPERATOR_TOKEN_FILE: expected a readable file/);
  });
}

test('a token may be as long as the limit of a request head allows', async () => {
  const long = 'x'.repeat(4_096);
  await using file = await TokenFile.write(`${long}\n`);
  await using listener = await Listener.start({ access: { token: file.token } });
  assert.equal(await statusOf(listener, '/data', `Bearer ${long}`), 200);
});

test('without the file, or with anything but a file at its path, no request is admitted', async () => {
  await using file = await TokenFile.write();
  await using listener = await Listener.start({ access: { token: file.token } });
  await file.remove();
  assert.equal(await statusOf(listener, '/data', `Bearer ${TOKEN}`), 503);
  await mkdir(file.path);
  assert.equal(await statusOf(listener, '/data', `Bearer ${TOKEN}`), 503);
  await rename(file.path, `${file.path}.folder`);
  // Opening a FIFO without a writer would block.
  await promisify(execFile)('mkfifo', [file.path]);
  assert.equal(await statusOf(listener, '/data', `Bearer ${TOKEN}`), 503);
  assert.equal(await statusOf(listener, '/'), 200);
});
