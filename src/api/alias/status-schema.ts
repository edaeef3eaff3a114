import { conditionsSchema } from "../condition/condition-schema.ts";
import { MAX_ADDRESS_TEXT, MAX_NAME_TEXT } from "./schema.ts";
import { duration, list, object, optional, text, time, whole, yesNo } from "../schema/builders.ts";

const shown = { maxLength: 4096 };
const addresses = list(
  "The addresses, sorted; of very many the first, and how many more there are.",
  text("An address.", { minLength: 2, maxLength: MAX_ADDRESS_TEXT }),
  {
    kind: "atomic",
    maxItems: 1024,
  },
);

const hostname = object("What stands at one of the names.", {
  hostname: text("The name.", { minLength: 1, maxLength: MAX_NAME_TEXT }),
  zone: optional(text("The DnsZone that the name belongs to, as namespace/name.", { maxLength: 512 })),
  addresses,
  ttl: optional(whole("The TTL of the published records, in seconds.", { minimum: 0 })),
  publishedTime: optional(time("Time at which a server was first seen to serve these addresses.")),
  reason: optional(text("Why the name is not as wanted, in one word; see docs/reasons.md.", { maxLength: 64 })),
});

const target = object("What the last look-ups of one target gave.", {
  hostname: text("The target's host name.", { minLength: 1, maxLength: MAX_NAME_TEXT }),
  chain: list(
    "The names that the CNAMEs lead over, from the target to the name that has the addresses.",
    text("A name.", { maxLength: MAX_NAME_TEXT }),
    { kind: "atomic", maxItems: 32 },
  ),
  addresses,
  ttl: optional(whole("The least TTL of the chain and its addresses, in seconds.", { minimum: 0 })),
  outcome: text(
    "Positive, NoData (the name is there without addresses), NxDomain (there is no such name), Failure with its reason, or Unknown before the first look-up.",
    { maxLength: 1024 },
  ),
  lastTransitionTime: time("Time at which the outcome last changed."),
  rotating: optional(
    yesNo("True while the target shows changing parts of a pool of addresses; what is published is then kept steady."),
  ),
});

/** status of a DnsAlias: written by the controller alone. */
export const aliasStatusSchema = object(
  "What is published now, and how it got there. Written by dnsalias.",
  {
    observedGeneration: whole("The metadata.generation that this status is about; -1 before the first.", {
      minimum: -1,
      default: -1,
    }),
    conditions: optional(
      conditionsSchema(
        "Accepted: the object is valid and its names are its to have. Resolved: the targets' addresses are known. Programmed: the servers give them. Ready: all of these.",
      ),
    ),
    hostnames: optional(list("What stands at each name.", hostname, { kind: "atomic", maxItems: 512 })),
    targets: optional(list("What each target that is looked up gave.", target, { kind: "atomic", maxItems: 64 })),
    stalenessBound: optional(
      duration(
        "Longest time for which clients can get an old address after the target has changed, for example 1m35s. It is the sum of the wait for the next lookup, the measured delivery, and the published TTL.",
      ),
    ),
    summary: optional(
      object("Texts for the columns of kubectl get, which shows only the first item of a nested list.", {
        targets: text("All targets, with commas between them.", shown),
        addresses: text("All published addresses, with commas between them.", shown),
        ttl: optional(whole("Lowest TTL of the published records, in seconds.", { minimum: 0 })),
      }),
    ),
  },
  { default: { observedGeneration: -1 } },
);
