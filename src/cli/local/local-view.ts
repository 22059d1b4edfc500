import type { SourceProblem } from '../../cluster/source.ts';
import type { Config } from '../../config/load.ts';
import { localRules } from '../../config/local.ts';
import type { Observer } from '../../control/observer.ts';
import type { ListedRoute } from '../../inventory/inventory.ts';
import { urlHost } from '../demo/listen-address.ts';
import type { Served } from '../serve.ts';
import { RouteBoard } from './route-board.ts';

/** Milliseconds for which podway collects changes before it prints them. */
const PRINT_DELAY = 200;

const NO_SECRETS =
  'your role may not read the Secrets that hold API keys, so podway serves no route: set --keys=off (KEYS=off) to serve routes without checking keys';

export interface LocalViewOptions {
  readonly served: Served;
  readonly config: Config;
  /** The first line. */
  readonly title: string;
  /** Prints the table and its changes. */
  readonly print: (text: string) => void;
  /** Prints problems. */
  readonly printError: (text: string) => void;
  /** Called with the routes that every worker serves, whenever they change. */
  readonly routed?: (routes: readonly ListedRoute[]) => void;
}

/** Prints to a user's terminal what this machine serves. */
export class LocalView implements Observer {
  readonly #options: LocalViewOptions;
  readonly #board: RouteBoard;
  #pause: NodeJS.Timeout | undefined;
  #isAgain = false;
  #hasBegun = false;
  #hasReportedSecrets = false;

  constructor(options: LocalViewOptions) {
    const { config } = options;
    this.#options = options;
    this.#board = new RouteBoard(`http://${urlHost(config.adminAddress)}:${config.adminPort}/routes`);
  }

  changed(): void {
    if (this.#pause !== undefined) {
      this.#isAgain = true;
      return;
    }
    this.#look();
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (this.#isAgain) this.changed();
      this.#isAgain = false;
    }, PRINT_DELAY).unref();
  }

  problem({ where, reason }: SourceProblem): void {
    if (where !== 'secrets' || reason !== 'forbidden' || this.#hasReportedSecrets) return;
    this.#hasReportedSecrets = true;
    this.#options.printError(NO_SECRETS);
  }

  #look(): void {
    const { served, print, routed } = this.#options;
    const routes = served.routes();
    if (routes === undefined) return;
    const lines = this.#board.update(routes);
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      print(this.#beginning(routes, lines));
    } else if (lines.length > 0) print(`${lines.join('\n')}\n`);
    routed?.(routes);
  }

  #beginning(routes: readonly ListedRoute[], lines: readonly string[]): string {
    const { title, config, routed } = this.#options;
    const table = lines.map((line) => `  ${line}\n`).join('');
    // A command gets the addresses in its environment.
    if (routed !== undefined) return `${title}\n\n${table}`;
    return `${title}\n\n${table}\n${howTo(exampleOf(routes, localRules(config).hostSuffix), config)}\n`;
  }
}

/** A route whose host a user would type, as an example. */
function exampleOf(routes: readonly ListedRoute[], suffix: string): Pick<ListedRoute, 'host' | 'path'> {
  const named = routes.filter(({ host }) => /^[^*[].*\.[a-z-]+$/.test(host));
  const plain = named.find(({ host }) => suffix === '' || !host.endsWith(suffix));
  return plain ?? named[0] ?? { host: 'HOST', path: '/' };
}

/** Explains how to reach a host. */
function howTo({ host, path }: Pick<ListedRoute, 'host' | 'path'>, config: Config): string {
  const { hostSuffix } = localRules(config);
  const { port, adminPort } = config;
  const router = `${urlHost(config.address)}:${port}`;
  const admin = `${urlHost(config.adminAddress)}:${adminPort}`;
  const suffixed: readonly (readonly [string, string])[] = [
    ['browsers and curl', `http://${host}${hostSuffix}:${port}${path}`],
    ['the list of hosts', `http://${hostSuffix.slice(1)}:${port}/`],
    ["a browser's proxy", `http://${admin}/proxy.pac`],
  ];
  const ways = [
    ...(hostSuffix === '' ? [] : suffixed),
    ["a program's proxy", `curl -x http://${router} http://${host}${path}`],
  ];
  // The labels come first and have one length, so that the lines are short enough for a terminal of 80 columns.
  return `${ways.map(([label, how]) => `  ${label}  ${how}\n`).join('')}The pod sees ${host}. Ctrl-C ends podway.`;
}
