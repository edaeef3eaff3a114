import { displayName, nameOfCanonical, type Name } from "../../src/dns/name/name.ts";
import type { RRset } from "../../src/dns/record.ts";
import type { TsigAlgorithm } from "../../src/dns/tsig/tsig-key.ts";
import { locateComponent } from "./component.ts";
import { dig } from "./dig.ts";
import type { DnsEndpoint } from "./dns-probe.ts";
import { runOrThrow } from "./run.ts";
import { groupRRsets } from "../../src/dns/zone-file/parse-zone-file.ts";

/** A TSIG key as tools and configurations have it. */
export interface ToolKey {
  /** Without the final dot. */
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  /** In base64. */
  readonly secret: string;
}

/** Somebody else's hand in a zone: BIND's nsupdate and dig. */
export interface ZoneTool {
  readonly server: DnsEndpoint;
  readonly zone: Name;
  readonly key?: ToolKey;
}

/** Makes the whole record set so. */
export async function putSet(tool: ZoneTool, { name, type, ttl, data }: RRset): Promise<void> {
  const adds = data.map((text) => `update add ${name} ${ttl} IN ${type} ${text}`);
  await nsupdate(tool, [`update delete ${name} IN ${type}`, ...adds]);
}

export async function removeSet(tool: ZoneTool, name: Name, type: string): Promise<void> {
  await nsupdate(tool, [`update delete ${name} IN ${type}`]);
}

/** Every record set of the zone, by a transfer; throws when the server refuses it. */
export async function listSets({ server, zone, key }: ZoneTool): Promise<readonly RRset[]> {
  const reply = await dig(server, displayName(zone), "AXFR", key === undefined ? [] : ["-y", keyText(key)]);
  if (reply.answer.length === 0) {
    throw new Error(`no transfer of ${zone}: ${reply.text}`);
  }
  const records = reply.answer.filter((record) => record.class === "IN"); // of class ANY is the signature
  return groupRRsets(
    records.map(({ name, ttl, type, data }) => ({ name: nameOfCanonical(name), ttl, type, data, line: 0, column: 0 })),
  );
}

export function keyText({ name, algorithm, secret }: ToolKey): string {
  return `${algorithm}:${name}:${secret}`;
}

async function nsupdate({ server, zone, key }: ZoneTool, lines: readonly string[]): Promise<void> {
  const args = ["-v", "-t", "5", "-r", "0", ...(key === undefined ? [] : ["-y", keyText(key)])];
  const input = [`server ${server.host} ${server.port}`, `zone ${zone}`, ...lines, "send", ""].join("\n");
  await runOrThrow(locateComponent("nsupdate"), args, { input });
}
