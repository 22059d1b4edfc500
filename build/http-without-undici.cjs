// The text of a module that replaces node:http. An import of node:http makes Node.js read all its members, and three of them
// load undici, which podway does not use and which takes a tenth of the CPU time of a start.
'use strict';

const OF_UNDICI = ['WebSocket', 'CloseEvent', 'MessageEvent'];
const members = Object.keys(require('node:http')).filter((name) => !OF_UNDICI.includes(name));

module.exports = `const http = process.getBuiltinModule('node:http');
export const { ${members.join(', ')} } = http;
export default http;
`;
