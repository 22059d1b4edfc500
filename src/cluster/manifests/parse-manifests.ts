import { LineCounter, parseAllDocuments } from 'yaml';
import { own, ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';

/** Aliases of one document: Kubernetes manifests hardly use any, a "billion laughs" file is made of them. */
const MAX_ALIASES = 100;

export interface ManifestObject {
  readonly kind: 'Pod' | 'Secret';
  readonly object: unknown;
}

export type ParsedManifests =
  /** `invalid` says which parts were no Kubernetes objects; the others are good. */
  | {
      readonly objects: readonly ManifestObject[];
      readonly invalid: readonly string[];
      /** There is no document at all, or only empty ones. */
      readonly empty: boolean;
    }
  /** Nothing of the text counts. Says where and what was expected, never what was found: it may be a Secret. */
  | { readonly syntax: string };

/**
 * Reads the Pods and Secrets of a manifest file: YAML with any number of documents, or JSON; single objects, `List`,
 * `PodList` and `SecretList`. Other kinds are passed over. Never throws.
 */
export function parseManifests(text: string, format: 'yaml' | 'json'): ParsedManifests {
  const documents = format === 'json' ? parseJsonText(text) : parseYamlText(text);
  if ('syntax' in documents) return documents;
  const objects: ManifestObject[] = [];
  const invalid: string[] = [];
  for (const [index, document] of documents.values.entries()) {
    const where = documents.values.length > 1 ? `document ${index + 1}` : 'the document';
    collect(document, where, { objects, invalid });
  }
  const empty = documents.values.every((it) => it === null || it === undefined);
  return { objects, invalid, empty };
}

interface Found {
  readonly objects: ManifestObject[];
  readonly invalid: string[];
}

function collect(document: unknown, where: string, found: Found): void {
  // An empty document, as before a leading `---`.
  if (document === null || document === undefined) return;
  const kind = ownString(document, 'kind');
  if (kind === undefined || ownString(document, 'apiVersion') === undefined) {
    found.invalid.push(`${where} has no apiVersion and kind`);
    return;
  }
  const itemKind = LISTS.get(kind);
  if (itemKind === undefined) return add(document, kind, where, found);
  const items = own(document, 'items') ?? [];
  if (!Array.isArray(items)) {
    found.invalid.push(`items of ${where} is not a list`);
    return;
  }
  for (const [index, item] of items.entries()) {
    // Items of a PodList carry no kind of their own. A list within a list is nobody's manifest.
    add(item, ownString(item, 'kind') ?? itemKind, `item ${index + 1} of ${where}`, found);
  }
}

const LISTS: ReadonlyMap<string, string> = new Map([
  ['List', ''],
  ['PodList', 'Pod'],
  ['SecretList', 'Secret'],
]);

function add(object: unknown, kind: string, where: string, found: Found): void {
  if (kind === '') found.invalid.push(`${where} has no kind`);
  if (kind !== 'Pod' && kind !== 'Secret') return;
  if ((ownString(object, 'apiVersion') ?? 'v1') === 'v1') found.objects.push({ kind, object });
}

type Documents = { readonly values: readonly unknown[] } | { readonly syntax: string };

function parseJsonText(text: string): Documents {
  try {
    return { values: [JSON.parse(text)] };
  } catch (error) {
    // The engine's message quotes the text; only its position is taken from it.
    const at = error instanceof Error ? /line (\d+) column (\d+)/.exec(error.message) : null;
    return { syntax: at === null ? 'expected JSON' : `line ${at[1]}, column ${at[2]}: expected JSON` };
  }
}

/** YAML 1.2 with merge keys, which kubectl knows too. */
function parseYamlText(text: string): Documents {
  const lines = new LineCounter();
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      merge: true,
      logLevel: 'error',
    });
    const values: unknown[] = [];
    for (const document of documents) {
      const error = document.errors[0];
      if (error !== undefined) {
        const { line, col } = lines.linePos(error.pos[0]);
        return { syntax: `line ${line}, column ${col}: ${withoutQuote(error.message)}` };
      }
      values.push(document.toJS({ maxAliasCount: MAX_ALIASES }));
    }
    return { values };
  } catch (error) {
    const bomb = error instanceof Error && error.message.startsWith('Excessive alias');
    return {
      syntax: bomb ? `more than ${MAX_ALIASES} aliases in one document` : 'an alias without its anchor',
    };
  }
}

/** The parser's messages end in what it found, after a colon or as an escape sequence. */
function withoutQuote(message: string): string {
  if (message.startsWith('Maximum call stack')) return 'nested too deeply';
  return printable(message.replace(/(: |\\).*$/s, '').trim());
}
