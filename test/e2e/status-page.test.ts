import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { aliasManifest, baseZoneText, zoneManifest } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { startRecursive } from "../lab/recursive.ts";
import { waitFor } from "../lab/wait-for.ts";
import { startPage } from "../support/chromium.ts";
import { skipWithout } from "../support/component.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady } from "../support/process.ts";
import { addressesBecome } from "./served.ts";

const DOMAIN = "page.example";
/** Where pictures of the page are kept for people to look at; absent: they are made and thrown away. */
const PICTURES = process.env["PICTURES_FOLDER"];

describe("the status page in Chromium", { skip: skipWithout("chromium") }, () => {
  const started = new AsyncDisposableStack();
  let root = "";
  let url = "";
  let dnsPort = 0;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "dnsalias-page-"));
    started.defer(() => rm(root, { recursive: true, force: true }));
    await mkdir(join(root, "manifests"));
    await mkdir(join(root, "out"));
    await writeFile(join(root, "manifests", "all.yaml"), manifests());
    const authority = started.use(
      await startNameServer({
        zones: {
          "cdn.test": ["d111 20 CNAME pop.edge.test.", "gone 20 CNAME nowhere.edge.test."],
          "edge.test": ["pop 20 A 11.20.0.1", "pop 20 A 11.20.0.2", "pop 20 AAAA 2a01:db8:20::1"],
        },
      }),
    );
    const recursive = started.use(await startRecursive({ zones: { "cdn.test": authority, "edge.test": authority } }));
    const port = await freePort();
    url = `http://127.0.0.1:${port}/`;
    const options = [`--manifests=${join(root, "manifests")}`, `--out=${join(root, "out")}`];
    dnsPort = await freePort();
    const more = [
      `--resolver=${recursive.host}:${recursive.port}`,
      `--listen-ops=127.0.0.1:${port}`,
      `--responder-listen=127.0.0.1:${dnsPort}`,
    ];
    const args = ["src/main.ts", "run", ...options, ...more];
    const child = startProcess({ component: "dnsalias run", command: process.execPath, args });
    started.defer(() => child.stop());
    const probe = async () => ((await fetch(`${url}healthz`)).ok ? undefined : "not well");
    await untilReady(child, { component: "dnsalias run", deadlineMs: 30_000, probe });
    await waitFor("zone and aliases on the page", async () => {
      const text = await (await fetch(url)).text();
      for (const part of [/coreDNS\/zoneFile/, /11\.20\.0\.1/, /NoAddresses/]) {
        assert.match(text, part);
      }
    });
  });
  after(() => started.disposeAsync());

  for (const javaScript of [true, false]) {
    test(`shows zones, aliases, chains, freshness and reasons, ${javaScript ? "with" : "without"} JavaScript`, async () => {
      await using page = await startPage({ javaScript });
      await page.open(url);
      const text = String(await page.evaluate("document.body.innerText"));
      for (const part of [
        DOMAIN,
        "web/shop",
        "11.20.0.1",
        "2a01:db8:20::1",
        "coreDNS/zoneFile",
        "confirmed",
        "web/broken",
      ]) {
        assert.ok(text.includes(part), `${part} in\n${text}`);
      }
      const chains = await page.evaluate("[...document.querySelectorAll('svg.chain')].map((one) => one.ariaLabel)");
      assert.ok(
        JSON.stringify(chains).includes("page.example → d111.cdn.test → pop.edge.test → "),
        JSON.stringify(chains),
      );
      assert.deepEqual(page.complaints, []);
      assert.deepEqual(
        page.requests.filter((request) => !request.startsWith(url)),
        [],
        "nothing is fetched from elsewhere",
      );
    });
  }

  test("shows where questions are answered, and counts them", async () => {
    const at = { host: "127.0.0.1", port: dnsPort };
    await addressesBecome(at, DOMAIN, "A", ["11.20.0.1", "11.20.0.2"]);
    await using page = await startPage();
    await page.open(url);
    const section = "document.querySelector('section[aria-labelledby=responder]')";
    assert.match(String(await page.evaluate(`${section}.innerText`)), new RegExp(`Answers at 127.0.0.1:${dnsPort}`));
    assert.ok(Number(await page.evaluate(`${section}.querySelector('td').innerText`)) >= 1);
  });

  test("shows pins and the history, also without JavaScript", async () => {
    await using page = await startPage({ javaScript: false });
    await page.open(url);
    const card = "[...document.querySelectorAll('article')].find((one) => one.innerText.includes('web/static'))";
    assert.match(String(await page.evaluate(`${card}.innerText`)), /Pinned to 11\.20\.9\.8 until .*, by annotation\./);
    const row = `${card}.querySelector('details tbody tr')`;
    assert.equal(await page.evaluate(`${row}.checkVisibility()`), false);
    await page.evaluate(`${card}.querySelector('summary').click()`);
    assert.equal(await page.evaluate(`${row}.checkVisibility()`), true);
    assert.match(String(await page.evaluate(`${row}.innerText`)), /^r1\s.* ago\s+11\.20\.9\.8\s.*Pinned/);
  });

  test("its style is applied, in light and dark, and nothing is wider than a narrow window", async () => {
    await using page = await startPage({ width: 480, height: 900 });
    await page.open(url);
    const colour = "getComputedStyle(document.querySelector('article')).backgroundColor";
    const light = await page.evaluate(colour);
    await page.setDark(true);
    assert.notEqual(await page.evaluate(colour), light);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
  });

  test("the search finds by name and by state", async () => {
    await using page = await startPage();
    await page.open(url);
    await page.evaluate("document.querySelector('input[type=search]').value = 'broken'");
    await page.evaluate("document.querySelector('form').requestSubmit()");
    const headings = "[...document.querySelectorAll('article h3')].map((one) => one.innerText).join()";
    await waitFor("the search", async () => {
      const found = String(await page.evaluate(headings));
      assert.ok(found.includes("web/broken") && !found.includes("web/shop"), found);
    });
    await page.open(`${url}?unwell=1`);
    assert.doesNotMatch(String(await page.evaluate(headings)), /web\/shop/);
  });

  test("pictures of it can be made", async () => {
    const folder = PICTURES ?? root;
    await using page = await startPage({ width: 1100, height: 760 });
    await page.open(url);
    await page.screenshot(join(folder, "status-page.png"));
    await page.setDark(true);
    await page.screenshot(join(folder, "status-page-dark.png"));
  });
});

function manifests(): string {
  const zoneFile = { zoneFile: { baseZone: { inline: baseZoneText(DOMAIN) } } };
  return [
    zoneManifest({ domain: DOMAIN, provider: zoneFile }),
    aliasManifest({ name: "shop", hostnames: [DOMAIN, `www2.${DOMAIN}`], targets: ["d111.cdn.test"] }),
    aliasManifest({
      name: "static",
      hostnames: [`fixed.${DOMAIN}`],
      targets: [["11.20.9.9"]],
      annotations: { "dnsalias.io/pin": `11.20.9.8 until ${new Date(Date.now() + 3_600_000).toISOString()}` },
    }),
    aliasManifest({ name: "broken", hostnames: [`broken.${DOMAIN}`], targets: ["gone.cdn.test"] }),
  ].join("\n---\n");
}
