import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { startEtcd } from "../../support/etcd.ts";
import { processesWith } from "../../support/process-gone.ts";

test("etcd keeps a key over a kill, and leaves nothing behind", { skip: skipWithout("etcd") }, async () => {
  const etcd = await startEtcd();
  const call = async (operation: string, body: unknown): Promise<string> => {
    const response = await fetch(`${etcd.clientUrl}/v3/kv/${operation}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return response.text();
  };
  const key = Buffer.from("/skydns/test").toString("base64");
  const value = Buffer.from("192.0.2.1").toString("base64");
  try {
    await call("put", { key, value });
    await etcd.kill();
    await etcd.start();
    assert.match(await call("range", { key }), new RegExp(`"value":"${value}"`));
  } finally {
    await etcd[Symbol.asyncDispose]();
  }
  assert.deepEqual(await processesWith(etcd.directory), []);
});
