import { skipWithout } from "../support/component.ts";

/** The `skip` option of the tests in this folder. With CI=true they run without root too, and fail. */
export const SKIP: string | false =
  process.getuid?.() === 0 || process.env["CI"] === "true"
    ? skipWithout(
        ...(["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "etcd"] as const),
        ...(["containerd", "ctr", "runc", "iptables", "conntrack", "unshare", "openssl", "kubectl", "helm"] as const),
        ...(["coredns", "external-dns-webhook", "buildah", "debootstrap", "gcc", "setcap"] as const),
        ...(["unbound", "named", "pdns_server", "sqlite3", "dig"] as const),
      )
    : "needs root: the cluster has network interfaces, cgroups and mounts of its own";
