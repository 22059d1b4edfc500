import { answered, checkConversations, sees } from '../fixtures/conversation.ts';
import { checkExchanges, forwarded, get, head, type ExchangeCase } from '../fixtures/check.ts';

const HOST = 'Host: t.local';

function refused(name: string, send: string, status: number | readonly number[] = 400): ExchangeCase {
  return { name, send, status, after: 'closed' };
}

function served(name: string, send: string, target: string): ExchangeCase {
  const [method = ''] = send.trimStart().split(' ', 1);
  return { name, send, status: 200, origin: 'o1', upstream: forwarded(`${method} ${target}`), after: 'kept' };
}

const spec = { pods: [{ name: 'o1' }] };

await checkExchanges('a malformed request line is refused before any pod', spec, [
  refused('HTTP/0.9 (RL-01)', 'GET /\r\n\r\n'),
  refused('HTTP/2.0 (RL-02)', head('GET / HTTP/2.0', HOST), [400, 505]),
  ...['HTTP/1.2', 'HTTP/1.32', 'HTTP/9.9', 'http/1.1', 'HTTP/\r\r1.1', 'HTTP/01.1', 'HTTP/1'].map((version) =>
    refused(`version ${JSON.stringify(version)} (RL-03)`, head(`GET / ${version}`, HOST), [400, 505]),
  ),
  refused('HTTP/2 preface (RL-04)', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', [400, 505]),
  refused('two spaces (RL-06)', head('GET  / HTTP/1.1', HOST)),
  refused('trailing space (RL-07)', head('GET / HTTP/1.1 ', HOST)),
  refused('tab (RL-07)', head('GET\t/ HTTP/1.1', HOST)),
  refused('LF in the line (RL-07)', `GET /\nHTTP/1.1\r\n${HOST}\r\n\r\n`),
  refused('space in the target (RL-08)', head('GET /a b HTTP/1.1', HOST)),
  ...['\x00', '\x01', '\x7f', '\t'].map((byte) =>
    refused(`${JSON.stringify(byte)} in the target (RL-11)`, head(`GET /a${byte} HTTP/1.1`, HOST)),
  ),
  refused('overlong UTF-8 in the target (RL-12)', head('GET /\xc0\xae/ HTTP/1.1', HOST)),
  refused('fragment (RL-13)', get('/a#b')),
  refused('fragment in absolute form (RL-13)', get('http://t.local#f')),
  refused('backslash (RL-14)', get('/a\\..\\b')),
  ...['foo', 'admin/a', 't.local:80', '?x', ''].map((target) =>
    refused(`target ${JSON.stringify(target)} (RL-16)`, get(target)),
  ),
  refused('GET * (RL-17)', get('*')),
  refused('OPTIONS */test (RL-19)', head('OPTIONS */test HTTP/1.1', HOST)),
  ...['t.local:80', '/', 'http://t.local/'].map((target) =>
    refused(
      `CONNECT ${target} (RL-20)`,
      head(`CONNECT ${target} HTTP/1.1`, HOST) + get('/smuggled'),
      [400, 405],
    ),
  ),
  refused('CONNECT (P27)', head('CONNECT t.local:80 HTTP/1.1', HOST), 405),
  refused('TRACE (P27)', head('TRACE / HTTP/1.1', HOST), 405),
  refused('the authority differs from Host (RL-23)', get('http://b/x')),
  refused('Host differs from the authority (RL-23)', head('GET http://t.local/x HTTP/1.1', 'Host: b')),
  refused('the port differs from that of Host (RL-23)', get('http://t.local:8080/x')),
  refused('gopher (RL-25)', get('gopher://t.local/'), [400, 421]),
  refused('https on a plain listener (RL-25)', get('https://t.local/'), [400, 421]),
  refused('file (RL-25)', get('file:///etc'), [400, 421]),
  refused('URI of 8,193 bytes (RL-28)', get(`/${'x'.repeat(8192)}`), 414),
  refused('URI of 17,000 bytes (RL-28)', get(`/${'x'.repeat(16_999)}`), 414),
  refused('TLS ClientHello (RL-30)', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n'),
  refused('leading NUL (RL-30)', `\0${get('/')}`),
  refused('another protocol (RL-30)', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'),
  refused('PROXY v1 (RL-31)', `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${get('/')}`),
  refused(
    'PROXY v2 (RL-31)',
    '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\0\x02',
  ),
  refused('head ended by CR LF CR X (SM-51)', `GET / HTTP/1.1\r\n${HOST}\r\n\rX`),
  refused('non-token method', head('GE(T / HTTP/1.1', HOST)),
]);

await checkExchanges('a valid request line reaches the pod with the unchanged target', spec, [
  served('empty lines before the request (RL-09)', `\r\n\r\n${get('/')}`, '/'),
  served('odd query (RL-15)', get('/p?query={name="loki"}&x=<>^|'), '/p?query={name="loki"}&x=<>^|'),
  served('absolute form (RL-22)', get('http://t.local/x?y'), '/x?y'),
  served('absolute form, default port (RL-24)', get('http://t.local:80/'), '/'),
  served('absolute form without a path (RL-27)', get('http://t.local?x=1'), '/?x=1'),
  served('absolute form, empty', get('http://t.local'), '/'),
  served('URI of 8,000 bytes (RL-28)', get(`/${'x'.repeat(7999)}`), `/${'x'.repeat(7999)}`),
  served('two leading slashes are a path, and the pod gets one (RL-32)', get('//evil.com/x'), '/evil.com/x'),
  served(
    'many leading slashes are a path, also in an absolute target (RL-32)',
    get('http://t.local///x//y?//z'),
    '/x//y?//z',
  ),
  served('UTF-8 unchanged (RL-12)', get('/caf\xc3\xa9?q=\xe2\x82\xac'), '/caf%C3%A9?q=%E2%82%AC'),
  served('Latin-1 unchanged (RL-12)', get('/caf\xe9?\xff'), '/caf%E9?%FF'),
  ...['?a=/../&b=%2e%2e', '??', '?', '?;', '?a=b?c', '?a=1;b=2', '?a=%zz', '?{name="loki"}'].map((query) =>
    served(`query ${query} (PC-19)`, get(`/${query}`), `/${query}`),
  ),
  ...['/@evil.com/', '/:80/', '/http://evil/'].map((path) => served(`${path} (PC-20)`, get(path), path)),
  served('unknown method (P27)', head('PURGE /x HTTP/1.1', HOST), '/x'),
]);

const TRUSTED = { ...spec, settings: { trustedProxies: ['127.0.0.1'] } };
const byTls = (start: string, ...lines: string[]): string => head(start, HOST, ...lines);
const overTls = (target: string, host = 't.local', port = 443): string =>
  head(
    `GET ${target} HTTP/1.1`,
    `Host: ${host}`,
    'X-Podway-Hops: <hop>',
    'X-Forwarded-For: 127.0.0.1',
    'X-Forwarded-Proto: https',
    `X-Forwarded-Host: ${host}`,
    `X-Forwarded-Port: ${port}`,
    'X-Request-Id: <id>',
  );

await checkExchanges('a peer in TRUSTED_PROXIES may have ended TLS (RL-25)', TRUSTED, [
  {
    name: 'https target',
    send: byTls('GET https://t.local/x?y HTTP/1.1'),
    status: 200,
    origin: 'o1',
    upstream: overTls('/x?y'),
  },
  {
    name: 'https target, port of the scheme',
    send: byTls('GET HTTPS://T.local:443 HTTP/1.1'),
    status: 200,
    origin: 'o1',
    upstream: overTls('/'),
  },
  {
    name: 'https target, another port in both',
    send: head('GET https://t.local:8443/ HTTP/1.1', 'Host: t.local:8443'),
    status: 200,
    origin: 'o1',
    upstream: overTls('/', 't.local:8443', 8443),
  },
  {
    name: 'https target, and the peer sends https',
    send: byTls('GET https://t.local/ HTTP/1.1', 'X-Forwarded-Proto: https'),
    status: 200,
    origin: 'o1',
    upstream: overTls('/').replace(
      'X-Podway-Hops: <hop>\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n',
      'X-Forwarded-Proto: https\r\nX-Podway-Hops: <hop>\r\nX-Forwarded-For: 127.0.0.1\r\n',
    ),
  },
  refused(
    'https target, and the peer sends http',
    byTls('GET https://t.local/ HTTP/1.1', 'X-Forwarded-Proto: http'),
  ),
  refused('https target of another port than Host', byTls('GET https://t.local:80/ HTTP/1.1')),
  refused('https target of another host', byTls('GET https://b/ HTTP/1.1')),
  refused('other schemes are still refused', byTls('GET gopher://t.local/ HTTP/1.1')),
]);

await checkExchanges('HTTP/1.0 may leave Host out of an absolute target', spec, [
  {
    name: 'the target has the host',
    send: head('GET http://t.local/x?y HTTP/1.0'),
    status: 200,
    origin: 'o1',
    upstream: forwarded('GET /x?y'),
    after: 'closed',
  },
  {
    name: 'with a port',
    send: head('GET http://t.local:81/ HTTP/1.0', 'A: b'),
    status: 200,
    origin: 'o1',
    upstream: forwarded('GET /', ['Host: t.local:81', 'A: b']),
    after: 'closed',
  },
  { name: 'an unknown host', send: head('GET http://unknown/ HTTP/1.0'), status: 'closed' },
  refused('a malformed host', head('GET http://a..b/ HTTP/1.0')),
  refused('not HTTP/1.1', head('GET http://t.local/ HTTP/1.1')),
  refused('Host differs (RL-23)', head('GET http://b/ HTTP/1.0', HOST)),
]);

await checkExchanges('the router itself answers OPTIONS *', spec, [
  { name: 'OPTIONS *', send: head('OPTIONS * HTTP/1.1', HOST), status: [200, 204], after: 'kept' },
]);

await checkConversations('empty lines are not a request, regardless of their number', [
  {
    name: '1 MiB of empty lines, then silence (RL-10)',
    pods: { o1: {} },
    settings: { requestHeadTimeout: 150 },
    client: ['\r\n'.repeat(512 * 1024), sees(answered('408 Request Timeout', 'request-timeout', 'close'))],
    upstream: {},
    after: 'closed',
  },
]);
