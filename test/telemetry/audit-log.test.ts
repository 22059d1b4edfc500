import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AuditedQuestion, AuditLog } from '../../src/telemetry/audit-log.ts';
import { samplesOf, textOf } from './exposition.ts';

const QUESTION: AuditedQuestion = {
  stage: 'answered',
  peer: '127.0.0.1',
  method: 'GET',
  path: '/explain',
  about: { host: 'shop.example.com' },
  status: 200,
  duration: 12.5,
};

/** A log in memory, with a clock that the test advances. */
class MemoryLog {
  now = Date.UTC(2026, 0, 2, 3, 4, 5);
  text = '';
  /** Whether the writer accepts lines. */
  accepts = true;
  readonly log = new AuditLog({
    now: () => this.now,
    write: (lines) => {
      if (this.accepts) this.text += lines;
      return this.accepts;
    },
  });

  get lines(): Record<string, unknown>[] {
    return this.text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async dropped(): Promise<number | undefined> {
    return samplesOf(await textOf(this.log.metrics())).get('podway_audit_lines_dropped_total');
  }
}

test('a request is one line, with the listener, the user and the subject', () => {
  const memoryLog = new MemoryLog();
  memoryLog.log.question('operator', QUESTION);
  assert.equal(
    memoryLog.text,
    '{"type":"audit","time":"2026-01-02T03:04:05.000Z","event":"question","stage":"answered","listener":"operator",' +
      '"client":"127.0.0.1","method":"GET","path":"/explain","about":{"host":"shop.example.com"},"status":200,"duration":0.0125}\n',
  );
});

test('terminals are written with all known facts, and refused users with their address', () => {
  const memoryLog = new MemoryLog();
  const subject = { terminal: 'ab12', user: 'jane', container: undefined, command: ['sh', '-c', '"'] };
  memoryLog.log.terminal('began', subject);
  memoryLog.log.terminal('ended', { ...subject, exit_code: 3 });
  memoryLog.log.terminalRefused('unauthorized', '10.0.0.1');
  const [began, ended, refused] = memoryLog.lines.map(({ time: _, type: __, ...rest }) => rest);
  const known = { event: 'terminal', terminal: 'ab12', user: 'jane', command: ['sh', '-c', '"'] };
  assert.deepEqual(began, { ...known, stage: 'began' });
  assert.deepEqual(ended, { ...known, stage: 'ended', exit_code: 3 });
  assert.deepEqual(refused, {
    event: 'terminal',
    stage: 'refused',
    client: '10.0.0.1',
    reason: 'unauthorized',
  });
});

test('hostile text stays text, on one line of printable ASCII with a bounded length (EX-15)', () => {
  const hostile = '"},{"type":"audit"}\n\r\u001b[2J\u202e\ud800\u009b é';
  const memoryLog = new MemoryLog();
  memoryLog.log.question('operator', {
    ...QUESTION,
    peer: hostile,
    method: hostile,
    path: hostile,
    about: { [hostile]: hostile, host: 'x'.repeat(5_000) },
  });
  memoryLog.log.terminal('ended', { user: hostile, command: [hostile], detail: 'y'.repeat(5_000) });
  assert.match(memoryLog.text, /^(?:[\x20-\x7e]+\n){2}$/);
  assert.ok(memoryLog.text.length < 8_000);
  const [question, terminal] = memoryLog.lines;
  assert.equal(question?.['method'], hostile);
  assert.deepEqual(terminal?.['command'], [hostile]);
});

test('requests above the rate are counted, the next line has their number, and terminals are always written (EX-15)', async () => {
  const memoryLog = new MemoryLog();
  for (let asked = 0; asked < 700; asked++) memoryLog.log.question('admin', QUESTION);
  assert.equal(memoryLog.lines.length, 500);
  assert.equal(await memoryLog.dropped(), 200);
  memoryLog.log.terminalRefused('ticket', '10.0.0.1');
  memoryLog.log.terminal('began', { terminal: 'ab12' });
  const [lost, began] = memoryLog.lines.slice(500);
  assert.deepEqual([lost?.['event'], lost?.['lines']], ['lost', 201]);
  assert.equal(began?.['stage'], 'began');
  memoryLog.now += 1_000;
  for (let asked = 0; asked < 200; asked++) memoryLog.log.question('admin', QUESTION);
  assert.equal(memoryLog.lines.length, 602, 'a hundred further lines after a second');
  memoryLog.now -= 60_000;
  memoryLog.log.question('admin', QUESTION);
  assert.equal(memoryLog.lines.length, 602, 'a clock that was set back adds no allowance');
  assert.equal(await memoryLog.dropped(), 302);
});

test('lines that are dropped because of a slow reader are counted, too', async () => {
  const memoryLog = new MemoryLog();
  memoryLog.accepts = false;
  memoryLog.log.terminal('began', { terminal: 'ab12' });
  memoryLog.log.question('admin', QUESTION);
  assert.equal(await memoryLog.dropped(), 2);
  memoryLog.accepts = true;
  memoryLog.log.question('admin', QUESTION);
  assert.deepEqual(
    memoryLog.lines.map(({ event, lines }) => [event, lines]),
    [
      ['lost', 2],
      ['question', undefined],
    ],
  );
});
