import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { epochOf, ticketKey, TicketKeys } from '../../src/control/ticket-keys.ts';
import { openLog } from '../../src/telemetry/logger.ts';

const HOUR = 3_600_000;
const { logger } = openLog(2, { level: 'silent', terminal: false });

async function firstKey(
  file: string,
): Promise<{ readonly key: Uint8Array | undefined; readonly problem: string | undefined }> {
  let key: Uint8Array | undefined;
  const problem = await new TicketKeys({ file, logger, changed: (next) => (key = next) }).start();
  return { key, problem };
}

test('replicas with the same secret have the same key, which changes in every epoch (TL-19)', () => {
  const secret = randomBytes(32);
  const now = 1_000 * HOUR;
  const key = ticketKey(secret, epochOf(now));
  assert.equal(key.length, 48);
  assert.deepEqual(
    ticketKey(Buffer.from(secret), epochOf(now + 6 * HOUR)),
    ticketKey(secret, epochOf(now + 1)),
  );
  assert.notDeepEqual(ticketKey(secret, epochOf(now + 12 * HOUR)), key);
  assert.notDeepEqual(ticketKey(randomBytes(32), epochOf(now)), key);
});

test('without a secret the key is random', async () => {
  const [one, other] = [await firstKey(''), await firstKey('')];
  assert.equal(one.key?.length, 48);
  assert.notDeepEqual(one.key, other.key);
});

test('a secret is read from its file, and a file without one is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-'));
  try {
    const file = join(folder, 'secret');
    assert.match(
      (await firstKey(file)).problem ?? '',
      /TLS_TICKET_SECRET_FILE=".*": expected a file that can be read \(ENOENT\)/,
    );
    await writeFile(file, randomBytes(31));
    assert.match(
      (await firstKey(file)).problem ?? '',
      /expected a file of 32 to 65536 random bytes, found 31/,
    );
    const secret = randomBytes(32);
    await writeFile(file, secret);
    assert.deepEqual((await firstKey(file)).key, ticketKey(secret, epochOf(Date.now())));
  } finally {
    await rm(folder, { recursive: true });
  }
});
