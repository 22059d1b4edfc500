import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { aborted, Listener, TOKEN, TokenFile } from './listener.ts';

const FIELD = `Authorization: Bearer ${TOKEN}\r\n`;

/** @param change changes the file while a stream is open that was admitted with its token */
async function endsAfter(change: (file: TokenFile) => Promise<void>): Promise<void> {
  await using file = await TokenFile.write();
  await using listener = await Listener.start({ access: { token: file.token }, limits: { heartbeat: 20 } });
  const { reader, start } = await listener.stream(FIELD);
  assert.match(start, / 200 /);
  await reader.readUntil(':\n\n');
  await change(file);
  await aborted(listener.streams[0]?.signal);
  await reader.ended;
}

test('a stream ends when its token is removed', () => endsAfter((file) => file.remove()));

test('a stream ends when its token is replaced', () =>
  endsAfter((file) => writeFile(file.path, 'another-token-of-32-characters--')));

test('a stream continues while its token stays the same', async () => {
  await using file = await TokenFile.write();
  await using listener = await Listener.start({ access: { token: file.token }, limits: { heartbeat: 5 } });
  const { reader } = await listener.stream(FIELD);
  for (let beats = 0; beats < 5; beats += 1) await reader.readUntil(':\n\n');
  await writeFile(file.path, `${TOKEN}\r\n`);
  for (let beats = 0; beats < 5; beats += 1) await reader.readUntil(':\n\n');
  assert.equal(reader.ending, undefined);
});
