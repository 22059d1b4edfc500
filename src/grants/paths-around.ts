/**
 * The paths whose grants cover a path, including the path itself: the longest first, `/` last. Only `/` ends in a
 * slash.
 */
export function pathsAround(path: string, match: 'segment' | 'prefix'): string[] {
  const paths: string[] = [];
  const add = (end: number): void => {
    const around = end === 0 ? '/' : path.slice(0, end);
    if (around === '/' || !around.endsWith('/')) paths.push(around);
  };
  if (match === 'prefix') {
    for (let end = path.length; end > 0; end--) add(end);
    return paths;
  }
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) add(end);
  if (path !== '/') add(0);
  return paths;
}
