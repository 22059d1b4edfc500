import { AUTH_RESULTS } from '../../src/boundary/auth-figures.ts';
import { optionsTable } from './options-table.ts';
import { filledPage } from './filled-page.ts';
import { markdownTable } from './markdown-table.ts';

/** docs/options.md. */
export function optionsPage(): string {
  return filledPage('options.md', {
    options: [optionsTable()],
    'auth results': markdownTable(
      ['result', 'meaning'],
      Object.entries(AUTH_RESULTS).map(([result, meaning]) => [`\`${result}\``, meaning]),
    ),
  });
}
