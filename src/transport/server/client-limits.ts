/** How much each client has of something that there is a limit of. */
export interface ClientCounts {
  /** One more for the client; false, and none more, when it has as many as it may. */
  enter(address: string): boolean;
  /** One less; once for each that entered. */
  leave(address: string): void;
}

/** An IPv4 address is a client; of IPv6 a /64 is, as one host may have all of it. Addresses as sockets give them. */
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
