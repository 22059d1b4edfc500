import { hrtime } from 'node:process';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { RouteDelta } from './boundary/delta.ts';
import type { FromWorker, ReportPart, ToWorker, WorkerData } from './boundary/messages.ts';
import type { PodTunnels } from './cluster/tunnels/pod-tunnels.ts';
import { DataPlane } from './proxy/data-plane.ts';
import { replyTo } from './proxy/replies.ts';
import { type Dial, readsOf } from './proxy/upstream/dial.ts';
import { openAccessLog } from './telemetry/access-log.ts';

/** Microseconds of a clock that all threads of a process share. */
function sharedMicroseconds(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e6 + nanoseconds / 1_000;
}

/** Entry of a worker thread: connects a DataPlane with the message port to the main thread. */
async function start(port: MessagePort, { worker, settings, rates }: WorkerData): Promise<void> {
  const send = (message: FromWorker): void => port.postMessage(message);
  const log = openAccessLog(settings.accessLog, () => {
    plane.counts.scalars.access_log_lines_dropped += 1;
  });
  const tunnels = settings.podAccess === 'direct' ? undefined : await openTunnels();
  const plane = new DataPlane(settings, {
    rates: { memory: rates, now: sharedMicroseconds },
    access: log && ((record) => log.write(record)),
    incidents: (report) => send({ type: 'incidents', report }),
    ...(settings.traces !== 'off' && { spans: (batch) => send({ type: 'spans', batch }) }),
    ...(tunnels !== undefined && { dial: dialThrough(tunnels) }),
  });

  /** Loads the code of tunnels only if they are used. */
  async function openTunnels(): Promise<PodTunnels> {
    const { PodTunnels: Tunnels } = await import('./cluster/tunnels/pod-tunnels.ts');
    return new Tunnels({
      settings,
      full: () => plane.upstreams.pools.endOldestIdle(),
      unaccepted: () => send({ type: 'tunnels-refused', forbidden: undefined }),
      forbidden: ({ message }) => send({ type: 'tunnels-refused', forbidden: message }),
    });
  }

  const drain = async (timeout: number): Promise<void> => {
    const cut = await plane.drain(timeout);
    // Wait until the API server has got a Close frame for each tunnel.
    await tunnels?.whenClosed();
    log?.flush();
    send({ type: 'drained', cut });
  };

  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'delta': {
        const { delta, more } = message;
        plane.apply(tunnels === undefined ? delta : withoutSecondAddresses(delta), more);
        send(more ? { type: 'staged' } : { type: 'applied', revision: delta.revision });
        break;
      }
      case 'access':
        tunnels?.use(message.access);
        break;
      case 'figures':
        send({ type: 'report', part: figuresOf(plane.figures(worker), tunnels) });
        break;
      case 'question':
        send({ type: 'reply', id: message.id, reply: replyTo(plane, worker, message.question) });
        break;
      case 'report':
        send({ type: 'report', part: plane.nextPart() });
        break;
      case 'ticket-key':
        plane.setTicketKey(message.key);
        break;
      case 'client-ca':
        plane.setClientCa(message.pem);
        break;
      case 'leave':
        plane.leaving = true;
        break;
      case 'drain':
        void drain(message.timeout);
        break;
    }
  });

  plane.listen().then(
    (bound) => send({ type: 'listening', ...bound }),
    ({ code = '', message, port: refused }: NodeJS.ErrnoException & { readonly port?: number }) =>
      send({ type: 'listen-failed', code, message, port: refused }),
  );
}

function figuresOf(part: ReturnType<DataPlane['figures']>, tunnels: PodTunnels | undefined): ReportPart {
  const podTunnels = tunnels?.takeFigures();
  return podTunnels === undefined ? part : { ...part, figures: { ...part.figures, podTunnels } };
}

/** Connects to pods by their names, through the API server. */
function dialThrough(tunnels: PodTunnels): Dial {
  return (endpoint, _, read) => ({
    stream: tunnels.dial(endpoint, () => !endpoint.health.gone, read),
    ready: 'connect',
    reads: readsOf(read),
    reusable: true,
  });
}

/** A tunnel connects to a pod by its name, so a second address would be the same pod again. */
function withoutSecondAddresses(delta: RouteDelta): RouteDelta {
  return { ...delta, endpoints: delta.endpoints.map((it) => ({ ...it, secondAddress: undefined })) };
}

if (parentPort !== null) void start(parentPort, workerData as WorkerData);
