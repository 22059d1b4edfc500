import { ApiFailure } from '../../cluster/api/api-failure.ts';
import { SourceError } from '../../cluster/source.ts';
import type { Runtime } from '../runtime.ts';
import { Interruption } from '../session/interruption.ts';

/** Exit code when the cluster or the manifests cannot be read. */
const UNREADABLE_EXIT_CODE = 2;

/**
 * Runs a command that reads a cluster, files or stdin, until it ends or a signal interrupts it. Resolves with the exit
 * code. Reports unreadable input in one line.
 *
 * @param name the name of the command, such as `check`
 */
export async function interruptible(
  name: string,
  runtime: Runtime,
  run: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const interruption = new Interruption(runtime);
  try {
    // The signal does not interrupt reads of stdin and files, so podway does not wait for them.
    return await Promise.race([
      run(interruption.signal),
      interruption.came.then(() => interruption.code ?? UNREADABLE_EXIT_CODE),
    ]);
  } catch (error) {
    if (interruption.code !== undefined) return interruption.code;
    if (!(error instanceof SourceError) && !(error instanceof ApiFailure)) throw error;
    runtime.printError(`podway ${name}: ${error.message}`);
    return UNREADABLE_EXIT_CODE;
  }
}
