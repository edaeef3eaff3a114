import { isFamilyMissing } from "../base/system-error.ts";

/** With an empty host, one IPv6 socket serves both families (RFC 3493 5.3). A machine without IPv6 serves only IPv4. */
export async function listenAtHost(host: string, listen: (host: string) => Promise<void>): Promise<void> {
  try {
    await listen(host === "" ? "::" : host);
  } catch (error) {
    if (host !== "" || !isFamilyMissing(error)) {
      throw error;
    }
    await listen("0.0.0.0");
  }
}
