// A thread with all pods, the clients of the load and the scraper. They are busy, and must not delay the measuring thread.
import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { RequestLoad } from '../../test/fixtures/request-load.ts';
import { POD_PORT, sharedHost } from './pods.ts';
import { Scraper } from './scraper.ts';
import type { TrafficOptions, TrafficReport } from './traffic.ts';

const { address, port, perSecond, hosts, scraper: scraperOptions } = workerData as TrafficOptions;

/** Answers every request with the address to which it was sent. */
const pods = createServer({ noDelay: true }, (socket) => {
  const body = socket.localAddress ?? '';
  const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  let pending = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    pending += text;
    for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
      pending = pending.slice(end + 4);
      socket.write(answer);
    }
  });
  // The router may close idle connections at any time.
  socket.on('error', () => socket.destroy());
});

const load = new RequestLoad({
  address,
  port,
  perSecond,
  connections: 64,
  host: (n) => sharedHost(n, hosts),
});

const scraper = scraperOptions && new Scraper(scraperOptions);
const reply = (report: TrafficReport): void => parentPort?.postMessage(report);

pods.listen(POD_PORT, '0.0.0.0', () => parentPort?.postMessage('listening'));
parentPort?.on('message', (order: 'start' | 'report' | 'stop') => {
  if (order === 'start') load.start();
  else if (order === 'report') reply({ ...load.report, scrapes: scraper?.takeReport() });
  else {
    scraper?.stop();
    void load.stop().then((report) => reply({ ...report, scrapes: scraper?.takeReport() }));
  }
});
