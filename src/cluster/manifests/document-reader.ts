import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { KindTable, ManifestContext } from '../kind.ts';
import { isOwnTable } from '../kinds.ts';
import type { ParseTask } from './parse-thread.ts';
import { type FileReading, readDocuments } from './read-documents.ts';

/** Bytes. The main thread needs some ten milliseconds to read this many; a separate thread reads larger files. */
const READ_HERE = 256 * 1024;

/** The entry file has the extension of this module: .ts in the sources, .js in dist/. */
const ENTRY = new URL(
  `./parse-thread${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
  import.meta.url,
);

/** Reads files without blocking the main thread. */
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
    // Kinds other than podway's own have functions, which cannot be sent to a thread.
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
    // The thread ends after one file, and frees its memory at once.
    const thread = new Worker(ENTRY, { workerData, name: 'manifests' });
    const stop = () => void thread.terminate();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const [reading] = (await once(thread, 'message', { signal })) as [FileReading];
      return reading;
    } catch {
      // The thread ran out of memory, or `signal` aborted. The file may contain anything.
      return { syntax: 'needs more memory than is available', mayHideSecret: true };
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
