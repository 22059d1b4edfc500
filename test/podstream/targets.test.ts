import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readDialRefusal } from '../../src/podstream/dial-refusal.ts';
import { codeOfFailure, readExitStatus } from '../../src/podstream/exit-status.ts';
import { commandTarget, nameProblem } from '../../src/podstream/pod-target.ts';
import { FORWARD_PROTOCOLS } from '../../src/podstream/port-forward.ts';
import { chosenProtocol, COMMAND_PROTOCOLS } from '../../src/podstream/subprotocol.ts';
import { redrawingSizes, resizeMessage, terminalSize } from '../../src/podstream/terminal-size.ts';

const STREAMS = { stdin: true, stdout: true, stderr: false, tty: true };

test('an exec request names only the streams that are used, and every argument unchanged', () => {
  const target = { namespace: 'shop', pod: 'web-0', container: 'app' };
  assert.equal(
    commandTarget(target, STREAMS, ['sh', '-c', 'echo a&b=c + "x y"']),
    '/api/v1/namespaces/shop/pods/web-0/exec?command=sh&command=-c&command=echo+a%26b%3Dc+%2B+%22x+y%22' +
      '&container=app&stdin=true&stdout=true&tty=true',
  );
  assert.equal(
    commandTarget({ ...target, container: undefined }, STREAMS),
    '/api/v1/namespaces/shop/pods/web-0/attach?stdin=true&stdout=true&tty=true',
  );
});

test('arguments of any text arrive unchanged', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (command) => {
      const target = commandTarget({ namespace: 'a', pod: 'b', container: undefined }, STREAMS, command);
      assert.deepEqual(new URL(target, 'http://x').searchParams.getAll('command'), command);
    }),
  );
});

test('every text that is accepted as a name is a path segment without escaping', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (pod) => {
      if (nameProblem({ namespace: 'a', pod, container: undefined }) === undefined)
        assert.match(pod, /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);
    }),
  );
});

test('the exit code of a command that did not run distinguishes a missing program from one that cannot run', () => {
  const rows: readonly (readonly [string, number])[] = [
    ['exec: "nope": executable file not found in $PATH: unknown', 127],
    ['exec: "/bin/nope": stat /bin/nope: no such file or directory: unknown', 127],
    ['exec: "/etc/passwd": permission denied: unknown', 126],
    ['exec /app: exec format error', 126],
    [
      'failed to start exec "3f": OCI runtime exec failed: exec failed: cannot exec in a stopped container',
      126,
    ],
    ['error dialing backend: dial tcp 10.0.0.1:10250: i/o timeout', 125],
    ['container not found ("app")', 125],
  ];
  for (const [message, code] of rows) assert.equal(codeOfFailure(message), code, message);
});

test('any bytes of a Status or a refusal are read, and the text that is shown is printable', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      const status = readExitStatus(bytes);
      assert.notEqual(status.kind, 'exited');
      const { text } = readDialRefusal(bytes);
      assert.match(text, /^[\x20-\x7e]{1,1027}$/);
    }),
  );
});

test('refusals of container runtimes are classified', () => {
  const rows: readonly (readonly [string, string])[] = [
    [
      'IPv4: dial tcp4 127.0.0.1:9: connect: connection refused IPv6: dial tcp6 [::1]:9: connect: connection refused',
      'refused',
    ],
    ['failed to find sandbox "ab" in store: not found', 'pod-gone'],
    ['network namespace for sandbox "ab" is closed', 'pod-gone'],
    ['dial tcp4 127.0.0.1:9: i/o timeout', 'timeout'],
    [
      'network namespace "/run/n": read tcp4 127.0.0.1:4->127.0.0.1:9: read: connection reset by peer',
      'broken',
    ],
    ['write tcp4 127.0.0.1:4->127.0.0.1:9: i/o timeout', 'broken'],
    ['something else', 'other'],
  ];
  for (const [text, kind] of rows) assert.equal(readDialRefusal(Buffer.from(text)).kind, kind, text);
});

test('a running program gets a change of size, and then the size', () => {
  const sizes = redrawingSizes({ columns: 80, rows: 24 }).map((it) =>
    Buffer.from(resizeMessage(it)).toString(),
  );
  assert.deepEqual(sizes, ['{"Width":81,"Height":25}', '{"Width":80,"Height":24}']);
  assert.deepEqual(terminalSize({ columns: 65_536, rows: 1 }), { columns: 1_000, rows: 1 });
});

test('only a protocol that was offered is accepted, compared exactly', () => {
  const [v5, v4] = COMMAND_PROTOCOLS;
  assert.deepEqual(chosenProtocol(COMMAND_PROTOCOLS, v5), { protocol: v5 });
  assert.deepEqual(chosenProtocol(FORWARD_PROTOCOLS, v4), { protocol: v4 });
  for (const answered of [undefined, '', v5, 'V4.channel.k8s.io', `${v4}, ${v4}`, 'channel.k8s.io'])
    assert.ok('problem' in chosenProtocol(FORWARD_PROTOCOLS, answered), String(answered));
});
