// Makes podway start faster from its sources and in tests, which load about 500 modules. It resolves modules in less time, and
// replaces client-node with the parts that the build contains, which saves 0.3 s at each start, and node:http with a module
// that does not load undici.
'use strict';

const { registerHooks } = require('node:module');
const { pathToFileURL } = require('node:url');

const ROOT = pathToFileURL(`${require('node:path').resolve(__dirname, '..')}/`).href;
const PACKAGES = `${ROOT}node_modules/`;
const PARTS = pathToFileURL(require.resolve('./kubeconfig-parts.ts')).href;

const HTTP = `data:text/javascript,${encodeURIComponent(require('./http-without-undici.cjs'))}`;

registerHooks({
  resolve: (specifier, context, next) => {
    const { parentURL } = context;
    // By default Node.js looks for links and package.json in every folder of the path. Sources are not links, and all are
    // modules.
    if (specifier.startsWith('.') && specifier.endsWith('.ts') && isSource(parentURL))
      return { url: new URL(specifier, parentURL).href, format: 'module-typescript', shortCircuit: true };
    if (specifier === 'node:http' && isSource(parentURL) && context.conditions.includes('import'))
      return { url: HTTP, format: 'module', shortCircuit: true };
    return specifier === './gen/index.js' && parentURL?.endsWith('/@kubernetes/client-node/dist/config.js')
      ? { url: PARTS, shortCircuit: true }
      : next(specifier, context);
  },
});

function isSource(url) {
  return url !== undefined && url.startsWith(ROOT) && !url.startsWith(PACKAGES);
}
