/** Malformed lines of a watch, each for another reason. */
export const MALFORMED_LINES: readonly string[] = [
  'no JSON',
  '{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"}}',
  '{}',
  'null',
  '[]',
  '"ADDED"',
  '{"type":"NEW","object":{"metadata":{"name":"a","resourceVersion":"1"}}}',
  '{"object":{"metadata":{"name":"a","resourceVersion":"1"}}}',
  '{"type":"ADDED"}',
  '{"type":"ADDED","object":null}',
  '{"type":"ADDED","object":{}}',
  '{"type":"ADDED","object":{"metadata":{"name":"a"}}}',
  '{"type":"DELETED","object":{"metadata":{"resourceVersion":"1"}}}',
  '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":7}}}',
  '{"__proto__":{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"1"}}}}',
  `{"type":"ADDED","object":${'['.repeat(5000)}${']'.repeat(5000)}}`,
];
