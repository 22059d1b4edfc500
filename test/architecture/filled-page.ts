import { readFileSync } from 'node:fs';

/**
 * A page of docs/ with a hand-written text, in which each table between `<!-- NAME -->` and `<!-- end of NAME -->` is
 * generated.
 */
export function filledPage(page: string, tables: Readonly<Record<string, readonly string[]>>): string {
  const url = new URL(`../../docs/${page}`, import.meta.url);
  return Object.entries(tables).reduce(
    (text, [name, lines]) => {
      const found = new RegExp(`(?<=^<!-- ${name} -->\n\n).*?(?=\n\n<!-- end of ${name} -->$)`, 'ms');
      if (!found.test(text)) throw new Error(`docs/${page} has no place for "${name}"`);
      return text.replace(found, () => lines.join('\n'));
    },
    readFileSync(url, 'utf8'),
  );
}
