// Sources load of client-node what the build has of it: a process starts in 0.3 s less.
'use strict';

const { registerHooks } = require('node:module');
const { pathToFileURL } = require('node:url');

const PARTS = pathToFileURL(require.resolve('./kubeconfig-parts.ts')).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === './gen/index.js' && context.parentURL?.endsWith('/@kubernetes/client-node/dist/config.js')
      ? { url: PARTS, shortCircuit: true }
      : next(specifier, context),
});
