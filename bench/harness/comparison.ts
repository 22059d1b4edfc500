import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate } from '../../test/fixtures/certificates.ts';
import type { LoadResult } from '../load/target.ts';
import { grpcOrigin } from '../origin/grpc.ts';
import { nginxOrigin } from '../origin/nginx.ts';
import { nodeOrigin } from '../origin/streams.ts';
import { NGINX, missing } from './programs.ts';
import { SEPARATE_CORES, SHARED_CORES } from './cores.ts';
import { RivalProcess } from './rival-process.ts';
import { type Figures, METRICS, type Sample } from './metrics.ts';
import { cpuMicroseconds, residentBytes } from './process-tree.ts';
import type { SocketAddress, Rival, Setup } from './rival.ts';
import type { Run, Scenario } from './scenario.ts';

/** The name of the origin when it is measured without a proxy. */
const DIRECT = 'direct';

const HOST = 'bench.local';
const ORIGIN_PORT = 20_000;
const FIRST_PORT = 20_010;

export interface ComparisonOptions {
  readonly scenario: Scenario;
  readonly rivals: readonly Rival[];
  readonly rounds: number;
  readonly seconds: number;
  /** Seconds of load before the rounds, in which the just-in-time compiler does its work. */
  readonly warmUp: number;
  /** A folder for files; the caller removes it. */
  readonly folder: string;
  /** A loopback address that only this bench uses. */
  readonly address: string;
  readonly log: (line: string) => void;
}

/** The samples of a rival, one for each round. `failed`: the reason why figures are missing. */
export interface Outcome {
  readonly name: string;
  readonly samples: Sample[];
  failed?: string;
}

interface Participant extends Outcome {
  readonly rival: Rival | undefined;
  readonly setup: Setup;
  proxy: RivalProcess | undefined;
  prepared: number;
}

/**
 * Runs a scenario: first every rival has to prove that it forwards correctly, then they take turns, round by
 * round.
 */
export class Comparison {
  readonly #options: ComparisonOptions;
  readonly #participants: Participant[];
  readonly #origin: SocketAddress;

  constructor(options: ComparisonOptions) {
    this.#options = options;
    this.#origin = { address: options.address, port: ORIGIN_PORT };
    const rivals = options.rivals.map((rival, at) => this.#participant(rival, at));
    const direct = options.scenario.direct === true ? [this.#participant(undefined, rivals.length)] : [];
    this.#participants = [...direct, ...rivals];
  }

  async run(): Promise<Outcome[]> {
    const { scenario, rounds } = this.#options;
    await this.#writeCertificate();
    const origin = await this.#startOrigin();
    try {
      for (const entry of this.#participants) await this.#attempt(entry, () => this.#warmUp(entry));
      for (let round = 1; round <= rounds; round += 1) {
        for (const entry of this.#participants) {
          if (entry.failed === undefined) await this.#attempt(entry, () => this.#measureRound(entry, round));
        }
      }
    } finally {
      for (const { proxy } of this.#participants) await proxy?.[Symbol.asyncDispose]();
      await origin[Symbol.asyncDispose]();
    }
    if (scenario.direct === true) addDifference(this.#participants);
    return this.#participants.map(({ name, samples, failed }) =>
      failed === undefined ? { name, samples } : { name, samples, failed },
    );
  }

  #participant(rival: Rival | undefined, at: number): Participant {
    const { scenario, address, folder } = this.#options;
    const name = rival?.name ?? DIRECT;
    const port = FIRST_PORT + 3 * at;
    const setup: Setup = {
      listen: rival === undefined ? this.#origin : { address, port },
      sparePort: port + 1,
      origin: this.#origin,
      folder: join(folder, scenario.name, name),
      hosts: [HOST],
      paths: ['/'],
      key: undefined,
      accessLog: false,
      workers: 1,
      streaming: false,
      http2: false,
      grpc: false,
      tls: scenario.tls === undefined ? undefined : join(folder, `tls-${scenario.tls}`),
      ...scenario.setup,
    };
    return { name, rival, setup, samples: [], proxy: undefined, prepared: 0 };
  }

  /** Settings that are equal for all rivals. */
  async #writeCertificate(): Promise<void> {
    const { address, scenario } = this.#options;
    const { tls: kind } = scenario;
    const folder = this.#participant(undefined, 0).setup.tls;
    if (kind === undefined || folder === undefined) return;
    // wrk sends the address in its handshake.
    const { chain, key } = await makeCertificate({ names: [HOST, address], kind });
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of [
      ['crt', chain],
      ['key', key],
      ['pem', chain + key],
    ] as const)
      writeFileSync(join(folder, `default.${name}`), text);
  }

  async #startOrigin(): Promise<RivalProcess> {
    const { scenario, folder } = this.#options;
    const nginx = scenario.origin === 'plain' && missing([NGINX]).length === 0;
    const setup = { ...this.#participant(undefined, 0).setup, folder: join(folder, scenario.name, 'origin') };
    const defaultOrigin = setup.grpc ? grpcOrigin : nodeOrigin;
    const launch = (): ReturnType<Rival['launch']> => (nginx ? nginxOrigin(setup) : defaultOrigin(setup));
    const origin: Rival = { name: 'origin', description: '', requiredPrograms: [], capabilities: [], launch };
    // The origin answers every path, over HTTP/1.1 or for gRPC: neither the key nor refused paths are checked with it.
    return RivalProcess.start(
      origin,
      { ...setup, key: undefined, paths: ['/'], http2: setup.grpc, tls: undefined },
      this.#cores.load,
    );
  }

  get #cores(): typeof SEPARATE_CORES {
    return this.#options.scenario.sharedCores === true ? SHARED_CORES : SEPARATE_CORES;
  }

  /** If one rival fails, the others still run. */
  async #attempt(entry: Participant, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      entry.failed = error instanceof Error ? error.message : String(error);
      this.#options.log(`  ${entry.name} is out: ${entry.failed}`);
      await entry.proxy?.[Symbol.asyncDispose]();
      entry.proxy = undefined;
    }
  }

  async #start(entry: Participant): Promise<void> {
    if (entry.rival === undefined) return;
    entry.proxy = await RivalProcess.start(entry.rival, entry.setup, this.#cores.proxy);
  }

  async #warmUp(entry: Participant): Promise<void> {
    const { scenario, warmUp } = this.#options;
    if (scenario.newProcess === true) return;
    await this.#start(entry);
    if (scenario.prepare !== undefined) entry.prepared = await scenario.prepare(this.#runOf(entry, warmUp));
    else await scenario.measure(this.#runOf(entry, warmUp));
  }

  async #measureRound(entry: Participant, round: number): Promise<void> {
    const { scenario, seconds, log } = this.#options;
    if (scenario.newProcess === true) await this.#start(entry);
    const pid = entry.proxy?.pid;
    const before = pid === undefined ? 0 : cpuMicroseconds(pid);
    const result = await scenario.measure(this.#runOf(entry, seconds));
    const figures = figuresOf(result, scenario);
    if (pid !== undefined) {
      const used = cpuMicroseconds(pid) - before;
      figures.cpu = used / result.operations;
      figures.busy = (used / result.seconds / 1e6) * 100;
      figures.resident = residentBytes(pid) / 2 ** 20;
    }
    entry.samples.push({ round, errors: result.errors, figures });
    log(`  round ${round}  ${entry.name.padEnd(24)} ${progress(result, figures, scenario)}`);
    if (scenario.newProcess !== true) return;
    await entry.proxy?.[Symbol.asyncDispose]();
    entry.proxy = undefined;
  }

  #runOf({ setup, proxy, prepared }: Participant, seconds: number): Run {
    const path = setup.paths[0] === '/' ? '/small' : `${setup.paths[0]}/small`;
    return {
      target: { ...setup.listen, secure: setup.tls !== undefined, host: setup.hosts[0] ?? HOST, path },
      origin: this.#origin,
      pid: proxy?.pid ?? 0,
      seconds,
      cores: this.#cores.load,
      folder: this.#options.folder,
      prepared,
    };
  }
}

function figuresOf(result: LoadResult, { bytes, newProcess }: Scenario): Figures {
  const { operations, seconds, p50, p99, p999, undisturbed99, lag, bytesPerPair, pairs } = result;
  const figures: Figures = {};
  const latencyFigures = { p50, p99, p999, undisturbed99, lag, bytesPerPair, pairs };
  for (const [name, value] of Object.entries(latencyFigures)) {
    if (value !== undefined) figures[name as keyof typeof latencyFigures] = value;
  }
  if (newProcess !== true) figures.perSecond = operations / seconds;
  if (bytes !== undefined) figures.megabytes = (operations * bytes) / seconds / 1e6;
  return figures;
}

function progress({ operations, errors }: LoadResult, figures: Figures, scenario: Scenario): string {
  const { title, unit, digits } = METRICS[scenario.headline];
  const value = figures[scenario.headline];
  const headline = value === undefined ? '' : `, ${title} ${value.toFixed(digits)} ${unit}`;
  return `${operations} ${scenario.operation}s${headline}${errors > 0 ? `, ${errors} errors` : ''}`;
}

/** Computes the delay that each proxy adds to that of the origin alone, in the same round. */
function addDifference(entries: readonly Outcome[]): void {
  const direct = entries.find((it) => it.name === DIRECT)?.samples ?? [];
  for (const { name, samples } of entries) {
    if (name === DIRECT) continue;
    for (const { round, figures } of samples) {
      const base = direct.find((it) => it.round === round)?.figures;
      if (base === undefined) continue;
      figures.addedP50 = (figures.p50 ?? Number.NaN) - (base.p50 ?? Number.NaN);
      figures.addedP99 = (figures.p99 ?? Number.NaN) - (base.p99 ?? Number.NaN);
    }
  }
}
