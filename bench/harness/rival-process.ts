import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Child } from './child.ts';
import { checkForwarding } from './check-forwarding.ts';
import type { Rival, Setup } from './rival.ts';

const START_TIMEOUT = 20_000;

/** A rival that runs and has proved that it forwards correctly. */
export class RivalProcess {
  readonly rival: Rival;
  readonly setup: Setup;
  readonly #child: Child;

  private constructor(rival: Rival, setup: Setup, child: Child) {
    this.rival = rival;
    this.setup = setup;
    this.#child = child;
  }

  get name(): string {
    return this.rival.name;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Rejects with the last reason when the rival does not forward correctly within 20 s. */
  static async start(rival: Rival, setup: Setup, cores: string): Promise<RivalProcess> {
    const { files = {}, command, env = {} } = rival.launch(setup);
    mkdirSync(setup.folder, { recursive: true });
    // When root starts nginx, its workers run as another user.
    chmodSync(setup.folder, 0o755);
    for (const [name, content] of Object.entries(files)) {
      const file = join(setup.folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    const child = new Child(command, { cores, env });
    try {
      await waitUntilCorrect(rival, setup, child);
    } catch (error) {
      await child[Symbol.asyncDispose]();
      throw error;
    }
    return new RivalProcess(rival, setup, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}

async function waitUntilCorrect(rival: Rival, setup: Setup, child: Child): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT;
  for (;;) {
    try {
      await checkForwarding(rival, setup);
      return;
    } catch (error) {
      if (!child.running || performance.now() > deadline) {
        throw new Error(`${String(error)}\n${child.stderr}${child.stdout}`.trim(), { cause: error });
      }
    }
    await delay(50);
  }
}
