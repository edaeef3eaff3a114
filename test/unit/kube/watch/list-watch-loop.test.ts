import assert from "node:assert/strict";
import { test } from "node:test";
import { DNS_ZONES } from "../../../../src/kube/client/resource.ts";
import { runListWatch, type ListWatchDeps } from "../../../../src/kube/watch/list-watch.ts";
import { ok } from "../../../support/scripted-transport.ts";
import { type Reply, watchedServer } from "./watched-server.ts";

const object = (name: string, resourceVersion: string) => ({ metadata: { namespace: "dns", name, resourceVersion } });
const page = (items: readonly unknown[]): Reply => ({
  kind: "page",
  result: ok({ metadata: { resourceVersion: "10" }, items }),
});

interface Loop {
  readonly told: string[];
  readonly stop: () => Promise<void>;
}

function start(deps: ListWatchDeps): Loop {
  const told: string[] = [];
  const ending = new AbortController();
  const handlers = {
    onObject: () => void told.push("object"),
    onGone: () => void told.push("gone"),
    onListed: () => void told.push("listed"),
    onTrouble: (trouble: string | undefined) => void told.push(`trouble: ${trouble ?? "none"}`),
  };
  const running = runListWatch(deps, { resource: DNS_ZONES }, handlers, ending.signal);
  return {
    told,
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

test("in each turn of the event loop at most 100 objects of a list or a watch are handled", async () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `n${index}`);
  const { deps } = watchedServer({
    dnszones: [
      page(names.map((name) => object(name, "1"))),
      { kind: "watch", lines: names.map((name) => ({ type: "DELETED", object: object(name, "2") })), stays: true },
    ],
  });
  const { told, stop } = start(deps);
  let most = 0;
  for (let before = 0, turns = 0; told.length < 2_001 && turns < 1_000; turns += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    most = Math.max(most, told.length - before);
    before = told.length;
  }
  await stop();
  assert.equal(told.length, 2_001);
  assert.ok(most <= 201, `${most} in one turn: 100 each, at the end of the list and the beginning of the watch`);
});

test("a watch whose connection breaks is trouble, and is tried again after a wait", async () => {
  const { deps, clock } = watchedServer({ dnszones: [page([])] });
  let watches = 0;
  // oxlint-disable-next-line require-yield -- the connection breaks before the first byte
  async function* broken(): AsyncGenerator<Uint8Array> {
    throw new Error("reset");
  }
  const stream = async () => {
    watches += 1;
    return { kind: "stream", chunks: broken() } as const;
  };
  const { told, stop } = start({ ...deps, transport: { ...deps.transport, stream } });
  await clock.settle();
  assert.deepEqual([told, watches], [["listed", "trouble: reset"], 1]);
  await clock.advance(600);
  assert.equal(watches, 2);
  await stop();
});
