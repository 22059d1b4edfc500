import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequestUrl } from '../../src/cli/operator/request-url.ts';
import { run } from './plugin-scene.ts';

const MISUSED: Readonly<Record<string, readonly string[]>> = {
  'expected one host at most': ['routes', 'a', 'b'],
  'expected a host, not a/b': ['routes', 'a/b'],
  'expected text, wide or json for -o, not yaml': ['routes', '-o', 'yaml'],
  'expected http://HOST:PORT or https://HOST:PORT for --url': ['routes', '--url', 'localhost:9909'],
  'expected one of --url and --namespace: podway does not search a cluster with --url': [
    'routes',
    '--url',
    'http://a',
    '-n',
    'b',
  ],
  'expected one of -n and -A': ['routes', '-A', '-n', 'b'],
  'expected a port from 1 to 65535 for --port': ['routes', '--port', '70000'],
  "malformed selector: expected an operator, found '('": ['routes', '-l', 'a ('],
  'the namespace is not a DNS label (a-z, 0-9 and inner hyphens, at most 63)': [
    'routes',
    '-n',
    '../kube-system',
  ],
  "Unknown option '--key'": ['explain', '--key=secret', 'http://a/'],
  'expected one URL, or --id': ['explain'],
  'expected --id alone, or a URL': ['explain', '--id', 'a', 'http://a/'],
  'expected the id of a request (X-Request-Id) for --id': ['explain', '--id', 'a b'],
  'expected http://HOST/PATH or https://HOST/PATH': ['explain', 'ftp://a/'],
  'expected http://HOST/PATH or https://HOST/PATH, and credentials with -H @FILE': [
    'explain',
    'http://u:p@a/',
  ],
  'expected a method such as POST for -X': ['explain', '-X', 'A B', 'http://a/'],
  'expected an IP address for --peer': ['explain', '--peer', 'localhost', 'http://a/'],
  'expected a revision for --at': ['explain', '--at', '7x', 'http://a/'],
  "expected 'Name: value' or @FILE for -H": ['explain', '-H', 'Cookie', 'http://a/'],
  'expected the host in the URL, not as a field': ['explain', '-H', 'Host: b', 'http://a/'],
  'expected the key in a file (--key-file), not as the field X-Routing_Api.Key': [
    'explain',
    '-H',
    'X-Routing_Api.Key: secret',
    'http://a/',
  ],
  'stdin can be read once': ['explain', '-H', '@-', '--key-file', '-', 'http://a/'],
  'expected 403, 4xx, 5xx or 0 for --status': ['answers', '--status', '9'],
  'expected a number from 1 to 1000 for --limit': ['answers', '--limit', '0'],
  'expected no argument: --host HOST selects the host': ['tail', 'a'],
  'expected a revision for --since': ['history', '--since', 'yesterday'],
};

for (const [problem, args] of Object.entries(MISUSED)) {
  test(`misused: ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await run(args);
    assert.equal(stderr, `podway ${args[0]}: ${problem} (podway ${args[0]} --help)\n`);
    assert.deepEqual([code, stdout], [2, '']);
    assert.doesNotMatch(stderr, /secret/);
  });
}

test('every command prints its flags', async () => {
  for (const name of ['routes', 'explain', 'answers', 'history', 'tail']) {
    const { code, stdout } = await run([name, '--help']);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^podway ${name} [^]*--kubeconfig FILE`));
  }
});

const URLS: Readonly<Record<string, readonly [host: string, target: string, secure: boolean]>> = {
  'http://a': ['a', '/', false],
  'a.example.com:8080/x': ['a.example.com:8080', '/x', false],
  'HTTPS://a/..//b/%2e%2F?c=d?e#f': ['a', '/..//b/%2e%2F?c=d?e', true],
  'https://[2001:db8::1]:8443?a': ['[2001:db8::1]:8443', '/?a', true],
  'http://bücher.example/ü ö?ß': ['xn--bcher-kva.example', '/%C3%BC%20%C3%B6?%C3%9F', false],
  'wss://a/socket': ['a', '/socket', true],
};

for (const [text, [host, target, secure]] of Object.entries(URLS)) {
  test(`a URL as a client sends it: ${text}`, () => {
    assert.deepEqual(readRequestUrl(text), { host, target, secure });
  });
}
