import assert from "node:assert/strict";
import { test } from "node:test";
import { createOverlayProvider } from "../../../src/providers/coredns/overlay.ts";
import { skipWithout } from "../../support/component.ts";
import { startCoreDns } from "../../support/coredns.ts";
import { answerData } from "../../support/dig.ts";
import { freePort } from "../../support/free-port.ts";
import { memoryTextStore } from "../../support/memory-text-store.ts";
import { converge, labZone, overlaySpec } from "../../support/provider-lab.ts";
import { asked } from "./coredns-lab.ts";

const skip = skipWithout("coredns", "dig");

interface Case {
  readonly name: string;
  /** `PORT` is the port of the server. */
  readonly corefile: string;
  readonly hosts: readonly string[];
}

const root = (head: string, key = ".:PORT"): string =>
  `${key} {\n    ${head}\n    errors\n    template ANY ANY {\n        rcode NXDOMAIN\n    }\n}\n`;

const CASES: readonly Case[] = [
  {
    name: "by an address each",
    corefile: root("bind 127.0.0.1") + root("bind 127.0.0.2"),
    hosts: ["127.0.0.1", "127.0.0.2"],
  },
  {
    name: "by the name of an interface with except, and by an address",
    corefile: root("bind lo {\n        except ::1\n    }") + root("bind 127.0.0.2"),
    hosts: ["127.0.0.1", "127.0.0.2"],
  },
  {
    name: "by several addresses, in one line and in two",
    corefile: root("bind 127.0.0.1 127.0.0.2") + root("bind 127.0.0.3\n    bind 127.0.0.4"),
    hosts: ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"],
  },
  {
    name: "by a snippet, an environment variable, and a view",
    corefile: `(inside) {\n    bind {$DNS_HOST}\n}\n${root("import inside")}${root(
      "bind 127.0.0.2\n    view some {\n        expr true\n    }",
      ".:{$DNS_PORT}",
    )}${root("bind 127.0.0.2")}`,
    hosts: ["127.0.0.1", "127.0.0.2"],
  },
];

for (const { name, corefile, hosts } of CASES) {
  test(`root blocks on one port that are told apart ${name} all get the names`, { skip }, async () => {
    const port = await freePort();
    const before = corefile.replaceAll("PORT}", "{}").replaceAll("PORT", String(port)).replaceAll("{}", "PORT}");
    const store = memoryTextStore(before);
    const provider = createOverlayProvider({ zone: labZone("example.com", overlaySpec()), store, ownerId: "me" });
    await converge(provider, "example.com 60 203.0.113.7", "*.apps.example.com 60 203.0.113.8");
    await using server = await startCoreDns({ port, corefile: store.text ?? "" });
    for (const host of hosts) {
      const at = { ...server, host };
      assert.deepEqual(answerData(await asked(at, "example.com"), "A"), ["203.0.113.7"], host);
      assert.deepEqual(answerData(await asked(at, "x.apps.example.com"), "A"), ["203.0.113.8"], host);
      assert.equal((await asked(at, "example.com", "MX")).status, "NXDOMAIN", host);
    }
    await converge(provider);
    assert.equal(store.text, before);
  });
}
