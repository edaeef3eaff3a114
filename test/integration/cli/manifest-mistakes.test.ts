import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { FOLDER_ZONE } from "../../support/folder-zone.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { run } from "../../support/run.ts";

const ALIAS = `apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata: {name: shop, namespace: web}
spec:
  hostnames: [shop.example.com]
  targets: [{addresses: [203.0.113.7]}]
`;
const MISTAKES = `apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata: {name: faulty, namespace: web}
spec:
  hostnames: [münchen.example.com, "a b.example.com"]
  target: [{hostname: example.org}]
  ttl: {min: soon}
  onEmpty: Keeep
`;

async function folderWith(files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder();
  const manifests = join(folder.path, "manifests");
  await mkdir(manifests);
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(manifests, name), text);
  }
  return { folder, manifests, out: join(folder.path, "out") };
}

function dnsalias(command: readonly string[], manifests: string, out: string) {
  const args = ["--manifests", manifests, "--out", out, "--resolver", "127.0.0.1:9"];
  return run(process.execPath, ["src/main.ts", ...command, ...args], { env: { NO_COLOR: "1" } });
}

function problemsOf(stdout: string): readonly string[] {
  return stdout.split("\n").filter((line) => line.startsWith("problem: "));
}

test("plan shows every mistake of every file with its object, place, field, value and cure, and ends with 1", async () => {
  const { folder, manifests, out } = await folderWith({
    "zone.yaml": FOLDER_ZONE,
    "faulty.yaml": MISTAKES,
    "kind.yaml": ALIAS.replace("DnsAlias", "DnsAlais"),
    "words.yaml": "these are words\n",
    "broken.json": '{"apiVersion": "v1", ',
  });
  await using _ = folder;
  const { stdout, code } = await dnsalias(["plan"], manifests, out);
  const faulty = "problem: DnsAlias web/faulty: faulty.yaml";
  const wanted = [
    `${faulty}:5:15: spec.hostnames[0]: "münchen.example.com": a hostname is written in ASCII: write its A-label xn--mnchen-3ya.example.com (RFC 5890)`,
    `${faulty}:5:36: spec.hostnames[1]: "a b.example.com": not a host`,
    `${faulty}:6:3: spec.target: there is no such field: did you mean targets?`,
    `${faulty}:4:1: spec.targets: is required`,
    `${faulty}:7:14: spec.ttl.min: "soon": must be a whole number, not text`,
    `${faulty}:8:12: spec.onEmpty: "Keeep": must be one of `,
    'problem: kind.yaml:2:7: kind: "DnsAlais": there is no such kind in dnsalias.io: did you mean DnsAlias?',
    "problem: words.yaml:1:1: a manifest is a mapping that begins with apiVersion and kind",
    "problem: broken.json:1:",
  ];
  const problems = problemsOf(stdout);
  for (const line of wanted) {
    assert.ok(
      problems.some((problem) => problem.startsWith(line)),
      `${line}\n${stdout}`,
    );
  }
  assert.equal(code, 1, stdout);
});

for (const [command, stream] of [
  [["plan"], "stdout"],
  [["explain", "shop.example.com"], "stderr"],
] as const) {
  test(`${command.join(" ")} prints each mistake once, in ${stream}`, async () => {
    const { folder, manifests, out } = await folderWith({
      "zone.yaml": FOLDER_ZONE,
      "alias.yaml": ALIAS,
      "faulty.yaml": MISTAKES,
    });
    await using _ = folder;
    const result = await dnsalias(command, manifests, out);
    const both = `${result.stdout}${result.stderr}`;
    for (const mistake of [
      "spec.hostnames[1]: ",
      "spec.target: ",
      "spec.targets: ",
      "spec.ttl.min: ",
      "spec.onEmpty: ",
    ]) {
      assert.equal(both.split(mistake).length, 2, `${mistake} in ${both}`);
    }
    assert.equal(problemsOf(result[stream]).length, 6, both);
    assert.doesNotMatch(both, /"level"/);
  });
}

test("run --once publishes what is right, and ends with 1 while a manifest has a mistake", async () => {
  const { folder, manifests, out } = await folderWith({
    "zone.yaml": FOLDER_ZONE,
    "alias.yaml": ALIAS,
    "words.yaml": "x y\n",
  });
  await using _ = folder;
  const faulty = await dnsalias(["run", "--once"], manifests, out);
  assert.equal(faulty.code, 1, faulty.stdout);
  assert.deepEqual(
    (await readdir(out)).filter((name) => name.endsWith(".zone")),
    ["example.com.zone"],
  );
  await writeFile(join(manifests, "words.yaml"), "# nothing\n");
  const right = await dnsalias(["run", "--once"], manifests, out);
  assert.equal(right.code, 0, right.stdout);
});

for (const command of [["run"], ["run", "--once"], ["plan"], ["explain", "shop.example.com"]]) {
  test(`${command.join(" ")} ends at once where the folder of manifests does not exist, and leaves nothing behind`, async () => {
    await using folder = await temporaryFolder();
    const none = join(folder.path, "none");
    const { stdout, stderr, code } = await dnsalias(command, none, join(folder.path, "out"));
    const message = `cannot read the manifest folder ${none}: it does not exist; create it or correct the path`;
    assert.deepEqual([stdout, stderr, code], ["", `dnsalias: ${message}\n`, 1]);
    assert.deepEqual(await readdir(folder.path), []);
  });
}
