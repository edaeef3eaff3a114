import type { HttpsTarget, TestCertificate } from "../support/https-target.ts";
import type { OutsideNetwork } from "../support/outside-network.ts";

/** What an outage can do to a target. */
export interface OutageMeans {
  readonly target: HttpsTarget;
  /** The network of its own that the target of `no reply` is in. */
  readonly network: OutsideNetwork;
  readonly expired: TestCertificate;
  readonly ofAnotherName: TestCertificate;
}

/** One way in which a target fails. `name` is a DNS label. */
export interface Outage {
  readonly name: string;
  readonly begin: (means: OutageMeans) => void | Promise<void>;
  /** True: the target is in a network of its own. */
  readonly isOutside?: boolean;
}

/** Longer than the timeout of the checks. */
const SLOW_MS = 2_100;

/** The eight kinds of P12a. */
export const OUTAGES: readonly Outage[] = [
  { name: "sigkill", begin: ({ target }) => target.kill() },
  { name: "sigstop", begin: ({ target }) => target.pause() },
  { name: "no-reply", isOutside: true, begin: ({ network }) => network.cut() },
  { name: "status-503", begin: ({ target }) => target.behave({ status: 503 }) },
  { name: "redirect", begin: ({ target }) => target.behave({ status: 302 }) },
  { name: "slow", begin: ({ target }) => target.behave({ delayMs: SLOW_MS }) },
  { name: "expired", begin: ({ target, expired }) => target.behave({ certificate: expired }) },
  { name: "wrong-name", begin: ({ target, ofAnotherName }) => target.behave({ certificate: ofAnotherName }) },
];
