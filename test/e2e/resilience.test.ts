import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { aliasShows } from "./objects.ts";
import { startOutageScene, type OutageScene } from "./outage-scene.ts";
import { REAL_SERVERS } from "./real-servers.ts";

/** P16: each part down in turn. A client that asks all the time gets both families, and only addresses that the target had within the stated bound. */
describe("last-good answers go on", { skip: REAL_SERVERS }, () => {
  let scene: OutageScene;
  before(async () => {
    scene = await startOutageScene();
  });
  after(() => scene[Symbol.asyncDispose]());

  test("while the resolver is stopped, and it catches up afterwards", async () => {
    const { lab } = scene;
    await scene.outage(async () => {
      await lab.resolver.stop();
      await scene.changeAll(1);
      await aliasShows(lab, "web/n0", "Resolved", /^False LookupFailed/, { withinMs: 60_000 });
      scene.checkAnswers();
      await lab.resolver.start();
      await scene.allFollow(1);
    });
    await aliasShows(lab, "web/n0", "Ready", /^True/, { withinMs: 60_000 });
    scene.checkAnswers();
  });

  test("while the apiserver is stopped and while it is killed, and it catches up afterwards", async () => {
    const { lab } = scene;
    await scene.outage(async () => {
      await lab.api.stop();
      await scene.changeAll(2);
      await delay(15_000);
      assert.equal(lab.controller.isRunning(), true, lab.controller.output().slice(-2000));
      await lab.api.start();
      await scene.allFollow(2);
    });
    await scene.outage(async () => {
      await lab.api.kill();
      await scene.changeAll(3);
      await lab.api.start();
      await scene.allFollow(3);
    });
    await aliasShows(lab, "web/n0", "Ready", /^True/, { withinMs: 60_000 });
    scene.checkAnswers();
  });

  test("while the controller starts with no resolver: what the last one published stays", async () => {
    const { lab } = scene;
    await scene.outage(async () => {
      await lab.controller.kill();
      await lab.resolver.stop();
      await lab.controller.start();
      await aliasShows(lab, "web/n0", "Resolved", /^False LookupFailed/, { withinMs: 90_000 });
      scene.checkAnswers();
      await lab.resolver.start();
      await aliasShows(lab, "web/n0", "Ready", /^True/, { withinMs: 90_000 });
    });
    await scene.changeAll(4);
    await scene.allFollow(4);
    scene.checkAnswers();
  });
});
