import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { samplesOf } from '../telemetry/exposition.ts';
import { startPodway } from './podway.ts';

/** What a container runtime hands over, and what a Node.js parent or journald does. */
const KINDS = ['pipe', 'socket'] as const;

/** More than a pipe (64 KiB), a socket (about 200 KiB) and the backlog (1 MiB) take, in lines of some 8 KiB. */
const REQUESTS = 400;
const LONG = `/${'x'.repeat(7_500)}`;

for (const kind of KINDS) {
  test(`PR-11: nobody reads stdout, a ${kind}: requests flow, lines are dropped and counted, SIGTERM ends it`, async () => {
    using unread = kind === 'pipe' ? namedPipe() : undefined;
    await using podway = await startPodway({
      manifests: {},
      stdout: unread?.fd ?? 'unread',
      env: { ACCESS_LOG: 'json', UNKNOWN_HOST: '404' },
    });
    await podway.until(200);
    for (let sent = 0; sent < REQUESTS; sent += 1) assert.equal((await podway.get(LONG)).status, 404);
    await podway.eventually(async () => {
      const samples = samplesOf((await podway.admin('/metrics')).body);
      assert.ok((samples.get('podway_access_log_lines_dropped_total') ?? 0) > 0);
    });
    podway.kill('SIGTERM');
    assert.equal((await podway.ended).code, 0);
  });
}

/** Held open for reading, so that writers find a reader, who never reads. */
function namedPipe(): { fd: number } & Disposable {
  const path = join(tmpdir(), `podway-test-${process.pid}.fifo`);
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  rmSync(path);
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}
