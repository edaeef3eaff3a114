import { readFileSync } from "node:fs";
import type { VersionConfig } from "../config/config.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { Io } from "../terminal/streams.ts";
import { json } from "../terminal/text.ts";

/** `dnsalias version [--json]`. Returns the exit code. */
export async function versionCommand(config: VersionConfig, io: Io): Promise<number> {
  const version = programVersion();
  const node = process.versions.node;
  io.out.write(config.json ? json({ version, node }) : `dnsalias ${version} (Node.js ${node})\n`);
  return EXIT.ok;
}

/** The version in package.json, which is three folders up, both from src/ and from the built dist/. */
export function programVersion(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const data: unknown = JSON.parse(text);
  const version = typeof data === "object" && data !== null && "version" in data ? data.version : undefined;
  return typeof version === "string" ? version : "unknown";
}
