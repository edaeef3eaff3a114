import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { answersLate, breaksAfter, counting, interrupted } from "./faults.ts";
import type { AliasType } from "../../src/dns/record.ts";
import type { Scene } from "./scene.ts";
import { WILDCARD_STEPS } from "./wildcard-steps.ts";

export interface Step {
  readonly name: string;
  /** Not for a server that lacks this type. */
  readonly needs?: AliasType;
  /** Only for a server with a rule that rejects a record. */
  readonly needsRejection?: true;
  /** Leaves the zone as it found it, but for what {@link tidy} removes. */
  readonly run: (scene: Scene) => Promise<void>;
}

/** The step that servers with rules for single records have to themselves. */
export const ONE_IS_REJECTED =
  "writes, changes and removes every other name of a batch in which the server rejects one";

/** What every provider has to hold on every server; after each converge the plan is empty, or the step fails. */
export const STEPS = [
  {
    name: "creates a name with both families",
    run: async (scene) => {
      const lines = ["create 60 192.0.2.1 192.0.2.2 2001:db8::1"];
      await scene.install("me").converge(lines);
      await scene.holds({ owned: { me: lines } });
    },
  },
  {
    name: "adds a family, changes it, shrinks, and changes a TTL",
    run: async (scene) => {
      const me = scene.install("me");
      const states = [
        ["walk 60 192.0.2.1"],
        ["walk 60 192.0.2.1 2001:db8::1"],
        ["walk 60 192.0.2.2 192.0.2.3 2001:db8::2"],
        ["walk 60 192.0.2.3"],
        ["walk 120 192.0.2.3"],
        ["walk 120 2001:db8::3"],
      ];
      for (const lines of states) {
        await me.converge(lines);
        await scene.holds({ owned: { me: lines } });
      }
    },
  },
  {
    name: "writes nothing when all is as wanted, in this process and in the next",
    run: async (scene) => {
      const lines = ["same 60 192.0.2.1 2001:db8::1"];
      const me = scene.install("me");
      await me.converge(lines);
      for (const install of [me, scene.install("me")]) {
        assert.deepEqual((await install.converge(lines)).results, []);
      }
      await scene.holds({ owned: { me: lines } });
    },
  },
  {
    name: "deletes what is wanted no more, with its marker",
    run: async (scene) => {
      const me = scene.install("me");
      await me.converge(["gone 60 192.0.2.1 2001:db8::1", "stays 60 192.0.2.2"]);
      await me.converge(["stays 60 192.0.2.2"]);
      await scene.holds({ owned: { me: ["stays 60 192.0.2.2"] } });
    },
  },
  {
    name: "follows at the apex, beside its MX and TXT",
    run: async (scene) => {
      const foreign = ["@ 300 MX 10 mail.example.net.", '@ 300 TXT "v=spf1 -all"'];
      await putAll(scene, foreign);
      const me = scene.install("me");
      for (const lines of [["@ 60 192.0.2.1 2001:db8::1"], ["@ 60 192.0.2.2"], []]) {
        await me.converge(lines);
        await scene.holds({ foreign, owned: { me: lines } });
      }
      await scene.remove("@", "MX");
      await scene.remove("@", "TXT");
    },
  },
  {
    name: "follows at a wildcard, whose marker answers for nothing else",
    run: async (scene) => {
      const me = scene.install("me");
      for (const lines of [
        ["*.wild 60 192.0.2.1", "x.wild 60 192.0.2.9"],
        ["*.wild 60 192.0.2.2 2001:db8::2", "x.wild 60 192.0.2.9"],
        ["x.wild 60 192.0.2.9"],
        [],
      ]) {
        await me.converge(lines);
        await scene.holds({ owned: { me: lines } });
      }
    },
  },
  {
    name: "puts an HTTPS record in alias mode beside the addresses, follows it, and takes it away",
    needs: "HTTPS",
    run: async (scene) => {
      const me = scene.install("me");
      for (const lines of [
        [
          "@ 60 192.0.2.1 2001:db8::1 https=lb.example.net",
          "web 60 192.0.2.1",
          "*.star 60 192.0.2.1 https=lb.example.net",
        ],
        ["@ 120 192.0.2.2 https=other.example.net", "web 60 192.0.2.1 https=lb.example.net", "*.star 60 192.0.2.2"],
        ["@ 120 192.0.2.2", "web 60 192.0.2.1 https=lb.example.net"],
      ]) {
        await me.converge(lines);
        await scene.holds({ owned: { me: lines } });
        assert.deepEqual((await scene.install("me").converge(lines)).results, []);
      }
      await scene.put("web 60 HTTPS 1 . port=8443");
      await seen(scene, "web 60 HTTPS 1 . port=8443");
      const lines = ["web 60 192.0.2.1 https=lb.example.net"];
      const { drift } = await me.converge(lines);
      assert.deepEqual(
        drift.map(({ type }) => type),
        ["HTTPS"],
      );
      await scene.holds({ owned: { me: lines } });
    },
  },
  {
    name: "writes the addresses whether it can hold an HTTPS record or not, and says so",
    run: async (scene) => {
      const lacks = scene.under.capabilities.lacks?.includes("HTTPS") === true;
      const { refused } = await scene.install("me").converge(["may 60 192.0.2.1 2001:db8::1 https=lb.example.net"]);
      assert.deepEqual(refused, lacks ? [`${scene.line("may")} HTTPS NotSupported`] : []);
      await scene.holds({ owned: { me: [`may 60 192.0.2.1 2001:db8::1${lacks ? "" : " https=lb.example.net"}`] } });
    },
  },
  {
    name: "leaves somebody's HTTPS record alone, beside addresses of ours, and adopts it when asked to",
    needs: "HTTPS",
    run: async (scene) => {
      const foreign = ["given 300 HTTPS 1 . port=8443"];
      await putAll(scene, foreign);
      const me = scene.install("me");
      await me.converge(["given 60 192.0.2.1"]);
      const lines = ["given 60 192.0.2.1 https=lb.example.net"];
      const { refused } = await me.converge(lines);
      assert.deepEqual(refused, [`${scene.line("given")} HTTPS ForeignRecord`]);
      await scene.holds({ foreign, owned: { me: ["given 60 192.0.2.1"] } });
      await me.converge(lines, { conflict: "Adopt" });
      await scene.holds({ owned: { me: lines } });
    },
  },
  {
    name: "leaves everything else at the name and beside it alone",
    run: async (scene) => {
      const foreign = [
        "busy 300 MX 10 mail.example.net. | 20 mail2.example.net.",
        'busy 300 TXT "one" | "two; with \\"quotes\\""',
        "beside 300 A 192.0.2.80",
        "sub.busy 300 A 192.0.2.81",
        'not_dnsalias.busy 300 TXT "heritage=dnsalias,owner=me,types=A,resource=web/shop"',
      ];
      await putAll(scene, foreign);
      const me = scene.install("me");
      for (const lines of [["busy 60 192.0.2.1"], ["busy 60 192.0.2.2 2001:db8::1"], []]) {
        await me.converge(lines);
        await scene.holds({ foreign, owned: { me: lines } });
      }
      await removeAll(scene, foreign);
    },
  },
  {
    name: "does not touch hand-written addresses, and adopts them once when asked to",
    run: async (scene) => {
      await scene.put("hand 300 A 192.0.2.99");
      const me = scene.install("me");
      const lines = ["hand 60 192.0.2.1"];
      const { refused, results } = await me.converge(lines);
      assert.deepEqual(refused, [`${scene.line("hand")} A ForeignRecord`]);
      assert.deepEqual(results, []);
      await scene.holds({ foreign: ["hand 300 A 192.0.2.99"] });
      assert.equal((await me.converge(lines, { conflict: "Adopt" })).results.length, 1);
      await scene.holds({ owned: { me: lines } });
      assert.deepEqual((await me.converge(lines)).results, [], "what was adopted is ours from then on");
    },
  },
  {
    name: "adopts hand-written addresses that are as wanted by marking them",
    run: async (scene) => {
      await scene.put("equal 60 A 192.0.2.1");
      await scene.install("me").converge(["equal 60 192.0.2.1"], { conflict: "Adopt" });
      await scene.holds({ owned: { me: ["equal 60 192.0.2.1"] } });
    },
  },
  {
    name: "does not write beside a CNAME, not even to adopt it",
    run: async (scene) => {
      const foreign = ["cname 300 CNAME cdn.example.net."];
      await putAll(scene, foreign);
      const me = scene.install("me");
      const { refused } = await me.converge(["cname 60 192.0.2.1 2001:db8::1"], { conflict: "Adopt" });
      const name = scene.line("cname");
      assert.deepEqual(refused, [`${name} A ForeignRecord`, `${name} AAAA ForeignRecord`]);
      await scene.holds({ foreign });
      await removeAll(scene, foreign);
    },
  },
  {
    name: "respects another owner's name, and follows once it is given up",
    run: async (scene) => {
      const other = scene.install("other");
      const me = scene.install("me");
      const theirs = ["shared 60 192.0.2.7"];
      const mine = ["shared 60 192.0.2.1 2001:db8::1"];
      await other.converge(theirs);
      const { refused } = await me.converge(mine, { conflict: "Adopt" });
      const name = scene.line("shared");
      assert.deepEqual(refused, [`${name} A ForeignOwner`, `${name} AAAA ForeignOwner`]);
      await me.converge([]);
      await scene.holds({ owned: { other: theirs } });
      await other.converge([]);
      await me.converge(mine);
      await scene.holds({ owned: { me: mine } });
      assert.equal((await other.converge(theirs)).refused.length, 1);
      await scene.holds({ owned: { me: mine } });
    },
  },
  {
    name: "keeps somebody's text at the marker's name",
    run: async (scene) => {
      const text = '_dnsalias.noted 300 TXT "do not remove"';
      await scene.put(text);
      const me = scene.install("me");
      await me.converge(["noted 60 192.0.2.1"]);
      await me.converge(["noted 60 192.0.2.2"]);
      assert.deepEqual((await scene.install("me").converge(["noted 60 192.0.2.2"])).results, []);
      await me.converge([]);
      await scene.holds({ foreign: [text] });
      await scene.remove("_dnsalias.noted", "TXT");
    },
  },
  {
    name: "repairs what somebody changed or removed, and says so",
    run: async (scene) => {
      const me = scene.install("me");
      const lines = ["drift 60 192.0.2.1 2001:db8::1"];
      await me.converge(lines);
      await scene.put("drift 60 A 192.0.2.66");
      await scene.remove("drift", "AAAA");
      await seen(scene, "drift 60 A 192.0.2.66");
      const { drift } = await me.converge(lines);
      assert.deepEqual(
        drift.map(({ type }) => type),
        ["A", "AAAA"],
      );
      await scene.holds({ owned: { me: lines } });
      assert.deepEqual((await me.converge(lines)).drift, []);
    },
  },
  {
    name: "restores a lost marker beside what it left, and claims nothing that was written since",
    run: async (scene) => {
      const me = scene.install("me");
      const lines = ["lost 60 192.0.2.1 2001:db8::1"];
      await me.converge(lines);
      await scene.remove("_dnsalias.lost", "TXT");
      const { drift } = await me.converge(lines);
      assert.equal(drift.length, 1);
      await scene.holds({ owned: { me: lines } });
      await scene.remove("_dnsalias.lost", "TXT");
      await scene.put("lost 60 A 192.0.2.66");
      await scene.remove("lost", "AAAA");
      assert.deepEqual((await me.converge(["lost 60 192.0.2.1"])).refused, [`${scene.line("lost")} A ForeignRecord`]);
      await scene.holds({ foreign: ["lost 60 A 192.0.2.66"] });
      await scene.remove("lost", "A");
    },
  },
  {
    name: "heals a batch that broke half-way, in this process and after a restart",
    run: async (scene) => {
      const { backend } = scene.under;
      const before = ["half 60 192.0.2.1", "half2 60 192.0.2.1"];
      const after = ["half 60 192.0.2.2 2001:db8::2", "half3 60 192.0.2.3"];
      const sizes: number[] = [];
      await scene.install("me").converge(before);
      await scene.install("me", counting(backend, sizes)).converge(after);
      await scene.install("me").converge([]);
      for (let changes = 0; changes <= (sizes[0] ?? 0); changes += 1) {
        for (const restarts of [false, true]) {
          await scene.install("me").converge(before);
          const broken = scene.install("me", breaksAfter(backend, changes));
          if (restarts) {
            await broken.converge(after, { writes: 1 });
          }
          await (restarts ? scene.install("me") : broken).converge([...after, ...before.slice(1)]);
          await scene.holds({ owned: { me: [...after, ...before.slice(1)] } });
          await scene.install("me").converge(after);
          await scene.holds({ owned: { me: after } });
          await scene.install("me").converge([]);
        }
      }
    },
  },
  {
    name: "heals a switch from one family to the other that broke half-way and was followed by a restart",
    run: async (scene) => {
      const { backend } = scene.under;
      const before = ["switch 60 192.0.2.1"];
      const after = ["switch 60 2001:db8::1"];
      for (const changes of backend.capabilities.atomic === "batch" ? [0, 3] : [0, 1, 2, 3]) {
        await scene.install("me").converge(before);
        await scene.install("me", breaksAfter(backend, changes)).converge(after, { writes: 1 });
        assert.deepEqual((await scene.install("me").converge(after)).refused, []);
        await scene.holds({ owned: { me: after } });
      }
    },
  },
  {
    name: "a delete that broke half-way leaves nothing behind",
    run: async (scene) => {
      const { backend } = scene.under;
      for (let changes = 0; changes <= 3; changes += 1) {
        await scene.install("me").converge(["trash 60 192.0.2.1 2001:db8::1"]);
        const me = scene.install("me", breaksAfter(backend, changes));
        await me.converge(["trash 60 192.0.2.1 2001:db8::1"]);
        await me.converge([]);
        await scene.holds({});
      }
    },
  },
  {
    name: "a write whose answer is lost is found to have taken effect",
    run: async (scene) => {
      const states = [["late 60 192.0.2.1 2001:db8::1"], ["late 60 192.0.2.2 2001:db8::1"], ["late 60 192.0.2.2"]];
      const me = scene.install("me", answersLate(scene.under.backend, states.length));
      for (const lines of states) {
        const { results } = await me.converge(lines);
        assert.deepEqual(
          results.map(({ kind }) => kind),
          ["failed"],
        );
        await scene.holds({ owned: { me: lines } });
        assert.deepEqual((await me.converge(lines)).drift, [], "what we wrote ourselves is nobody's edit");
      }
    },
  },
  {
    name: "never writes over what somebody wrote since it was read",
    run: async (scene) => {
      const { backend } = scene.under;
      const me = scene.install(
        "me",
        interrupted(backend, async () => {
          await scene.put("race 300 A 192.0.2.77");
          await seen(scene, "race 300 A 192.0.2.77");
        }),
      );
      const { results, refused } = await me.converge(["race 60 192.0.2.1"]);
      assert.equal(results[0]?.kind, "conflict");
      assert.deepEqual(refused, [`${scene.line("race")} A ForeignRecord`]);
      await scene.holds({ foreign: ["race 300 A 192.0.2.77"] });
      await scene.remove("race", "A");
    },
  },
  {
    name: "never writes over a change of its own records that it has not read, and reads it first",
    run: async (scene) => {
      const lines = ["edit 60 192.0.2.1"];
      await scene.install("me").converge(lines);
      const me = scene.install(
        "me",
        interrupted(scene.under.backend, async () => {
          await scene.put("edit 60 A 192.0.2.77");
          await seen(scene, "edit 60 A 192.0.2.77");
        }),
      );
      const { results } = await me.converge(["edit 60 192.0.2.2"]);
      assert.deepEqual(
        results.map(({ kind }) => kind),
        ["conflict", "applied"],
      );
      await scene.holds({ owned: { me: ["edit 60 192.0.2.2"] } });
    },
  },
  {
    name: "of two installations at one name at one moment one has it, and they do not fight",
    run: async (scene) => {
      const { backend } = scene.under;
      const other = scene.install("other");
      const me = scene.install(
        "me",
        interrupted(backend, () => other.converge(["both 60 192.0.2.7"])),
      );
      const { refused } = await me.converge(["both 60 192.0.2.1"]);
      assert.ok(refused.length > 0, "the later one finds the name taken");
      assert.deepEqual((await other.converge(["both 60 192.0.2.7"])).results, []);
      await me.converge([]);
      await scene.holds({ owned: { other: ["both 60 192.0.2.7"] } });
      await other.converge([]);
    },
  },
  {
    name: "holds 64 addresses of each family",
    run: async (scene) => {
      const all = (from: number, to: number): string =>
        Array.from(
          { length: to - from },
          (_, at) => `198.51.100.${at + from} 2001:db8::${(at + from + 16).toString(16)}`,
        ).join(" ");
      const me = scene.install("me");
      for (const lines of [[`many 60 ${all(0, 64)}`], [`many 60 ${all(32, 96)}`], [`many 60 ${all(32, 33)}`]]) {
        await me.converge(lines);
        await scene.holds({ owned: { me: lines } });
      }
    },
  },
  {
    name: "holds 100 names that come, change and go together",
    run: async (scene) => {
      const all = (last: number): readonly string[] =>
        Array.from({ length: 100 }, (_, at) => `n${at}.crowd 60 192.0.2.${last} 2001:db8::${last}`);
      const me = scene.install("me");
      for (const lines of [all(1), all(2), []]) {
        await me.converge(lines);
        await scene.holds({ owned: { me: lines } });
      }
    },
  },
  {
    name: "under UpsertOnly deletes nothing, under CreateOnly changes nothing",
    run: async (scene) => {
      const me = scene.install("me");
      await me.converge(["policy 60 192.0.2.1 2001:db8::1"]);
      const name = scene.line("policy");
      const upsert = await me.converge(["policy 60 192.0.2.2"], { policy: "UpsertOnly" });
      assert.deepEqual(upsert.refused, [`${name} AAAA PolicyForbids`]);
      await scene.holds({ owned: { me: ["policy 60 192.0.2.2 2001:db8::1"] } });
      const create = await me.converge(["policy 60 192.0.2.3 2001:db8::1", "new 60 192.0.2.4"], {
        policy: "CreateOnly",
      });
      assert.deepEqual(create.refused, [`${name} A PolicyForbids`]);
      await scene.holds({ owned: { me: ["policy 60 192.0.2.2 2001:db8::1", "new 60 192.0.2.4"] } });
    },
  },
  {
    name: ONE_IS_REJECTED,
    needsRejection: true,
    run: async (scene) => {
      const { line = "", message = /./ } = scene.under.rejected ?? {};
      const name = scene.line(line).split(" ")[0] ?? "";
      const others = (last: number): readonly string[] =>
        ["aa", "mm", "zz"].map((label) => `${label} 60 192.0.2.${last} 2001:db8::${last}`);
      const me = scene.install("me");
      for (const last of [1, 2]) {
        const { rejected } = await me.converge([...others(last), line]);
        assert.ok(rejected.length > 0, "it is rejected by name");
        for (const text of rejected) {
          assert.ok(text.startsWith(`${name} `) && text.includes(" Rejected: "), text);
          assert.match(text, message);
        }
        await scene.holds({ owned: { me: others(last) } });
      }
      const alone = await scene.install("me").converge([...others(2), line]);
      assert.ok(alone.rejected.length > 0, "in a batch of its own too, after a restart");
      await me.converge([line]);
      await scene.holds({});
      await me.converge([]);
      await scene.holds({});
    },
  },
  ...WILDCARD_STEPS,
] as const satisfies readonly Step[];

export type StepName = (typeof STEPS)[number]["name"];

/** Both installations give up what they still have: the next step finds the zone as the first one did. */
export async function tidy(scene: Scene): Promise<void> {
  await scene.retire();
  await scene.holds({});
}

async function putAll(scene: Scene, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await scene.put(text);
  }
}

async function removeAll(scene: Scene, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    const [label = "", , type = ""] = text.split(" ");
    await scene.remove(label, type);
  }
}

/** Waits until the server shows what somebody put there, where it takes a moment. */
async function seen(scene: Scene, text: string): Promise<void> {
  for (let tries = 0; tries < 50 && !(await scene.shows(text)); tries += 1) {
    await delay(100);
  }
}
