import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { startBind } from "../../support/bind.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { runOrThrow } from "../../support/run.ts";
import { asBindReads, chosenLines, LINES, titleOf, zoneOf, zoneOfLines } from "./lines/all-lines.ts";
import type { RecordLine } from "./lines/record-line.ts";
import { publishZoneFiles, type Published } from "./product.ts";
import { ZONE_PRINTERS, type ZonePrinter, type ZoneSource } from "./zone-printers.ts";
import { linesAbout, type Served, serveZones, writeZoneFiles, zoneClauses, zonePath } from "./zone-servers.ts";

const skip = skipWithout("dig", "named", "named-checkconf", ...ZONE_PRINTERS.flatMap(({ needs }) => needs));

describe("a zone that a tool prints is a base zone with the same records", { skip }, () => {
  let original: Served;
  let printed: Map<string, string>;
  const faults = new Map<ZonePrinter, unknown>();
  let readByBind: Served;
  let readByKnot: Served;
  let published: Published;
  let served: Served;
  const started = new AsyncDisposableStack();

  before(async () => {
    const directory = await mkdtemp(join(tmpdir(), "dnsalias-tools-"));
    started.defer(() => rm(directory, { recursive: true, force: true }));
    const files = await writeZoneFiles(join(directory, "original"), originals());
    original = await serveZones("BIND", files);
    {
      await using bind = await startBind({ moreConfig: zoneClauses(files.directory, files.domains) });
      const source: ZoneSource = {
        primary: bind,
        directory,
        pathOf: (domain) => zonePath(files.directory, domain),
        genericPathOf: (domain) => join(files.directory, `${domain}.generic`),
      };
      for (const domain of files.domains) {
        await writeFile(source.genericPathOf(domain), await genericText(source, domain));
      }
      printed = await printAll(source, faults);
    }
    const prints = await writeZoneFiles(join(directory, "printed"), printed);
    readByBind = await serveZones("BIND", prints);
    readByKnot = await serveZones("Knot", prints);
    const complete = ZONE_PRINTERS.map((printer) => [wholeOf(printer), printed.get(wholeOf(printer)) ?? ""] as const);
    published = await publishZoneFiles(directory, new Map(complete));
    served = await serveZones("BIND", await writeZoneFiles(join(directory, "written"), published.written));
  });
  after(() => started.disposeAsync());

  for (const printer of ZONE_PRINTERS) {
    const domain = wholeOf(printer);

    test(printer.name, () => {
      assert.ifError(faults.get(printer));
      assert.equal(published.refused.get(domain), undefined);
      assert.deepEqual(readByBind.zones.get(domain), original.zones.get(domain), "BIND reads other records");
      assert.ok((original.zones.get(domain)?.length ?? 0) > printedLines(printer).size);
      assert.deepEqual(served.zones.get(domain), original.zones.get(domain), linesAbout(domain, served));
    });

    for (const [index, [text, fault]] of printer.misprints.entries()) {
      test(`${printer.name} misprints ${titleOf({ text })}: ${fault}`, () => {
        assert.ok(
          [...LINES.values()].some((line) => line.text === text),
          "no table has the line",
        );
        const single = singleOf(printer, index);
        const wanted = original.zones.get(single) ?? assert.fail();
        const readings = [readByBind, readByKnot].map(({ zones }) => zones.get(single));
        assert.ok(!readings.every((records) => isDeepStrictEqual(records, wanted)), printed.get(single) ?? "");
      });
    }
  }
});

/** The zone with every line that the tool prints well. */
function wholeOf({ id }: ZonePrinter): string {
  return `${id}.example`;
}

/** The zone with one line that it misprints. */
function singleOf({ id }: ZonePrinter, index: number): string {
  return `misprint-${index}.${id}.example`;
}

function originals(): ReadonlyMap<string, string> {
  return new Map(
    ZONE_PRINTERS.flatMap((printer) => {
      const texts = printer.misprints.map(([text]) => text);
      const singles = texts.map((text, index) => [singleOf(printer, index), zoneOf(text)] as const);
      const whole = zoneOfLines(wholeOf(printer), printedLines(printer), asBindReads);
      return [...singles, [wholeOf(printer), whole] as const];
    }),
  );
}

function printedLines({ misprints }: ZonePrinter): ReadonlyMap<string, RecordLine> {
  const texts = new Set(misprints.map(([text]) => text));
  return chosenLines(({ text, isByNumberOnly }) => isByNumberOnly === undefined && !texts.has(text));
}

async function printAll(source: ZoneSource, faults: Map<ZonePrinter, unknown>): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const printer of ZONE_PRINTERS) {
    const domains = [...printer.misprints.map((_, index) => singleOf(printer, index)), wholeOf(printer)];
    const printed = await printer.print(source, domains).catch((error: unknown) => {
      faults.set(printer, error);
      return [];
    });
    domains.forEach((domain, index) => texts.set(domain, printed[index] ?? ""));
  }
  return texts;
}

/** The zone with each record's RDATA in hex, on a line of its own. */
async function genericText({ primary: { host, port } }: ZoneSource, domain: string): Promise<string> {
  const flags = ["+noall", "+answer", "+onesoa", "+unknownformat", "+noidnout"];
  const text = await runOrThrow(locateComponent("dig"), [`@${host}`, "-p", String(port), domain, "AXFR", ...flags]);
  return text.replaceAll("CLASS1", "IN");
}
