/** Counts how much of a limited resource each client uses. */
export interface ClientCounts {
  /** Adds one to the client's count. If the client has reached its limit, it adds nothing and returns false. */
  enter(address: string): boolean;
  /** Subtracts one from the client's count. Call it once for each successful {@link enter}. */
  leave(address: string): void;
}

/**
 * An IPv4 address is one client. An IPv6 /64 is one client, because one host can have all of it. Addresses have the form that
 * sockets report.
 */
export function createClientCounts(most: number): ClientCounts {
  const counts = new Map<string, number>();
  return {
    enter(address) {
      const client = clientOf(address);
      const count = counts.get(client) ?? 0;
      if (count >= most) {
        return false;
      }
      counts.set(client, count + 1);
      return true;
    },
    leave(address) {
      const client = clientOf(address);
      const left = (counts.get(client) ?? 0) - 1;
      if (left > 0) {
        counts.set(client, left);
      } else {
        counts.delete(client);
      }
    },
  };
}

function clientOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) {
    return address;
  }
  const [left = "", right] = address.replace(/%.*$/u, "").split("::");
  const [head, tail] = [groupsOf(left), groupsOf(right ?? "")];
  const gap = Array<string>(Math.max(0, GROUPS - head.length - tail.length)).fill("0");
  return [...head, ...gap, ...tail].slice(0, GROUPS / 2).join(":");
}

const GROUPS = 8;

function groupsOf(text: string): readonly string[] {
  return text === "" ? [] : text.split(":");
}
