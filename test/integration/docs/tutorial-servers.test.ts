import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, it } from "node:test";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { paragraphsOfCode } from "../../support/doc-commands.ts";
import { run } from "../../support/run.ts";

const TUTORIALS = [
  { page: "docs/tutorials/bind.md", folder: "/etc/bind", check: "named-checkconf", argsOf: (file: string) => [file] },
  {
    page: "docs/tutorials/knot.md",
    folder: "/etc/knot",
    check: "knotc",
    argsOf: (file: string) => ["-c", file, "conf-check"],
  },
] as const;

describe("the key and the configuration of a tutorial", { skip: skipWithout("named-checkconf", "knotc") }, () => {
  for (const { page, folder, check, argsOf } of TUTORIALS) {
    it(`${page}: the commands find the secret, and ${check} accepts the configuration`, async () => {
      const directory = await mkdtemp(join(tmpdir(), "dnsalias-tutorial-"));
      try {
        const commands = await codeOf(page, "sh");
        const path = [dirname(locateComponent(check)), process.env["PATH"] ?? "", "/usr/sbin"].join(delimiter);
        const made = await run("bash", ["-euc", `${commands.replaceAll(folder, directory)}printf %s "$SECRET"`], {
          env: { PATH: path },
        });
        assert.match(made.stdout, /^[A-Za-z0-9+/]{43}=$/, made.stderr);
        const file = join(directory, "configuration");
        const configuration = (await codeOf(page, "")).replaceAll(folder, directory);
        await writeFile(file, configuration);
        assert.equal(await checked(check, argsOf(file)), "");
        await writeFile(file, configuration.replace("update-", "updates-"));
        assert.notEqual(await checked(check, argsOf(file)), "");
      } finally {
        await rm(directory, { recursive: true });
      }
    });
  }
});

/** The first block of the page in the language. */
async function codeOf(page: string, language: string): Promise<string> {
  const code = paragraphsOfCode((await readFile(page, "utf8")).split("\n"));
  const found = code.find((one) => one.language === language);
  assert.ok(found !== undefined);
  return `${found.body.join("\n")}\n`;
}

/** Empty if the program accepts its configuration, and otherwise its output. */
async function checked(program: (typeof TUTORIALS)[number]["check"], args: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await run(locateComponent(program), args);
  return code === 0 ? "" : `ended with ${code}: ${stdout}${stderr}`;
}
