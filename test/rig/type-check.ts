import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** A value and the type, as TypeScript writes it, that it has to satisfy. */
export interface Claim {
  /** What to call the value in an error. */
  readonly name: string;
  readonly value: unknown;
  readonly type: string;
}

/**
 * What the compiler says of values that are written out as literals: unknown fields, missing ones and values of another
 * type, each with the name of its value. Empty when all is well.
 *
 * @param imports where the types come from: names to a file of the project
 */
export async function typeErrors(
  claims: readonly Claim[],
  imports: Readonly<Record<string, string>>,
): Promise<string[]> {
  const cache = join(PROJECT, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'types-'));
  try {
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(PROJECT, 'tsconfig.json'), include: ['*.ts'] }),
    );
    for (const [index, { value, type }] of claims.entries()) {
      const lines = Object.entries(imports).map(
        ([names, file]) => `import type { ${names} } from ${JSON.stringify(join(PROJECT, file))};`,
      );
      const literal = JSON.stringify(value, undefined, 1);
      await writeFile(
        join(folder, `value-${index}.ts`),
        `${lines.join('\n')}\nexport default ${literal} satisfies ${type};\n`,
      );
    }
    const output = await compile(folder);
    // Lines that begin with a blank go on with the error above.
    return output
      .split(/\n(?=\S)/)
      .filter((error) => error.includes('error TS'))
      .map((error) => {
        const [, index, message = error] = /value-(\d+)\.ts(.*)$/s.exec(error) ?? [];
        return `${claims[Number(index)]?.name}${message}`;
      });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function compile(folder: string): Promise<string> {
  const compiler = join(PROJECT, 'node_modules/.bin/tsc');
  return new Promise((resolve) => {
    const options = { maxBuffer: 16 * 1024 * 1024, cwd: folder };
    execFile(compiler, ['-p', folder, '--pretty', 'false'], options, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}
