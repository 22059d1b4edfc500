import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { LineSink } from '../../src/telemetry/line-sink.ts';

class Folder {
  readonly #path = mkdtempSync(join(tmpdir(), 'podway-test-'));
  readonly #open: number[] = [];

  get file(): string {
    return join(this.#path, 'log');
  }

  openFile(): number {
    return this.#opened(openSync(this.file, 'a'));
  }

  /** Opens both ends of the pipe as one descriptor; reads do not block. */
  openPipe(): number {
    execFileSync('mkfifo', [this.file]);
    return this.#opened(openSync(this.file, constants.O_RDWR | constants.O_NONBLOCK));
  }

  #opened(fd: number): number {
    this.#open.push(fd);
    return fd;
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open) closeSync(fd);
    rmSync(this.#path, { recursive: true });
  }
}

function countingSink(fd: number, limit: number) {
  let dropped = 0;
  const sink = new LineSink(fd, {
    limit,
    onDropped: () => {
      dropped += 1;
    },
  });
  return { sink, dropped: () => dropped };
}

/** Lines of ten characters, numbered. */
function line(index: number): string {
  return `${String(index).padStart(9, '0')}\n`;
}

test('lines are written whole and in order, also those that wait at the end', async () => {
  using folder = new Folder();
  const { sink, dropped } = countingSink(folder.openFile(), 1_000_000);
  const expected = Array.from({ length: 3_000 }, (_, index) => line(index));
  for (const text of expected.slice(0, 2_000)) sink.write(text);
  while (readFileSync(folder.file).length < 20_000) await turn();
  for (const text of expected.slice(2_000)) sink.write(text);
  sink.flush();
  assert.equal(readFileSync(folder.file, 'utf8'), expected.join(''));
  assert.equal(dropped(), 0);
});

test('when a pipe is not read, lines are dropped and the writer never waits; a reader who resumes gets whole lines', async () => {
  using folder = new Folder();
  const pipe = folder.openPipe();
  const { sink, dropped } = countingSink(pipe, 20_000);
  for (let index = 0; index < 20_000; index += 1) {
    sink.write(line(index));
    if (index % 400 === 0) await turn();
  }
  sink.flush();
  assert.ok(dropped() > 5_000);
  let read = '';
  const expected = (20_000 - dropped()) * 10;
  const chunk = Buffer.alloc(65_536);
  while (read.length < expected) {
    try {
      read += chunk.toString('latin1', 0, readSync(pipe, chunk));
    } catch {
      await sleep(5);
    }
  }
  const numbers = read.trimEnd().split('\n').map(Number);
  assert.ok(numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0)));
});

test('a reader that has closed its end causes no error', async () => {
  using folder = new Folder();
  execFileSync('mkfifo', [folder.file]);
  const reader = openSync(folder.file, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(folder.file, constants.O_WRONLY);
  const { sink, dropped } = countingSink(writer, 20_000);
  closeSync(reader);
  while (dropped() === 0) {
    sink.write(line(1));
    await turn();
  }
  sink.flush();
  closeSync(writer);
});
