import { skipWithout } from "../support/component.ts";

/** The `skip` option of tests with a cluster lab. */
export const REAL_SERVERS = skipWithout(
  "coredns",
  "dig",
  "etcd",
  "knotc",
  "knotd",
  "kube-apiserver",
  "kubectl",
  "named",
  "named-checkconf",
  "named-checkzone",
  "nsd",
  "nsd-control",
  "openssl",
  "unbound",
  "unbound-control",
);
