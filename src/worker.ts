import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { DataPlane } from './proxy/data-plane.ts';
import type { FromWorker, ToWorker, WorkerData } from './boundary/messages.ts';
import { openAccessLog } from './telemetry/access-log.ts';

/** Entry of a data-plane thread: one DataPlane on one end of a message port. */
function start(port: MessagePort, { worker, settings }: WorkerData): void {
  const say = (message: FromWorker): void => port.postMessage(message);
  const log = openAccessLog(settings.accessLog, () => {
    plane.counts.scalars.access_log_lines_dropped += 1;
  });
  const plane = new DataPlane(settings, {
    access: log && ((record) => log.write(record)),
    incidents: (report) => say({ type: 'incidents', report }),
  });

  const drain = async (): Promise<void> => {
    const cut = await plane.drain();
    log?.flush();
    say({ type: 'drained', cut });
  };

  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'delta':
        plane.apply(message.delta, message.more);
        say(message.more ? { type: 'staged' } : { type: 'applied', revision: message.delta.revision });
        break;
      case 'figures':
        say({ type: 'report', part: plane.figures(worker) });
        break;
      case 'report':
        say({ type: 'report', part: plane.nextPart() });
        break;
      case 'ticket-key':
        plane.setTicketKey(message.key);
        break;
      case 'leave':
        plane.leaving = true;
        break;
      case 'drain':
        void drain();
        break;
    }
  });

  plane.listen().then(
    (bound) => say({ type: 'listening', ...bound }),
    ({ code = '', message, port: refused }: NodeJS.ErrnoException & { readonly port?: number }) =>
      say({ type: 'listen-failed', code, message, port: refused }),
  );
}

if (parentPort !== null) start(parentPort, workerData as WorkerData);
