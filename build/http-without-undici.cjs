// The text of a module to load in place of node:http. A module that imports node:http makes Node.js read every member of it, and three
// of them load undici, which podway does not use: a tenth of the CPU time of a start.
'use strict';

const OF_UNDICI = ['WebSocket', 'CloseEvent', 'MessageEvent'];
const members = Object.keys(require('node:http')).filter((name) => !OF_UNDICI.includes(name));

module.exports = `const http = process.getBuiltinModule('node:http');
export const { ${members.join(', ')} } = http;
export default http;
`;
