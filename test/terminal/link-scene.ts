import { PassThrough, Readable } from 'node:stream';
import type { Runtime } from '../../src/cli/runtime.ts';
import { terminal } from '../../src/cli/terminal.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import type { SessionScene } from '../sessions/session-scene.ts';
import { PageClient } from './page-client.ts';

/** `podway terminal` in this process, as a user starts it. */
export class LinkScene {
  readonly port: number;
  readonly secret: string;
  /** The exit code. */
  readonly ended: Promise<number>;
  readonly signals: ReadonlyMap<string, () => void>;
  readonly #complained: () => string;

  private constructor(
    link: string,
    ended: Promise<number>,
    rest: { signals: Map<string, () => void>; complained: () => string },
  ) {
    const url = new URL(link);
    this.port = Number(url.port);
    this.secret = url.hash.slice(1);
    this.ended = ended;
    this.signals = rest.signals;
    this.#complained = rest.complained;
  }

  /** Resolves when the link is printed. */
  static async start(
    scene: SessionScene,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<LinkScene> {
    const signals = new Map<string, () => void>();
    const stderr: string[] = [];
    const link = Promise.withResolvers<string>();
    const runtime: Pick<Runtime, 'env' | 'args' | 'streams' | 'print' | 'printError' | 'onSignal'> = {
      env: { ...scene.env, ...env },
      args,
      streams: { stdin: Readable.from([]), stdout: new PassThrough(), stderr: new PassThrough() },
      print: (text) => link.resolve(text.trim()),
      printError: (...lines) => void stderr.push(...lines),
      onSignal: (name, listener) => void signals.set(name, listener),
    };
    const complained = () => stderr.join('\n');
    // The command uses only these members of Runtime.
    const ended = terminal(runtime as Runtime);
    const early = ended.then((code) => Promise.reject(new Error(`ended with ${code}: ${complained()}`)));
    early.catch(() => undefined);
    const printed = await withTimeout(Promise.race([link.promise, early]), complained);
    return new LinkScene(printed, ended, { signals, complained });
  }

  /** Opens the page. */
  async open(body: object = {}): Promise<PageClient> {
    const page = await PageClient.enter(this.port, this.secret, body);
    await page.opened();
    return page;
  }

  /** The lines that podway printed for the user. */
  complained(): string {
    return this.#complained();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signals.get('SIGTERM')?.();
    await withTimeout(this.ended, () => `the end of podway: ${this.complained()}`);
  }
}
