import { mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { waitFor } from "../../lab/wait-for.ts";
import { type ComponentName, locateComponent } from "../../support/component.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { startKnot } from "../../support/knot.ts";
import { startPdns } from "../../support/pdns.ts";
import { run, runOrThrow } from "../../support/run.ts";
import { KNOT_MISPRINTS, LDNS_MISPRINTS, type Misprint, NSD_MISPRINTS, PDNS_MISPRINTS } from "./misprints.ts";

/** Where a printer finds zones. */
export interface ZoneSource {
  /** A primary that transfers each of them. */
  readonly primary: DnsEndpoint;
  /** Its zone file, as a person writes it. */
  readonly pathOf: (domain: string) => string;
  /** The same with all RDATA as bytes, which a tool can read that doesn't know a type. */
  readonly genericPathOf: (domain: string) => string;
  /** A directory for files. */
  readonly directory: string;
}

/** A tool that prints zones as zone-file text. */
export interface ZonePrinter {
  readonly name: string;
  /** One label, for domains. */
  readonly id: string;
  readonly needs: readonly ComponentName[];
  /** The text of each zone; "" for a zone that it can't print. The last domain takes the longest. */
  readonly print: (source: ZoneSource, domains: readonly string[]) => Promise<readonly string[]>;
  readonly misprints: readonly Misprint[];
}

export const ZONE_PRINTERS: readonly ZonePrinter[] = [
  compileZone("full"),
  compileZone("relative"),
  transferTool("dig", "dig AXFR", []),
  transferTool("dig", "dig AXFR +multiline", ["+multiline"]),
  transferTool("dig", "dig AXFR +noall +answer", ["+noall", "+answer"]),
  transferTool("dig", "dig AXFR +unknownformat", ["+unknownformat"]),
  { ...transferTool("kdig", "kdig AXFR", []), misprints: KNOT_MISPRINTS },
  {
    name: "nsd-checkzone -p",
    id: "nsd-checkzone",
    needs: ["nsd-checkzone"],
    misprints: NSD_MISPRINTS,
    print: ({ genericPathOf }, domains) =>
      eachOf(domains, (domain) => output("nsd-checkzone", ["-p", domain, genericPathOf(domain)])),
  },
  {
    name: "ldns-read-zone",
    id: "ldns-read-zone",
    needs: ["ldns-read-zone"],
    misprints: LDNS_MISPRINTS,
    print: ({ genericPathOf }, domains) =>
      eachOf(domains, (domain) => output("ldns-read-zone", [genericPathOf(domain)])),
  },
  {
    name: "knotc zone-flush",
    id: "knotc",
    needs: ["knotd", "knotc"],
    misprints: KNOT_MISPRINTS,
    print: printWithKnot,
  },
  {
    name: "pdnsutil list-zone",
    id: "pdnsutil",
    needs: ["pdns_server", "pdnsutil", "pdns_control", "sqlite3"],
    misprints: PDNS_MISPRINTS,
    print: printWithPdns,
  },
];

function compileZone(style: "full" | "relative"): ZonePrinter {
  return {
    name: `named-compilezone -s ${style}`,
    id: `compilezone-${style}`,
    needs: ["named-compilezone"],
    misprints: [],
    print: ({ pathOf }, domains) =>
      eachOf(domains, (domain) =>
        output("named-compilezone", ["-i", "none", "-k", "ignore", "-s", style, "-o", "-", domain, pathOf(domain)]),
      ),
  };
}

function transferTool(tool: "dig" | "kdig", name: string, flags: readonly string[]): ZonePrinter {
  return {
    name,
    id: name.toLowerCase().replaceAll(/[^a-z]+/g, "-"),
    needs: [tool],
    misprints: [],
    print: ({ primary: { host, port } }, domains) =>
      eachOf(domains, (domain) => output(tool, [`@${host}`, "-p", String(port), domain, "AXFR", ...flags])),
  };
}

async function eachOf(
  domains: readonly string[],
  print: (domain: string) => Promise<string>,
): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const domain of domains) {
    texts.push(await print(domain));
  }
  return texts;
}

/** Standard output, whatever the exit code: the caller judges the text. */
async function output(tool: ComponentName, args: readonly string[]): Promise<string> {
  return (await run(locateComponent(tool), args, { env: { HOME: "/nonexistent" } })).stdout;
}

async function printWithKnot({ genericPathOf, directory }: ZoneSource, domains: readonly string[]) {
  const dump = join(directory, "knot");
  await mkdir(dump);
  await using knot = await startKnot({
    moreZones: domains.map((domain) => `- domain: ${domain}\n  file: "${genericPathOf(domain)}"`),
  });
  for (const domain of domains) {
    await waitFor(`Knot to load ${domain}`, () => knot.control("zone-read", domain, "@", "SOA"));
  }
  return await eachOf(domains, async (domain) => {
    // The text is empty when Knot can't write one of the records.
    const isPrinted = await knot.control("zone-flush", "+outdir", dump, domain).then(
      () => true,
      () => false,
    );
    return isPrinted ? readFile(join(dump, basename(genericPathOf(domain))), "utf8") : "";
  });
}

/** As a secondary, because pdnsutil doesn't load bytes of types that it knows. */
async function printWithPdns({ primary: { host, port } }: ZoneSource, domains: readonly string[]) {
  await using pdns = await startPdns({ moreConfig: "secondary=yes" });
  for (const domain of domains) {
    await pdns.util("create-secondary-zone", domain, `${host}:${port}`);
    await runOrThrow(locateComponent("pdns_control"), [`--config-dir=${pdns.directory}`, "retrieve", domain]);
  }
  // One after the other, so the last one is there when all are.
  await waitFor("PowerDNS to transfer the zones", async () => {
    if (!(await pdns.util("list-zone", domains.at(-1) ?? "")).includes("SOA")) {
      throw new Error(pdns.output().slice(-1_000));
    }
  });
  return await eachOf(domains, async (domain) => {
    const text = await pdns.util("list-zone", domain);
    return text.includes("SOA") ? text : "";
  });
}
