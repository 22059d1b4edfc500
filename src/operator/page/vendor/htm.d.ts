import type { VNode } from 'preact';

// The package declares the types of a CommonJS module, but the browser loads its ES module.
declare const htm: {
  bind(h: unknown): (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
};
export default htm;
