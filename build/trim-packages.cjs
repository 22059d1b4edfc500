// npm runs this file after `npm ci` and `npm install`. It removes what packages bring and podway does not use: 68 MB of C++
// headers of Node.js, for packages that have to be compiled; 37 MB of source maps; 7 MB of programs for another runtime (Bare).
'use strict';

var fs = require('fs');
var path = require('path');

var PACKAGES = path.join(__dirname, '../node_modules');

/** @param {string} folder @param {(name: string, file: string, isFolder: boolean) => void} visit */
function forEachIn(folder, visit) {
  if (!fs.existsSync(folder)) return;
  fs.readdirSync(folder, { withFileTypes: true }).forEach(function (entry) {
    visit(entry.name, path.join(folder, entry.name), entry.isDirectory());
  });
}

/** @param {string} folder */
function remove(folder) {
  fs.rmSync(folder, { recursive: true, force: true });
}

/** @param {string} folder */
function removeSourceMaps(folder) {
  forEachIn(folder, function (name, file, isFolder) {
    if (isFolder) removeSourceMaps(file);
    else if (/\.[cm]?[jt]s\.map$/.test(name)) fs.unlinkSync(file);
  });
}

forEachIn(path.join(PACKAGES, 'node/node_modules'), function (_name, file) {
  remove(path.join(file, 'include'));
});
forEachIn(PACKAGES, function (name, file, isFolder) {
  if (name.startsWith('bare-')) remove(path.join(file, 'prebuilds'));
  // The names of npm's own files and of caches begin with a dot.
  if (isFolder && !name.startsWith('.')) removeSourceMaps(file);
});
