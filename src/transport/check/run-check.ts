import { checkHttp } from "./check-http.ts";
import type { CheckRequest, CheckResult } from "./check-request.ts";
import { checkTcp } from "./check-tcp.ts";

/** Makes one check. Never rejects. */
export async function runCheck(check: CheckRequest): Promise<CheckResult> {
  return check.http === undefined ? checkTcp(check) : checkHttp(check, check.http);
}
