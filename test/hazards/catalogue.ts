import { readFileSync } from 'node:fs';

export interface CatalogueRow {
  readonly id: string;
  /** The heading of its table; `part`: the heading of its part. */
  readonly family: string;
  readonly part: 'Part 1' | 'Part 2';
  readonly cells: readonly string[];
}

/** The rows of the tables of catalogue.md. */
export function readCatalogue(): CatalogueRow[] {
  const text = readFileSync(new URL('catalogue.md', import.meta.url), 'utf8');
  const rows: CatalogueRow[] = [];
  let part: CatalogueRow['part'] = 'Part 1';
  let family = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) part = line.startsWith('## Part 1') ? 'Part 1' : 'Part 2';
    else if (line.startsWith('### ')) family = /^### (\w+): /.exec(line)?.[1] ?? line;
    else if (/^\| (?!id \|)/.test(line)) {
      const cells = line.split(/(?<!\\)\|/).slice(1, -1);
      const [id = '', ...rest] = cells.map((cell) => cell.trim());
      rows.push({ id, family, part, cells: rest });
    }
  }
  return rows;
}
