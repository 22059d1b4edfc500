// npm runs this file after `npm ci`. It removes 68 MB of C++ headers from the package `node`: they are for packages that have to
// be compiled, and podway uses no such package.
'use strict';

var fs = require('fs');
var path = require('path');

var packages = path.join(__dirname, '../node_modules/node/node_modules');
if (fs.existsSync(packages))
  fs.readdirSync(packages).forEach(function (name) {
    fs.rmSync(path.join(packages, name, 'include'), { recursive: true, force: true });
  });
