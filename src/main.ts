#!/usr/bin/env node
// Nothing may be imported before this check: an old Node.js would stop at the first import with a message that users can't understand.
const nodeVersion = process.versions.node.split(".").map(Number);
const nodeMajor = nodeVersion[0] || 0;
const nodeMinor = nodeVersion[1] || 0;
if (nodeMajor < 22 || (nodeMajor === 22 && nodeMinor < 19)) {
  process.stderr.write("dnsalias needs Node.js 22.19 or newer; this is " + process.versions.node + "\n");
  process.exit(1);
}

const { main } = await import("./cli/main.ts");
process.exitCode = await main();
