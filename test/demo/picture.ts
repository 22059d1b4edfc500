/**
 * Records docs/demo.svg: a real `npm start` in a terminal, and in another terminal the commands that it prints. The
 * times are those of a person who reads, not those of the run, and values that differ from run to run are replaced.
 */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { listens, ROOT } from './demo-process.ts';
import { drawRecording, type Frame } from './draw-recording.ts';
import { RecordedShell, type Screen } from './recording.ts';

/** The maximum size of the picture, in bytes. */
const LARGEST = 100_000;
const TYPED = 1.2;
const READ = 2.6;
const GUIDE = 6;

/** The first words of the guide's commands. */
const PASTED = [
  'curl 127',
  "curl -H 'Host:",
  'curl -i 127',
  'curl -i -H',
  'sh ',
  'sed ',
  'curl 127.0.0.1:PORT/blue',
];

/** The default ports of a demo; other programs on this machine may use them. */
const PORTS = { PORT: 8080, TLS_PORT: 8443, ADMIN_PORT: 9090, OPERATOR_PORT: 9909 };
/** Ports with as many digits as the default ports, so that lines break at the same places. */
const free: number[] = [];
for (let port = 7001; free.length < 4; port += 1) {
  if (!(await listens({ address: '127.0.0.1', port }))) free.push(port);
}
const ports = new Map(
  Object.entries(PORTS).map(([name, port], at) => [name, { port, here: free[at] ?? port }]),
);

const env = {
  ...process.env,
  ...Object.fromEntries([...ports].map(([name, { here }]) => [name, String(here)])),
  npm_config_update_notifier: 'false',
  NO_COLOR: '1',
};
const demo = new RecordedShell(ROOT, env);
const frames: Frame[] = [];
await demo.type('npm start');
add('npm start', demo.screen, TYPED);
await demo.enterUntil('Ctrl-C ends the router and its pods.');
add('npm start', demo.screen, GUIDE);
const lines = demo.screen.map((it) => it.trim());
const shell = new RecordedShell(tmpdir(), env);
for (const start of PASTED) {
  const line = lines.find((it) => it.startsWith(start.replace('PORT', String(ports.get('PORT')?.here))));
  if (line === undefined) throw new Error(`the demo prints no command ${start}`);
  await shell.type(line);
  add('another terminal', shell.screen, TYPED);
  await shell.enter();
  add('another terminal', shell.screen, READ);
}
await shell.end();
await demo.interrupt();
await demo.end();
const svg = drawRecording('npm start, and the commands that it prints', frames);
if (svg.length > LARGEST) throw new Error(`docs/demo.svg has ${svg.length} bytes, more than ${LARGEST}`);
await writeFile(new URL('../../docs/demo.svg', import.meta.url), svg);
console.log(`docs/demo.svg: ${svg.length} bytes`);

function add(title: string, screen: Screen, shown: number): void {
  frames.push({ title, screen: screen.map(steady), shown });
}

/** Replaces values that differ from run to run: ports, dates, random names and ids. */
function steady(row: string): string {
  return [...ports.values()]
    .reduce((text, { port, here }) => text.replaceAll(`:${here}`, `:${port}`), row)
    .replace(/podway-demo-\w{6}/g, 'podway-demo-Xc3oQb')
    .replace(/^(date: ).*/i, '$1Fri, 02 Jan 2026 12:00:00 GMT')
    .replace(/^(x-request-id: )\S+/i, '$10f3a9c2e4b5d6e7f00001');
}
