import { hash } from 'node:crypto';
import type { KindTable, ManifestContext } from '../kind.ts';
import { type DocumentContents, documentContents } from './document-contents.ts';
import { decodeText } from './file-text.ts';
import { splitDocuments, type DocumentText } from './split-documents.ts';
import { mayHideSecret } from './suspect.ts';
import { type Parsed, parseYaml } from '../yaml.ts';

export type FileReading =
  | { readonly documents: readonly DocumentReading[] }
  /**
   * Nothing of the file counts. `syntax` names the place and what was expected, but never what was found, which may be
   * a Secret.
   */
  | { readonly syntax: string; readonly mayHideSecret: boolean };

export interface DocumentReading {
  /** Equal texts have equal digests. */
  readonly digest: string;
  /** Empty if there are only comments; undefined if the digest was known. */
  readonly contents: readonly DocumentContents[] | undefined;
}

/** Reads those documents of a file whose digests are not known yet. Never throws. */
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

/** JSON is YAML, but the JSON parser is a hundred times as fast. */
export function parseDocument({ text }: DocumentText): Parsed {
  try {
    if (/^(?:---\s)?\s*\{/.test(text)) return { values: [JSON.parse(text.replace(/^---\s/, ''))] };
  } catch {
    // The text only looks like JSON, or the YAML parser describes its error better.
  }
  return parseYaml(text);
}
