import { type IncomingMessage, request } from 'node:http';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

/** One final response as a parser read it. */
export interface FinalResponse {
  readonly status: number;
  readonly minor: number;
  readonly fields: readonly (readonly [string, string])[];
  body: string;
  /** Whether the body was complete. */
  complete: boolean;
}

/**
 * What node:http's client reads from each text, sent as the response to a request with `method` on a connection that then ends: the
 * first final response; undefined if the client refuses it.
 */
export async function readResponsesWithNode(
  texts: readonly string[],
  method: string,
  insecureHTTPParser = false,
): Promise<(FinalResponse | undefined)[]> {
  const found: (FinalResponse | undefined)[] = texts.map(() => undefined);
  const connections = texts.map((text, at) => {
    const connection = new Duplex({ read: () => undefined, write: (_bytes, _encoding, done) => done() });
    const sent = request({
      method,
      host: 'h',
      maxHeaderSize: 1_000_000,
      insecureHTTPParser,
      createConnection: () => connection,
    });
    sent.on('error', () => undefined);
    sent.on('response', (response) => {
      found[at] = collect(response);
    });
    sent.end();
    connection.push(Buffer.from(text, 'latin1'));
    connection.push(null);
    return connection;
  });
  // The connection, its bytes and its end take a tick each; a few turns are enough.
  for (let left = 6; left > 0; left -= 1) await turn();
  for (const connection of connections) connection.destroy();
  return found;
}

function collect(response: IncomingMessage): FinalResponse {
  const fields: [string, string][] = [];
  const { rawHeaders } = response;
  for (let at = 0; at < rawHeaders.length; at += 2)
    fields.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  const { statusCode = 0, httpVersionMinor } = response;
  const final: FinalResponse = {
    status: statusCode,
    minor: httpVersionMinor,
    fields,
    body: '',
    complete: false,
  };
  response.setEncoding('latin1');
  response.on('data', (text: string) => {
    final.body += text;
  });
  response.on('end', () => {
    final.complete = response.complete;
  });
  response.on('error', () => undefined);
  return final;
}
