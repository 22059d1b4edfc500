import { request } from 'node:http';
import { connect } from 'node:http2';
import { request as requestSecurely } from 'node:https';
import { authority, KEY_HEADER, type Rival, type Setup } from './rival.ts';

interface Reply {
  readonly status: number;
  readonly origin: string;
  readonly body: string;
}

const TOKEN = 'seen-by-the-origin';
const REQUEST_TIMEOUT = 5_000;

/**
 * Throws unless the rival forwards correctly: the origin gets host, target and fields, the client gets body and fields,
 * and a request without a route or without the key does not reach the origin. No rival is timed before this passes.
 */
export async function checkForwarding(rival: Rival, setup: Setup): Promise<void> {
  const lastHost = setup.hosts.at(-1) ?? '';
  const path = setup.paths.at(-1) ?? '/';
  const target = `${path === '/' ? '' : path}/proof?a=%20b`;
  const key = setup.key === undefined ? {} : { [KEY_HEADER]: setup.key };
  const answer = await requestWith(setup)(setup, target, { host: lastHost, 'x-token': TOKEN, ...key });
  const expected = { status: 200, origin: 'bench', body: `${lastHost} ${target} ${TOKEN}` };
  if (JSON.stringify(answer) !== JSON.stringify(expected)) {
    throw new Error(
      `${rival.name} answers ${JSON.stringify(answer).slice(0, 300)}, not ${JSON.stringify(expected)}`,
    );
  }
  if (rival.capabilities.includes('hosts'))
    await checkRefused(rival, setup, target, { host: 'unknown.invalid', ...key });
  if (setup.key !== undefined) {
    await checkRefused(rival, setup, target, { host: lastHost });
    await checkRefused(rival, setup, target, { host: lastHost, [KEY_HEADER]: `${setup.key}x` });
  }
  if (!setup.paths.includes('/')) await checkRefused(rival, setup, '/none/proof', { host: lastHost, ...key });
}

type Fields = Readonly<Record<string, string>>;

async function checkRefused(rival: Rival, setup: Setup, target: string, fields: Fields): Promise<void> {
  // A connection that is closed without an answer counts as a refusal, too.
  const reply = await requestWith(setup)(setup, target, fields).catch(() => undefined);
  if (reply?.origin === 'bench') {
    throw new Error(`${rival.name} forwards ${target} with ${JSON.stringify(fields)}, which it must not`);
  }
}

function requestWith({ http2 }: Setup): typeof get {
  return http2 ? getOverHttp2 : get;
}

/** Sends one GET on a new connection. */
function get({ listen, tls }: Setup, path: string, headers: Fields): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = {
      host: listen.address,
      port: listen.port,
      path,
      headers,
      agent: false,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT),
    };
    const requestWith = tls === undefined ? request : requestSecurely;
    const sent = requestWith({ ...options, rejectUnauthorized: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          origin: String(response.headers['x-origin'] ?? ''),
          body,
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Sends one GET over HTTP/2, by prior knowledge or by ALPN. */
function getOverHttp2(
  { listen, hosts, tls }: Setup,
  path: string,
  { host = '', ...headers }: Fields,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const [servername = ''] = hosts;
    const session = connect(`${tls === undefined ? 'http' : 'https'}://${authority(listen)}`, {
      rejectUnauthorized: false,
      servername,
    });
    session.on('error', reject);
    session.setTimeout(REQUEST_TIMEOUT, () => session.destroy(new Error('no answer over HTTP/2')));
    const stream = session.request({ ':path': path, ':authority': host, ...headers });
    let reply = { status: 0, origin: '', body: '' };
    stream.setEncoding('utf8');
    stream.on('response', (fields) => {
      reply = { ...reply, status: fields[':status'] ?? 0, origin: String(fields['x-origin'] ?? '') };
    });
    stream.on('data', (text: string) => {
      reply = { ...reply, body: reply.body + text };
    });
    stream.on('error', reject);
    stream.on('end', () => {
      session.close();
      resolve(reply);
    });
  });
}
