import type { VNode } from 'preact';

// The package's own types are those of a CommonJS module, which this is not.
declare const htm: {
  bind(h: unknown): (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
};
export default htm;
