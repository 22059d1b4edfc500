import { isMap, isScalar, parseDocument, type Pair } from 'yaml';

const MARK = / ?-- /;

/**
 * Every value with a `# --` comment as a row of Markdown: path, default, comment. A map without such a comment only
 * groups values.
 *
 * @throws when a value has no comment of its own and no map above it has one
 */
export function valuesTable(yaml: string): string {
  const document = parseDocument(yaml);
  if (!isMap(document.contents)) throw new Error('the values are not a map');
  const heading = document.contents.commentBefore ?? document.commentBefore;
  const rows = document.contents.items.flatMap((pair, index) =>
    rowsOf(pair, { above: '', comment: index === 0 ? heading : undefined }),
  );
  return ['| Value | Default | Meaning |', '|---|---|---|', ...rows, ''].join('\n');
}

interface Place {
  readonly above: string;
  /** The YAML parser gives the comment of a map's first key to the map. */
  readonly comment: string | null | undefined;
}

function rowsOf({ key, value }: Pair, { above, comment }: Place): string[] {
  if (!isScalar(key)) throw new Error('a key is not a scalar');
  const path = `${above}${String(key.value)}`;
  const doc = docOf(key.commentBefore ?? comment);
  if (doc !== undefined) return [`| \`${path}\` | ${shown(value)} | ${doc} |`];
  if (!isMap(value) || value.items.length === 0)
    throw new Error(`values.yaml: ${path} has no "# --" comment`);
  return value.items.flatMap((pair, index) =>
    rowsOf(pair, { above: `${path}.`, comment: index === 0 ? value.commentBefore : undefined }),
  );
}

/** The comment from ` --` on, as one line; undefined when there is none. */
function docOf(comment: string | null | undefined): string | undefined {
  const text = (comment ?? '').split('\n\n').at(-1) ?? '';
  if (!MARK.test(text)) return undefined;
  return text
    .slice(text.search(MARK))
    .replace(MARK, '')
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .replaceAll('|', '\\|');
}

function shown(value: unknown): string {
  const plain = value === null || value === undefined ? null : (value as { toJSON(): unknown }).toJSON();
  return `\`${JSON.stringify(plain)}\``;
}
