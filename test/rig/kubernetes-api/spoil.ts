import type { ServerResponse } from 'node:http';
import type { Fault } from './fault.ts';
import { statusObject } from './status.ts';

/** Answers a request wrongly, as a whole; `cut` and `split` leave the answer to others. */
export function spoil(response: ServerResponse, fault: Fault): void {
  switch (fault.kind) {
    case 'refuse':
      response.socket?.resetAndDestroy();
      return;
    case 'status':
      response.writeHead(fault.code, { 'content-type': 'application/json', ...fault.headers });
      response.end(fault.body ?? JSON.stringify(statusObject(fault.code, 'the fault of the test')));
      return;
    case 'body':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(fault.text);
      return;
    case 'stall':
    case 'cut':
    case 'split':
  }
}
