import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_TIMEOUT } from '../fixtures/with-timeout.ts';

/** Milliseconds between two attempts. */
const PAUSE = 200;
/** The log line of Prometheus, in both of its formats, after its socket is bound. */
const LISTENING = /msg="Listening on".* address=(\S+)/;

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Time in seconds and the value as text. */
  readonly value: readonly [number, string];
}

/** A condition that becomes true at some time, such as that a query has series. */
export interface Check {
  readonly name: string;
  /** Rejects with the reason while the condition is not true. */
  readonly attempt: () => Promise<void>;
}

export interface RangeSeries {
  readonly metric: Series['metric'];
  readonly values: readonly Series['value'][];
}

/** The reason why the real programs cannot be used, for a skip; false when they can. */
export async function prometheusMissing(): Promise<string | false> {
  for (const program of ['prometheus', 'promtool']) {
    const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
    const found = await Promise.all(
      places.map((place) =>
        access(place, constants.X_OK).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (!found.includes(true)) return `${program} is missing: install the Debian package prometheus`;
  }
  return false;
}

/** Runs promtool to its end, with `input` as its stdin. */
export function promtool(args: readonly string[], input = ''): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile('promtool', args, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
    child.stdin?.end(input);
  });
}

/** A target: the address of its /metrics, and the pod that it represents, as with a PodMonitor. */
export interface Target {
  readonly address: string;
  readonly pod: string;
}

/** A real Prometheus that scrapes its targets every second. */
export class Prometheus {
  /** The kernel chooses the port, so no other program can have it; empty until Prometheus has logged it. */
  #url = '';
  readonly #child: ChildProcess;
  readonly #folder: string;
  #stderr = '';

  private constructor(folder: string, host: string) {
    this.#folder = folder;
    const options = [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${host}:0`,
    ];
    this.#child = spawn('prometheus', options, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
  }

  /** @param host the address to listen on, at a free port; @param rules the text of a file of rules, if any */
  static async start(targets: readonly Target[], host: string, rules?: string): Promise<Prometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'podway-prometheus-'));
    const configuration = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: rules === undefined ? [] : [join(folder, 'rules.yml')],
      scrape_configs: [
        {
          job_name: 'podway',
          honor_labels: true,
          static_configs: targets.map(({ address, pod }) => {
            return { targets: [address], labels: { instance: pod, namespace: 'podway', pod } };
          }),
        },
      ],
    };
    await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(configuration));
    if (rules !== undefined) await writeFile(join(folder, 'rules.yml'), rules);
    const prometheus = new Prometheus(folder, host);
    await prometheus.eventually(async () => {
      prometheus.#url = `http://${LISTENING.exec(prometheus.#stderr)?.[1] ?? assert.fail('does not listen')}`;
      if (!(await fetch(`${prometheus.#url}/-/ready`)).ok) throw new Error('not ready');
    });
    return prometheus;
  }

  /** The instant vector of an expression. @throws when Prometheus refuses it */
  query(expression: string): Promise<Series[]> {
    return this.#ask('query', { query: expression });
  }

  /** The matrix of an expression over the last `seconds`, with a value every `step` seconds. */
  range(expression: string, seconds: number, step: number): Promise<RangeSeries[]> {
    const end = Date.now() / 1_000;
    const time = { start: String(end - seconds), end: String(end), step: String(step) };
    return this.#ask('query_range', { query: expression, ...time });
  }

  /** Repeats `attempt` until it does not throw; fails with its last error. */
  async eventually<T>(attempt: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + EVENT_TIMEOUT;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (this.#isOver(deadline)) throw new Error(`${String(error)}\n${this.#stderr}`, { cause: error });
        await sleep(PAUSE);
      }
    }
  }

  /**
   * Repeats each check until it has passed once, and returns the last error of each that has not. All have one deadline: if
   * several fail, separate waits would take longer than a test may.
   *
   * @param deadline as `performance.now()`
   */
  async failures(checks: readonly Check[], deadline: number): Promise<ReadonlyMap<Check, unknown>> {
    const failed = new Map<Check, unknown>(checks.map((it) => [it, new Error('not attempted')]));
    for (;;) {
      for (const check of failed.keys()) {
        try {
          await check.attempt();
          failed.delete(check);
        } catch (error) {
          failed.set(check, error);
        }
      }
      if (failed.size === 0 || this.#isOver(deadline)) return failed;
      await sleep(PAUSE);
    }
  }

  #isOver(deadline: number): boolean {
    return performance.now() > deadline || this.#child.exitCode !== null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #ask<T>(what: string, parameters: Readonly<Record<string, string>>): Promise<T[]> {
    const response = await fetch(`${this.#url}/api/v1/${what}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as { error?: string; data?: { result: T[] } };
    if (answer.data === undefined) throw new Error(`${parameters['query']}: ${answer.error}`);
    return answer.data.result;
  }
}
