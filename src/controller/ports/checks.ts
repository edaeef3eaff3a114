import type { HealthCheck } from "../../api/health-check.ts";
import type { CheckBudget } from "../../plan/health/schedule.ts";
import type { CheckRules } from "../../plan/health/permission.ts";

/** A health check that connects. */
export type ActiveCheck = Exclude<HealthCheck, { readonly kind: "none" }>;

/** The result of one check. `local`: this host could not make it, which proves nothing. */
export type CheckFinding =
  | { readonly kind: "success" }
  /** `message` is a fragment such as "connect timed out" or "HTTP 503": never text from a server. */
  | { readonly kind: "failure"; readonly message: string }
  | { readonly kind: "local" };

/** Makes health checks; absent in an installation without them. */
export interface HealthCheckPort {
  /** Connects to the address itself. Never rejects, and ends at the check's timeout. */
  run(address: string, check: ActiveCheck): Promise<CheckFinding>;
  /** What may be checked now. */
  rules(): CheckRules;
  readonly budget: CheckBudget;
  /** Checks at once. */
  readonly concurrency: number;
}
