import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { FOLDER_ZONE } from "../../support/folder-zone.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { run } from "../../support/run.ts";

const ALIAS = `apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata: {name: shop, namespace: web}
spec:
  hostnames: [shop.example.com, www.example.com]
  targets: [{addresses: [203.0.113.7]}]
`;
const BOTH = `${FOLDER_ZONE}---\n${ALIAS}`;
const OVERLAY = FOLDER_ZONE.replace(/zoneFile:[^]*/, "overlay: {configMap: {name: coredns, key: Corefile}}\n");

function plan(words: readonly string[], input = "", timeoutMs = 20_000) {
  return run(process.execPath, ["src/main.ts", "plan", ...words], { input, timeoutMs, env: { NO_COLOR: "1" } });
}

test("plan -f reads a file, a folder, and the standard input, needs no --out, and writes nothing", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "objects.yaml");
  await writeFile(file, BOTH);
  for (const [source, input] of [
    [file, ""],
    [folder.path, ""],
    ["-", BOTH],
  ] as const) {
    const { stdout, code } = await plan(["-f", source], input);
    assert.match(stdout, /^ {2}\+ shop\.example\.com A {2}203\.0\.113\.7 \(300 s\) {2}web\/shop$/m, source);
    assert.match(stdout, /^Plan: 2 to create, 0 to update, 0 to delete, 0 to refuse\.$/m, source);
    assert.equal(code, 2, source);
  }
  assert.deepEqual(await readdir(folder.path), ["objects.yaml"]);
});

test("an overlay without --out is compared with an empty Corefile", async () => {
  const { stdout, code } = await plan(["-f", "-"], `${OVERLAY}---\n${ALIAS}`);
  assert.match(stdout, /^Plan: 2 to create, 0 to update, 0 to delete, 0 to refuse\.$/m);
  assert.equal(code, 2, stdout);
});

test("a plan against the written files ends with 0", async () => {
  await using folder = await temporaryFolder();
  const manifests = join(folder.path, "objects");
  const out = join(folder.path, "out");
  await run("mkdir", [manifests]);
  await writeFile(join(manifests, "all.yaml"), BOTH);
  const once = [
    "run",
    "--once",
    "--manifests",
    manifests,
    "--out",
    out,
    "--owner-id",
    "me",
    "--resolver",
    "127.0.0.1:9",
  ];
  const written = await run(process.execPath, ["src/main.ts", ...once]);
  assert.equal(written.code, 0, written.stdout);
  const before = await readFile(join(out, "example.com.zone"), "utf8");
  const { stdout, code } = await plan(["-f", manifests, "--out", out, "--owner-id", "me"]);
  assert.deepEqual([code, /Nothing would change/.test(stdout)], [0, true], stdout);
  assert.equal(await readFile(join(out, "example.com.zone"), "utf8"), before);
});

const MISTAKES: readonly (readonly [name: string, text: string, line: RegExp])[] = [
  ["broken YAML", `${BOTH}  x: [\n`, /^problem: standard input:\d+:\d+: /m],
  [
    "an unknown kind of the group",
    BOTH.replace("DnsAlias", "DnsAlais"),
    /^problem: standard input:\d+:\d+: kind: "DnsAlais": there is no such kind in dnsalias\.io: did you mean DnsAlias\?$/m,
  ],
  ["a DnsAlias without a DnsZone", ALIAS, /^problem: DnsAlias web\/shop: .*shop\.example\.com/m],
  ["no object", "", /^problem: - has no DnsAlias and no DnsZone: check the path after -f$/m],
];

for (const [name, text, line] of MISTAKES) {
  test(`${name} is a problem, and ends the gate with 1`, async () => {
    const { stdout, code } = await plan(["-f", "-"], text);
    assert.match(stdout, line);
    assert.equal(code, 1, stdout);
  });
}

test("a mistake ends the gate at once, without a lookup", async () => {
  // 192.0.2.0/24 never answers, so a lookup would take seconds.
  const target = ALIAS.replace("{addresses: [203.0.113.7]}", "{hostname: lb.example.net}");
  const input = `${FOLDER_ZONE}---\n${target}---\n${ALIAS.replace("DnsAlias", "DnsAlais")}`;
  const { stdout, stderr, code } = await plan(["-f", "-", "--resolver", "192.0.2.1"], input);
  assert.match(stdout, /^No DnsZone was planned\.$/m);
  assert.match(stderr, /\(0 lookups\)/);
  assert.equal(code, 1);
});

test("a file that does not exist is one line, and ends with 1", async () => {
  const { stdout, stderr, code } = await plan(["-f", "no-such-file.yaml"]);
  assert.deepEqual(
    [stdout, stderr, code],
    [
      "",
      "dnsalias: cannot read the manifest folder no-such-file.yaml: it does not exist; create it or correct the path\n",
      1,
    ],
  );
});

test("--hostname and --zone leave out other names and zones", async () => {
  const one = await plan(["-f", "-", "--hostname", "www.example.com"], BOTH);
  assert.match(one.stdout, /^Plan: 1 to create, /m);
  assert.doesNotMatch(one.stdout, /shop\.example\.com/);
  const none = await plan(["-f", "-", "--zone", "dns/none"], BOTH);
  assert.match(none.stdout, /^problem: no DnsZone matches dns\/none: /m);
  assert.equal(none.code, 1);
});

test("a reader that ends first ends the command quietly", async () => {
  const script = `set -o pipefail; "${process.execPath}" src/main.ts crds | head -1`;
  const { stdout, stderr, code } = await run("bash", ["-c", script]);
  assert.deepEqual([stdout, stderr, code], ["---\n", "", 141]);
});
