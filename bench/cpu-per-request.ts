// CPU per request of podway and of nginx, in turn, in the same minute: the ratio is what counts, since absolute times
// mean little on a shared machine. Each proxy runs alone on core 0; load and origin share core 1.
//
//   npm run bench            # 5 rounds of 5 s, 64 connections, 128-byte answers
//   ROUNDS=10 SECONDS=3 CONNECTIONS=256 npm run bench
//
// Needs the Debian packages nginx and wrk (and taskset, which every Debian has).
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const SECONDS = Number(process.env['SECONDS'] ?? 5);
const CONNECTIONS = Number(process.env['CONNECTIONS'] ?? 64);
const BODY = 'x'.repeat(128);
const HOST = 'bench.local';
const ORIGIN = { address: '127.0.0.9', port: 18_900 };
const PODWAY_PORT = 18_901;
const ADMIN_PORT = 18_902;
const NGINX_PORT = 18_903;
const PROXY_CORE = '0';
const LOAD_CORE = '1';
/** USER_HZ: the unit of CPU times in /proc. */
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

interface Contestant {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

interface Sample {
  readonly requests: number;
  readonly errors: number;
  /** Microseconds of user and system time of the whole process tree. */
  readonly cpuPerRequest: number;
  readonly perSecond: number;
}

const children: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'podway-bench-'));

try {
  await main();
} finally {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.filter((child) => child.exitCode === null).map((child) => once(child, 'exit')));
  rmSync(folder, { recursive: true });
}

async function main(): Promise<void> {
  for (const tool of ['nginx', 'wrk', 'taskset']) requireTool(tool);
  await startNginx('origin', LOAD_CORE, originConfig());
  const nginx = await startNginx('proxy', PROXY_CORE, proxyConfig());
  const podway = await startPodway();
  const contestants: Contestant[] = [
    { name: 'nginx', port: NGINX_PORT, pid: nginx },
    { name: 'podway', port: PODWAY_PORT, pid: podway },
  ];
  for (const contestant of contestants) await proveRight(contestant);
  for (const contestant of contestants) await load(contestant, 2);

  const samples = new Map<string, Sample[]>(contestants.map((it) => [it.name, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const contestant of contestants) {
      const sample = await load(contestant, SECONDS);
      samples.get(contestant.name)?.push(sample);
      console.log(
        `round ${round}  ${contestant.name.padEnd(8)} ${sample.cpuPerRequest.toFixed(2).padStart(7)} us/request ` +
          `${sample.perSecond.toFixed(0).padStart(8)} requests/s  ${sample.errors} errors`,
      );
    }
  }
  report(samples);
}

function report(samples: Map<string, Sample[]>): void {
  const nginx = samples.get('nginx') ?? [];
  const podway = samples.get('podway') ?? [];
  const ratios = podway.map((it, round) => it.cpuPerRequest / (nginx[round]?.cpuPerRequest ?? Number.NaN));
  console.log(`\nCPU per request, podway / nginx of the same round: median ${median(ratios).toFixed(2)}`);
  console.log(
    `  range ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}, ${ROUNDS} rounds of ${SECONDS} s`,
  );
  console.log(`  Node ${process.version}, ${CONNECTIONS} connections, ${BODY.length}-byte answers`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function requireTool(tool: string): void {
  try {
    execFileSync('which', [tool]);
  } catch {
    console.error(`${tool} is missing: apt-get install ${tool === 'taskset' ? 'util-linux' : tool}`);
    process.exit(1);
  }
}

async function startPodway(): Promise<number> {
  const manifests = join(folder, 'manifests');
  execFileSync('mkdir', [manifests]);
  writeFileSync(join(manifests, 'pod.json'), JSON.stringify(pod()));
  const child = spawn('taskset', ['-c', PROXY_CORE, process.execPath, 'src/main.ts', 'serve'], {
    env: {
      ...process.env,
      MANIFESTS: manifests,
      ADDRESS: '127.0.0.1',
      PORT: String(PODWAY_PORT),
      ADMIN_ADDRESS: '127.0.0.1',
      ADMIN_PORT: String(ADMIN_PORT),
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.push(child);
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const ready = await fetch(`http://127.0.0.1:${ADMIN_PORT}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return child.pid ?? 0;
    await delay(100);
  }
  throw new Error('podway did not become ready within 10 s');
}

function pod(): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'bench',
      namespace: 'bench',
      labels: { routable: 'true' },
      annotations: { routingHosts: HOST, routingPaths: `${ORIGIN.port}:/` },
    },
    spec: { containers: [{ name: 'app', ports: [{ containerPort: ORIGIN.port }] }] },
    status: { phase: 'Running', podIP: ORIGIN.address, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

async function startNginx(name: string, core: string, config: string): Promise<number> {
  const file = join(folder, `${name}.conf`);
  writeFileSync(file, config);
  const child = spawn('taskset', ['-c', core, 'nginx', '-e', 'stderr', '-c', file], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.push(child);
  await delay(500);
  if (child.exitCode !== null) throw new Error(`nginx ${name} ended with ${child.exitCode}`);
  return child.pid ?? 0;
}

function nginxConfig(name: string, server: string): string {
  return `daemon off; master_process off; worker_processes 1; pid ${join(folder, `${name}.pid`)};
    events { worker_connections 4096; }
    http { access_log off; keepalive_requests 1000000000; client_body_temp_path ${folder}; proxy_temp_path ${folder};
      fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder}; ${server} }`;
}

function originConfig(): string {
  const listen = `${ORIGIN.address}:${ORIGIN.port}`;
  return nginxConfig('origin', `server { listen ${listen}; location / { return 200 "${BODY}"; } }`);
}

function proxyConfig(): string {
  const upstream = `upstream pods { server ${ORIGIN.address}:${ORIGIN.port}; keepalive 256; keepalive_requests 1000000000; }`;
  const headers = 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;';
  return nginxConfig(
    'proxy',
    `${upstream} server { listen 127.0.0.1:${NGINX_PORT}; server_name ${HOST}; location / { ${headers} proxy_pass http://pods; } }`,
  );
}

async function proveRight({ name, port }: Contestant): Promise<void> {
  const answer = execFileSync('curl', ['-s', '-H', `Host: ${HOST}`, `http://127.0.0.1:${port}/`], {
    encoding: 'utf8',
  });
  if (answer !== BODY) throw new Error(`${name} answers ${JSON.stringify(answer.slice(0, 100))}`);
}

async function load({ port, pid }: Contestant, seconds: number): Promise<Sample> {
  const before = cpuTicks(pid);
  const args = [
    '-c',
    LOAD_CORE,
    'wrk',
    '-t1',
    `-c${CONNECTIONS}`,
    `-d${seconds}s`,
    '-H',
    `Host: ${HOST}`,
    `http://127.0.0.1:${port}/`,
  ];
  const child = spawn('taskset', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  const ticks = cpuTicks(pid) - before;
  const requests = Number(/(\d+) requests in/.exec(output)?.[1] ?? 0);
  if (requests === 0) throw new Error(`wrk did nothing:\n${output}`);
  const errors = /Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? '0';
  const broken =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)?.slice(1) ?? [];
  return {
    requests,
    errors: [errors, ...broken].reduce((sum, it) => sum + Number(it), 0),
    cpuPerRequest: (ticks / TICKS_PER_SECOND / requests) * 1e6,
    perSecond: requests / seconds,
  };
}

/** utime + stime of all threads of a process, in clock ticks (proc(5)). */
function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
