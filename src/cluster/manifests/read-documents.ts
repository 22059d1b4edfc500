import { hash } from 'node:crypto';
import type { KindTable, ManifestContext } from '../kind.ts';
import { type DocumentContents, documentContents } from './document-contents.ts';
import { decodeText } from './file-text.ts';
import { splitDocuments, type DocumentText } from './split-documents.ts';
import { mayHideSecret } from './suspect.ts';
import { type Parsed, parseYaml } from '../yaml.ts';

export type FileReading =
  | { readonly documents: readonly DocumentReading[] }
  /** Nothing of the file counts. Says where and what was expected, never what was found: it may be a Secret. */
  | { readonly syntax: string; readonly mayHideSecret: boolean };

export interface DocumentReading {
  /** The same text has the same digest. */
  readonly digest: string;
  /** Nothing, if there are only comments. Undefined when the digest was known. */
  readonly contents: readonly DocumentContents[] | undefined;
}

/** Reads the documents of a file whose digest is not known yet. Never throws. */
export function readDocuments(
  bytes: Uint8Array,
  kinds: KindTable,
  { known, ...context }: ManifestContext & { readonly known: ReadonlySet<string> },
): FileReading {
  const text = decodeText(bytes);
  const documents: DocumentReading[] = [];
  for (const document of splitDocuments(text)) {
    const digest = hash('sha256', document.text, 'base64');
    if (known.has(digest)) {
      documents.push({ digest, contents: undefined });
      continue;
    }
    const parsed = parseDocument(document);
    if ('expected' in parsed) {
      const { line, column, expected } = parsed;
      const syntax = `line ${document.line + line}, column ${column}: ${expected}`;
      return { syntax, mayHideSecret: mayHideSecret(text, context.scope) };
    }
    const contents = parsed.values.map((value) => documentContents(value, kinds, context));
    documents.push({ digest, contents });
  }
  return { documents };
}

/** JSON is YAML, and read a hundred times as fast. */
export function parseDocument({ text }: DocumentText): Parsed {
  try {
    if (/^(?:---\s)?\s*\{/.test(text)) return { values: [JSON.parse(text.replace(/^---\s/, ''))] };
  } catch {
    // Only looks like it, or what is wrong is said better in terms of YAML.
  }
  return parseYaml(text);
}
