import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { KindTable, ManifestContext } from '../kind.ts';
import { isOwnTable } from '../kinds.ts';
import type { ParseTask } from './parse-thread.ts';
import { type FileReading, readDocuments } from './read-documents.ts';

/** Bytes. To read as much takes the main thread some ten milliseconds; more goes to a thread of its own. */
const READ_HERE = 256 * 1024;

/** From sources the entry is a .ts file, from dist/ a .js file: regardless of the type of this module. */
const ENTRY = new URL(
  `./parse-thread${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
  import.meta.url,
);

/** Reads files without keeping the main thread from its other work. */
export class DocumentReader {
  readonly kinds: KindTable;
  readonly #context: ManifestContext;
  readonly #isOwn: boolean;

  constructor(kinds: KindTable, context: ManifestContext) {
    this.kinds = kinds;
    this.#context = context;
    this.#isOwn = isOwnTable(kinds, context.scope);
  }

  /** @param known digests of documents that need not be read again */
  async read(bytes: Uint8Array, known: ReadonlySet<string>, signal: AbortSignal): Promise<FileReading> {
    // Another table than podway's own has functions that no thread can be given.
    if (bytes.length <= READ_HERE || !this.#isOwn)
      return readDocuments(bytes, this.kinds, { ...this.#context, known });
    const { namespace, labelSelector, secretName, secretField, tlsSecrets, namespaces, annotations } =
      this.#context.scope;
    const scope = {
      namespace,
      labelSelector,
      secretName,
      secretField,
      tlsSecrets,
      namespaces,
      annotations,
    };
    const workerData: ParseTask = { bytes, scope, known: [...known] };
    // It ends by itself; what it needed is given back at once.
    const thread = new Worker(ENTRY, { workerData, name: 'manifests' });
    const stop = () => void thread.terminate();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const [reading] = (await once(thread, 'message', { signal })) as [FileReading];
      return reading;
    } catch {
      // Out of memory, or no caller waits any more. What is in there is anybody's guess.
      return { syntax: 'needs more memory than is available', mayHideSecret: true };
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
