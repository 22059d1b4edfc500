import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/load.ts';
import { localRules } from '../../config/local.ts';
import type { Observer } from '../../control/observer.ts';
import type { ListedRoute } from '../../inventory/inventory.ts';
import { urlHost } from '../demo/listen-address.ts';
import type { Runtime } from '../runtime.ts';
import { serve, type Served } from '../serve.ts';
import { findRoute } from './find-route.ts';
import type { LocalCommand } from './local-arguments.ts';
import { codeOf, RunningCommand } from './running-command.ts';
import { notServedReason } from './not-served-reason.ts';

const OWN_FAILURE = 125;
/** Maximum time in which the command has to end after the router has failed, in milliseconds. */
const END_TIMEOUT = 5_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

export interface CommandNeeds {
  /** The runtime of the router. */
  readonly runtime: Runtime;
  /** The environment of the command, without the variables that podway adds. */
  readonly given: Runtime['env'];
  readonly config: Config;
  readonly printError: (text: string) => void;
  readonly observe: (served: Served, routed: (routes: readonly ListedRoute[]) => void) => Observer;
}

/** A router for one command: it waits for the route, runs the command, and ends when the command ends. */
export class CommandRun {
  readonly #command: LocalCommand;
  readonly #needs: CommandNeeds;
  /** The router's signal listeners. */
  readonly #ofRouter = new Map<NodeJS.Signals, () => void>();
  readonly #interrupted = Promise.withResolvers<Signal>();
  readonly #routed = Promise.withResolvers<'routed'>();
  #phase: 'waiting' | 'running' | 'over' = 'waiting';
  #running: RunningCommand | undefined;
  #served: Served | undefined;
  #routes: readonly ListedRoute[] = [];

  constructor(command: LocalCommand, needs: CommandNeeds) {
    this.#command = command;
    this.#needs = needs;
  }

  /** Resolves with the exit code. */
  async run(): Promise<number> {
    const { runtime, observe } = this.#needs;
    for (const signal of SIGNALS) runtime.onSignal(signal, () => this.#signal(signal));
    const router = serve(this.#runtimeOfRouter(), (served) => {
      this.#served = served;
      return observe(served, (routes) => this.#look(routes));
    });
    let isOver = false;
    const failed = router.then(() => {
      isOver = true;
      return OWN_FAILURE;
    });
    const code = await this.#until(failed);
    this.#phase = 'over';
    if (!isOver) this.#ofRouter.get('SIGTERM')?.();
    await router;
    return code;
  }

  async #until(failed: Promise<number>): Promise<number> {
    const timer = new AbortController();
    const late = sleep(this.#command.timeout, 'late' as const, { signal: timer.signal }).catch(
      () => 'late' as const,
    );
    const first = await Promise.race([this.#routed.promise, this.#interrupted.promise, late, failed]);
    timer.abort();
    if (typeof first === 'number') return first;
    if (first === 'late') {
      this.#needs.printError(
        notServedReason(this.#command, this.#find(this.#routes), this.#served?.readiness()),
      );
      return OWN_FAILURE;
    }
    if (first !== 'routed') return codeOf(first);
    this.#phase = 'running';
    const running = new RunningCommand(this.#program(), this.#needs.printError);
    this.#running = running;
    const code = await Promise.race([running.ended, failed.then(() => 'failed' as const)]);
    if (code !== 'failed') return code;
    this.#needs.printError('the router has ended, and the command with it');
    await running.end(END_TIMEOUT);
    return OWN_FAILURE;
  }

  /** A runtime whose signals do not reach the router until the command has ended, since they are for the command. */
  #runtimeOfRouter(): Runtime {
    const { runtime } = this.#needs;
    const isOurs = (signal: NodeJS.Signals) => SIGNALS.some((it) => it === signal);
    return {
      ...runtime,
      onSignal: (signal, listener) => {
        if (isOurs(signal)) this.#ofRouter.set(signal, listener);
        else runtime.onSignal(signal, listener);
      },
    };
  }

  #signal(signal: Signal): void {
    if (this.#phase === 'waiting') this.#interrupted.resolve(signal);
    else if (this.#phase === 'running') this.#running?.pass(signal);
    else this.#ofRouter.get(signal)?.();
  }

  #look(routes: readonly ListedRoute[]): void {
    this.#routes = routes;
    const route = this.#find(routes);
    if (route?.endpoints.some(({ condition }) => condition === 'ready') === true)
      this.#routed.resolve('routed');
  }

  #find(routes: readonly ListedRoute[]): ListedRoute | undefined {
    return findRoute(routes, this.#command, this.#needs.config.pathMatch);
  }

  #program() {
    const { runtime, given, config } = this.#needs;
    const { host, path, program, args } = this.#command;
    const { hostSuffix } = localRules(config);
    const { port } = config;
    const address = `${urlHost(config.address)}:${port}`;
    return {
      program,
      args,
      env: {
        ...given,
        PODWAY_URL:
          hostSuffix === '' ? `http://${address}${path}` : `http://${host}${hostSuffix}:${port}${path}`,
        PODWAY_HOST: host,
        PODWAY_ADDRESS: address,
        PODWAY_PROXY: `http://${address}`,
      },
      atTerminal: runtime.streams.stdin.isTTY === true,
    };
  }
}
