#!/usr/bin/env node
// The program. `node --require` also loads this file before scripts of this repository. It checks whether they can run.
// It is written in old JavaScript, so a Node.js that is too old for the other files can run it and print one clear sentence.
'use strict';

var fs = require('fs');
var path = require('path');

var ROOT = path.join(__dirname, '..');
var manifest = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
var isCheckout = path.basename(__dirname) === 'src';

/** @returns {string | undefined} */
function problem() {
  var missing = isCheckout ? missingPackages() : [];
  if (missing.length > 0) {
    var named = missing.slice(0, 3).join(', ') + (missing.length > 3 ? ', ...' : '');
    return (
      'run "npm ci" in ' +
      ROOT +
      ' first: it installs what is missing (' +
      named +
      ') and the Node.js that runs podway'
    );
  }
  if (isNewEnough(process.versions.node, minimum())) return undefined;
  return (
    'Node.js ' + minimum() + ' or newer is required, this is ' + process.versions.node + ': ' + instead()
  );
}

/** Only for a checkout: the files of a build contain the parts of packages that they use. @returns {string[]} */
function missingPackages() {
  return Object.keys(manifest.devDependencies).filter(function (name) {
    return !module.paths.some(function (folder) {
      return fs.existsSync(path.join(folder, name));
    });
  });
}

/** The minimum version of Node.js, which only package.json defines. */
function minimum() {
  return manifest.engines.node.replace(/^>=/, '');
}

/** @param {string} version @param {string} least */
function isNewEnough(version, least) {
  var has = version.split('.').map(Number);
  var needs = least.split('.').map(Number);
  for (var at = 0; at < needs.length; at++) {
    if (has[at] !== needs[at]) return has[at] > needs[at];
  }
  return true;
}

function instead() {
  if (!isCheckout) return 'install it, https://nodejs.org has it';
  return fs.existsSync(path.join(ROOT, 'node_modules/node/bin/node'))
    ? 'start it with "npm start" or "npm run podway -- COMMAND", which use the one that "npm ci" installed'
    : 'install it, or run "npm ci" without --omit=dev and --ignore-scripts, which brings it';
}

var found = problem();
if (found !== undefined) {
  process.stderr.write('podway: ' + found + '\n');
  process.exit(2);
}
if (isCheckout) require('../build/lean-client-node.cjs');
if (require.main === module) void import(isCheckout ? './main.ts' : './main.js');
