import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { removeFinalizers } from "../../../../src/kube/status/finalizer-removal.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const NEVER = new AbortController().signal;
const OURS = "dnsalias.io/withdraw";

function object(name: string, ...finalizers: readonly unknown[]): object {
  return { metadata: { namespace: "web", name, uid: `u-${name}`, resourceVersion: "5", finalizers } };
}

function page(items: readonly object[], next?: string): KubeResult {
  return ok({ metadata: next === undefined ? {} : { continue: next }, items });
}

interface Outcome {
  readonly removed: readonly string[];
  readonly problems: readonly string[];
  /** "GET dnsaliases?limit=500", or "PATCH name" with the finalizers that are left. */
  readonly requests: readonly string[];
}

async function removal(results: readonly KubeResult[], namespaces: readonly string[] = []): Promise<Outcome> {
  const { transport, requests } = scriptedTransport(results);
  const { removed, problems } = await removeFinalizers(transport, namespaces, NEVER);
  return {
    removed,
    problems,
    requests: requests.map(({ method, path, body }) => {
      const [, resource = ""] = path.split("/apis/dnsalias.io/v1alpha1/");
      return body === undefined
        ? `${method} ${resource}`
        : `${method} ${resource.split("?")[0]} ${JSON.stringify(body)}`;
    }),
  };
}

function patch(place: string, name: string, finalizers: readonly string[]): string {
  const metadata = { uid: `u-${name}`, resourceVersion: "5", finalizers };
  return `PATCH namespaces/web/${place}/${name} ${JSON.stringify({ metadata })}`;
}

test("the finalizer goes from every DnsAlias and DnsZone that has it, page by page, and those of others stay", async () => {
  assert.deepEqual(
    await removal([
      page([object("a", OURS), object("b"), object("c", "x/y")], "next"),
      ok(),
      page([object("d", "x/y", OURS, 7)]),
      ok(),
      page([object("z", OURS)]),
      ok(),
    ]),
    {
      removed: ["DnsAlias web/a", "DnsAlias web/d", "DnsZone web/z"],
      problems: [],
      requests: [
        "GET dnsaliases?limit=500",
        patch("dnsaliases", "a", []),
        "GET dnsaliases?limit=500&continue=next",
        patch("dnsaliases", "d", ["x/y"]),
        "GET dnszones?limit=500",
        patch("dnszones", "z", []),
      ],
    },
  );
});

test("with namespaces, only their objects change", async () => {
  const { requests } = await removal([page([]), page([]), page([]), page([])], ["web", "dns"]);
  assert.deepEqual(requests, [
    "GET namespaces/web/dnsaliases?limit=500",
    "GET namespaces/dns/dnsaliases?limit=500",
    "GET namespaces/web/dnszones?limit=500",
    "GET namespaces/dns/dnszones?limit=500",
  ]);
});

test("without the CustomResourceDefinitions there is nothing to do", async () => {
  assert.deepEqual(await removal([refusal(404), refusal(404)]), {
    removed: [],
    problems: [],
    requests: ["GET dnsaliases?limit=500", "GET dnszones?limit=500"],
  });
});

test("what can't be listed or changed is a problem, and doesn't stop the rest", async () => {
  const { removed, problems } = await removal([
    page([object("a", OURS), object("b", OURS)]),
    refusal(500),
    ok(),
    refusal(403, { message: "no right" }),
  ]);
  assert.deepEqual(removed, ["DnsAlias web/b"]);
  assert.equal(problems.length, 2);
  assert.match(problems[0] ?? "", /^DnsAlias web\/a: .*500/);
  assert.match(problems[1] ?? "", /^cannot list dnszones: .*no right/);
  const inNamespace = await removal([refusal(403, { message: "no right" }), page([])], ["web"]);
  assert.match(inNamespace.problems[0] ?? "", /^cannot list dnsaliases of namespace web: .*no right/);
});
