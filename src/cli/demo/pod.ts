/** A pod of the demo that speaks HTTP/1.1. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import process from 'node:process';
import { WebSocketServer } from 'ws';
import { listenAsPod, NAME as name } from './pod-process.ts';

const server = createServer((request, response) => {
  const last = request.url?.split('?')[0]?.split('/').at(-1);
  if (last === 'sse') return events(request, response);
  if (last === 'slow') return slow(response);
  if (last === 'echo') return echo(request, response);
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(`${name} saw ${request.method} ${request.url} for ${request.headers.host}\n`);
});

/** Sends one event per second until the client disconnects. The header makes the router pass each event on at once. */
function events(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  let count = 0;
  const next = (): void => void response.write(`data: event ${++count} from ${name}\n\n`);
  next();
  const timer = setInterval(next, 1000);
  request.on('close', () => clearInterval(timer));
  response.on('close', () => clearInterval(timer));
}

/** Sends the head at once, and then a line per second for five seconds. */
function slow(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  let left = 5;
  const timer = setInterval(() => {
    response.write(`${name}: ${left} more\n`);
    left -= 1;
    if (left < 0) response.end();
  }, 1000);
  response.on('close', () => clearInterval(timer));
}

/** Answers with the request as the pod received it, as JSON. */
function echo(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    if (body.length < 65_536) body += chunk;
  });
  request.on('end', () => {
    const { method, url, headers } = request;
    response.setHeader('content-type', 'application/json');
    const seen = { pod: name, pid: process.pid, method, url, headers, body };
    response.end(`${JSON.stringify(seen, null, 2)}\n`);
  });
}

const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (peer) => {
    peer.on('error', () => peer.terminate());
    peer.on('message', (data: Buffer, isBinary) =>
      peer.send(isBinary ? data : `${name} echoes ${data.toString()}`, { binary: isBinary }),
    );
  });
});

listenAsPod(server);
