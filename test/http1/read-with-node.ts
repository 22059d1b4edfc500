import { createServer, type IncomingMessage, METHODS, type Server } from 'node:http';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Message } from './read-messages.ts';

/** The methods that node:http knows. It refuses other methods, which podway passes on. */
export const NODE_METHODS: ReadonlySet<string> = new Set(METHODS);

const collectors = new WeakMap<object, Message[]>();

const servers = { strict: open(false), lenient: open(true) };

/** A server whose maximum head is larger than podway's. */
function open(insecureHTTPParser: boolean): Server {
  const server = createServer({ maxHeaderSize: 1_000_000, requireHostHeader: true, insecureHTTPParser });
  server.on('request', collect);
  server.on('checkContinue', collect);
  server.on('checkExpectation', collect);
  server.on('clientError', () => {
    // A message that node:http refuses and podway accepts is missing in the result.
  });
  return server;
}

function collect(request: IncomingMessage): void {
  const fields: [string, string][] = [];
  const { rawHeaders } = request;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    fields.push([rawHeaders[at] as string, rawHeaders[at + 1] as string]);
  }
  const message: Message = {
    method: request.method ?? '',
    target: request.url ?? '',
    version: request.httpVersion,
    fields,
    body: '',
    complete: false,
  };
  collectors.get(request.socket)?.push(message);
  request.setEncoding('latin1');
  request.on('data', (text: string) => {
    message.body += text;
  });
  request.on('end', () => {
    message.complete = request.complete;
  });
  request.on('error', () => {
    // The body was truncated: `complete` stays false.
  });
}

/** What node:http's parser reads from each text. Each text is sent whole on its own connection, which then ends. */
export async function readWithNode(
  texts: readonly string[],
  parser: keyof typeof servers = 'strict',
): Promise<Message[][]> {
  const connections = texts.map((text) => {
    const connection = new Duplex({
      read: () => undefined,
      write: (_bytes, _encoding, done) => done(),
    });
    const messages: Message[] = [];
    collectors.set(connection, messages);
    connection.on('error', () => undefined);
    servers[parser].emit('connection', connection);
    connection.push(Buffer.from(text, 'latin1'));
    connection.push(null);
    return { connection, messages };
  });
  // All steps of node:http run in ticks and microtasks: two turns of the loop are enough.
  await turn();
  await turn();
  for (const { connection } of connections) connection.destroy();
  return connections.map(({ messages }) => messages);
}
